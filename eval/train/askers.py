"""Train the encoder's upper layers to read what an asker told, and two matrices that turn the clauses' vectors to it.

Askers: `askers.jsonl` beside this file, {"say", "gold": [[clause ids of one thing that serves it] …]}, written from the
shipped documents by writers who saw neither the program nor the benchmark's profiles. The clauses' vectors are those
that the index holds, so that no index has to be built anew. `--hide` shows what is learnt for documents never seen.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from corpus.records import Document
from eval.cases import CaseError
from eval.train.data import held_out
from eval.train.descent import descend
from index import askers
from index.measures import Measures
from index.search import Index

WRITTEN = Path(__file__).parent / "askers.jsonl"
_FAR = -1e4


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides the outcome, besides data and code."""

    epochs: int = 8
    batch: int = 12
    rate: float = 2e-4
    offered_rate: float = 5e-4
    """Of the two matrices and the tags."""
    warmup: float = 0.05
    scale: float = 25.0
    """Inverse temperature of the softmax over all clauses with a measure."""
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Asker:
    say: str
    needs: tuple[frozenset[str], ...]
    """Of each thing that serves the asker, the ids of all clauses that offer it."""

    @property
    def held_out(self) -> bool:
        return held_out(self.say)


def load(path: Path = WRITTEN) -> list[Asker]:
    """Read the askers.

    Raises:
        CaseError: the file is missing, or a line is not what it should be; says which.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CaseError(f"读不到训练用的提问者 {path}：{error}。请检查路径，文件应为 UTF-8。") from error
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            found.append(Asker(str(row["say"]), tuple(frozenset(map(str, need)) for need in row["gold"])))
        except (ValueError, KeyError, TypeError) as error:
            raise CaseError(f'{path.name} 第 {number} 行不是 {{"say", "gold"}}：{error}') from error
    return found


@dataclass(frozen=True, slots=True)
class Data:
    """What training sees: the clauses with a measure, and the askers with their needs as rows of them."""

    clauses: Tensor
    """(n + m, dimensions) vectors of the clauses and of their sentences."""
    owners: Tensor
    """(n + m,) the clause of each."""
    about: tuple[frozenset[str], ...]
    """(n + m) tags of the clause of each."""
    count: int
    """n."""
    askers: tuple[Asker, ...]
    needs: tuple[Tensor, ...]
    """Per asker (n, needs), true where the clause offers what is needed."""

    @classmethod
    def of(cls, index: Index, measures: Measures, found: Sequence[Asker], hidden: Callable[[Document], bool]) -> Data:
        """Vectors and needs; clauses of hidden documents are left out, and askers whom no other clause serves.

        Raises:
            CaseError: an asker names a clause that the index does not have, or no asker is left.
        """
        for asker in found:
            if unknown := set().union(*asker.needs) - index.by_id.keys():
                raise CaseError(f"“{asker.say[:20]}…”指向没有的条款 {min(unknown)}。语料改过之后请更新 {WRITTEN.name}。")
        stores = measures.stores(index)
        seen = [n for n, c in enumerate(measures.searched) if not hidden(c.document)]
        row = {measures.searched[n].id: at for at, n in enumerate(seen)}
        place = {n: at for at, n in enumerate(seen)}
        kept = [at for at, owner in enumerate(stores.owners) if int(owner) in place]
        vectors = np.vstack([stores.clauses[seen], stores.sentences[kept]])
        owners = [*range(len(seen)), *(place[int(stores.owners[at])] for at in kept)]
        served: list[tuple[Asker, Tensor]] = []
        for asker in found:
            rows = [[row[c] for c in need if c in row] for need in asker.needs]
            needs = torch.zeros(len(seen), len(rows), dtype=torch.bool)
            for column, offering in enumerate(rows):
                needs[offering, column] = True
            if needs.any():
                served.append((asker, needs[:, needs.any(0)]))
        if not served:
            raise CaseError("没有一个提问者指向看得见的条款。请少藏几份文件。")
        about = tuple(measures.tagged[seen[owner]] for owner in owners)
        return cls(torch.from_numpy(vectors), torch.tensor(owners), about, len(seen), *zip(*served, strict=True))

    def likeness(self, told: Tensor, offered: Tensor) -> Tensor:
        """(n,) of a story's vectors (1 + parts, dimensions) with turned `clauses`, as `index.askers.likeness` has it."""
        cosines = told @ offered.T
        best = torch.full((len(told), self.count), -1.0)
        best = best.scatter_reduce(1, self.owners[None].expand(len(told), -1), cosines, "amax", include_self=True)
        if len(told) == 1:
            return best[0]
        soft = torch.logsumexp(best[1:] * askers.SHARP, 0) / askers.SHARP
        return askers.WHOLE * best[0] + (1 - askers.WHOLE) * soft


def train(model: Any, data: Data, recipe: Recipe, say: Callable[[str], None]) -> Any:
    """What was learnt for a sentence-transformers model, which itself stays as it is.

    Loss: for each thing that serves an asker, cross-entropy of its clauses among all that do not serve that asker.
    """
    torch.manual_seed(recipe.seed)
    chance = random.Random(recipe.seed)  # noqa: S311 - not for secrets
    made = askers.untrained(model[0].auto_model, frozenset().union(*data.about))
    layers, about = made["upper"], askers.tagged(made, data.about)
    lower, parts = _read(model, data.askers)
    learned = [n for n, asker in enumerate(data.askers) if not asker.held_out]
    steps = recipe.epochs * (len(learned) // recipe.batch)

    def losses() -> Iterator[Tensor]:
        for _ in range(recipe.epochs):
            chance.shuffle(learned)
            for at in range(0, len(learned) - recipe.batch + 1, recipe.batch):
                batch = learned[at : at + recipe.batch]
                told = _told(layers, [lower[n] for n in batch], [parts[n] for n in batch])
                offered = askers.offered(made, data.clauses, about)
                each = [_loss(recipe.scale * data.likeness(v, offered), data.needs[n]) for n, v in zip(batch, told, strict=True)]
                yield torch.stack(each).mean()

    made.train()
    rates = {"upper": recipe.rate, "offered": recipe.offered_rate, "about": recipe.offered_rate}
    groups = [{"params": list(made[name].parameters()), "lr": rate} for name, rate in rates.items()]
    descend(groups, losses(), steps, recipe.warmup, say)
    made.eval()
    return made


def recall(model: Any, made: Any, data: Data, k: int = 10) -> float:
    """Share of the needs of held-out askers that the first k clauses serve, by likeness alone."""
    lower, parts = _read(model, data.askers)
    found = []
    with torch.inference_mode():
        offered = askers.offered(made, data.clauses, askers.tagged(made, data.about))
        for n, asker in enumerate(data.askers):
            if asker.held_out:
                (told,) = _told(made["upper"], [lower[n]], [parts[n]])
                first = data.likeness(told, offered).topk(min(k, data.count)).indices
                found.append(float(data.needs[n][first].any(0).float().mean()))
    return float(np.mean(found))


def _read(model: Any, found: Sequence[Asker]) -> tuple[list[Tensor], list[Tensor]]:
    """Of each story the states under the trained layers, computed once, and the parts of its tokens."""
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        read = [askers.tokens(model.tokenizer, model.prompts["query"] + asker.say) for asker in found]
        return [askers.below(model[0].auto_model, ids)[0].float() for ids, _ in read], [parts for _, parts in read]


def _told(layers: Any, states: Sequence[Tensor], parts: Sequence[Tensor]) -> list[Tensor]:
    """Per story (1 + parts, dimensions), computed together."""
    longest = max(len(s) for s in states)
    padded = torch.stack([torch.nn.functional.pad(s, (0, 0, 0, longest - len(s))) for s in states])
    mask = torch.stack([(torch.arange(longest) < len(s)).float() for s in states])
    with torch.autocast("cpu", dtype=torch.bfloat16):
        out = askers.above(layers, padded, mask)
    return [askers.pooled(row[: len(s)].float(), p) for row, s, p in zip(out, states, parts, strict=True)]


def _loss(scores: Tensor, needs: Tensor) -> Tensor:
    others = torch.logsumexp(scores.masked_fill(needs.any(1), _FAR), 0)
    offered = torch.logsumexp(scores[:, None].masked_fill(~needs, _FAR), 0)
    return (torch.logaddexp(offered, others) - offered).mean()
