"""Fine-tune the encoder on questions and articles: in-batch negatives and mined hard ones, embeddings frozen.

Only the layers learn, so that what ships is their difference to the public weights.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from eval.train.data import Data
from eval.train.descent import by_length, descend, restored

_LENGTH = 144  # tokens of a passage seen in training
_MICRO = 16  # passages of like length that go through the model together


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides the outcome, besides data and code."""

    epochs: int = 2
    batch: int = 48
    negatives: int = 1
    frozen: int = 4
    """Lowest layers that stay as they are, besides the embeddings."""
    rate: float = 6e-5
    warmup: float = 0.1
    scale: float = 50.0
    """Inverse temperature of the softmax over a batch's passages."""
    seed: int = 7


def train(model: Any, data: Data, negatives: Sequence[Sequence[int]], recipe: Recipe, say: Callable[[str], None]) -> None:
    """Fine-tune a sentence-transformers model in place on the questions that are not held out.

    Loss: cross-entropy of the gold passage among all passages of the batch (InfoNCE), as in E5's own training.
    """
    torch.manual_seed(recipe.seed)
    chance = random.Random(recipe.seed)  # noqa: S311 - not for secrets
    bert = model[0].auto_model
    for module in (bert.embeddings, *bert.encoder.layer[: recipe.frozen]):
        for parameter in module.parameters():
            parameter.requires_grad = False
    learned = [p for n, p in model.named_parameters() if p.requires_grad and "pooler" not in n]
    pairs = [(n, g) for n, q in enumerate(data.questions) if not q.held_out for g in q.gold[:3]]
    steps = recipe.epochs * (len(pairs) // recipe.batch)

    def losses() -> Iterator[Tensor]:
        for _ in range(recipe.epochs):
            for batch in _batches(pairs, data, recipe.batch, chance):
                texts, target, allowed = _texts(batch, data, negatives, recipe.negatives, chance)
                asked = _vectors(model, ["query: " + data.questions[n].text for n, _ in batch])
                found = _vectors(model, ["passage: " + t for t in texts])
                likeness = recipe.scale * asked @ found.T
                yield torch.nn.functional.cross_entropy(likeness.masked_fill(~allowed, -1e4), target)

    model.train()
    descend([{"params": learned, "lr": recipe.rate}], losses(), steps, recipe.warmup, say)
    model.eval()


def _batches(pairs: Sequence[tuple[int, int]], data: Data, size: int, chance: random.Random) -> Iterator[list[tuple[int, int]]]:
    """Shuffled batches in which no question and no gold passage occurs twice."""
    waiting = list(pairs)
    chance.shuffle(waiting)
    while len(waiting) >= size:
        batch: list[tuple[int, int]] = []
        later: list[tuple[int, int]] = []
        asked: set[int] = set()
        golds: set[int] = set()
        for pair in waiting:
            if len(batch) < size and pair[0] not in asked and not golds & set(data.questions[pair[0]].gold):
                batch.append(pair)
                asked.add(pair[0])
                golds |= set(data.questions[pair[0]].gold)
            else:
                later.append(pair)
        if len(batch) < size:
            return
        yield batch
        waiting = later


def _texts(
    batch: Sequence[tuple[int, int]], data: Data, negatives: Sequence[Sequence[int]], each: int, chance: random.Random
) -> tuple[list[str], Tensor, Tensor]:
    """Passages of a batch (gold first), the index of each question's gold, and what each question may be set against."""
    rows = [gold for _, gold in batch]
    for number, _ in batch:
        rows += chance.sample(list(negatives[number]), min(each, len(negatives[number])))
    allowed = torch.ones(len(batch), len(rows), dtype=torch.bool)
    for at, (number, _) in enumerate(batch):
        for column, row in enumerate(rows):
            if row in data.questions[number].gold and column != at:
                allowed[at, column] = False
    return [data.passages[r] for r in rows], torch.arange(len(batch)), allowed


def _vectors(model: Any, texts: Sequence[str]) -> Tensor:
    """(n, d) unit vectors with gradients; texts of like length together, so that little is padding."""
    groups = list(by_length([len(t) for t in texts], _MICRO))
    parts: list[Tensor] = []
    with torch.autocast("cpu", dtype=torch.bfloat16):
        for group in groups:
            chosen = [texts[i] for i in group]
            features = model.tokenizer(chosen, padding=True, truncation=True, max_length=_LENGTH, return_tensors="pt")
            parts.append(model(dict(features))["sentence_embedding"].float())
    return torch.nn.functional.normalize(restored(parts, groups), dim=1)
