"""Train a cross-encoder that re-scores the first clauses: lists of one gold passage and mined hard negatives.

It starts from every other layer of the fine-tuned encoder, so that it reads 30 clauses in a third of a second.
On some 4,000 questions it stays behind the encoder that it starts from (eval/LOG.md), so none ships.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor
from transformers import BertConfig, BertForSequenceClassification

from eval.train.data import Data
from eval.train.descent import by_length, descend, restored

LENGTH = 128
"""Tokens of question and passage together."""
LAYERS = (1, 3, 5, 7, 9, 11)
"""Layers of the encoder that it starts from."""
_MICRO = 16


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides the outcome, besides data and code."""

    epochs: int = 1
    questions: int = 12
    """Lists per step."""
    negatives: int = 6
    """Hard negatives in a list."""
    rate: float = 8e-5
    warmup: float = 0.1
    pointwise: float = 0.3
    """Weight of the yes/no loss, which makes one score comparable between questions."""
    seed: int = 7


def train(
    model: Any, tokenizer: Any, data: Data, negatives: Sequence[Sequence[int]], recipe: Recipe, say: Callable[[str], None]
) -> None:
    """Train a one-label sequence classifier in place on the questions that are not held out.

    Loss: softmax over each list (the gold passage should win) plus a share of the binary cross-entropy.
    """
    torch.manual_seed(recipe.seed)
    chance = random.Random(recipe.seed)  # noqa: S311 - not for secrets
    for parameter in model.base_model.embeddings.parameters():
        parameter.requires_grad = False
    learned = [p for p in model.parameters() if p.requires_grad]
    pairs = [(n, g) for n, q in enumerate(data.questions) if not q.held_out for g in q.gold[:1]]
    steps = recipe.epochs * (len(pairs) // recipe.questions)

    def losses() -> Iterator[Tensor]:
        for _ in range(recipe.epochs):
            chance.shuffle(pairs)
            for at in range(0, len(pairs) - recipe.questions + 1, recipe.questions):
                asked: list[tuple[str, str]] = []
                for number, gold in pairs[at : at + recipe.questions]:
                    rows = [gold, *chance.choices(negatives[number], k=recipe.negatives)]
                    asked += [(data.questions[number].text, data.passages[r]) for r in rows]
                logits = scores(model, tokenizer, asked).reshape(recipe.questions, -1)
                wanted = torch.zeros_like(logits)
                wanted[:, 0] = 1
                listwise = torch.nn.functional.cross_entropy(logits, torch.zeros(len(logits), dtype=torch.long))
                yield listwise + recipe.pointwise * torch.nn.functional.binary_cross_entropy_with_logits(logits, wanted)

    model.train()
    descend([{"params": learned, "lr": recipe.rate}], losses(), steps, recipe.warmup, say)
    model.eval()


def untrained(base: Path) -> BertForSequenceClassification:
    """What training starts from: some of an encoder folder's layers, and a head that is always the same."""
    state = load_file(base / "model.safetensors")
    config = BertConfig.from_pretrained(base, num_hidden_layers=len(LAYERS), num_labels=1)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = BertForSequenceClassification(config)
    own = model.state_dict()
    for name in own:
        inner = name.removeprefix("bert.")
        match = re.match(r"encoder\.layer\.(\d+)\.(.*)", inner)
        source = f"encoder.layer.{LAYERS[int(match[1])]}.{match[2]}" if match else inner
        if source in state and not inner.startswith("pooler."):
            own[name] = state[source]
    model.load_state_dict(own)
    return model


def scores(model: Any, tokenizer: Any, pairs: Sequence[tuple[str, str]]) -> Tensor:
    """(n,) logits, with gradients; pairs of like length together, so that little is padding."""
    groups = list(by_length([len(q) + len(p) for q, p in pairs], _MICRO))
    parts: list[Tensor] = []
    with torch.autocast("cpu", dtype=torch.bfloat16):
        for group in groups:
            questions, passages = [pairs[i][0] for i in group], [pairs[i][1] for i in group]
            features = tokenizer(questions, passages, padding=True, truncation=True, max_length=LENGTH, return_tensors="pt")
            parts.append(model(**features).logits[:, 0].float())
    return restored(parts, groups)
