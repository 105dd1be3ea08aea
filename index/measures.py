"""All support measures of an index: read from its clauses once, kept in the folder of its build, searched by their clauses.

    measures.of(index, settings.index)               # once, where the folder is known: read from the file, or make it
    measures.of(index).near(index, "想买设备")         # afterwards from memory

The file names the corpus digest, the code that reads measures, and the bytes of its own lines; one that differs in
any of them is made again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

import corpus as corpus_package
from corpus.measure import Agency, Amount, Leaf, Measure, Node
from corpus.measures import measures as read_measures
from corpus.records import Clause
from index.files import MANIFEST
from index.models import Vectors
from index.passages import SKIPPED
from index.question import official
from index.retrieve import Retrievers
from index.search import Filters, Index

FILE = "measures.jsonl"
_FORMAT = 1
_READERS = ("measure", "facts")
"""Files of `corpus` whose names begin so decide what the measures are."""
_DEPTH = 60
"""Clauses that each text brings in from each retriever."""
_SAMPLE = 1000
"""Clauses, at least, by which it is told how near a measure usually is to a text."""


@dataclass(frozen=True, slots=True)
class Near:
    """Clauses beside a story (column 0) and phrases (the other columns)."""

    clauses: tuple[str, ...]
    """Ids."""
    likeness: Vectors
    """(clauses, 1 + phrases): cosine of the nearest sentence or of the whole clause, in standard deviations above the mean
    of the clauses with a measure."""
    words: NDArray[np.float32]
    """(clauses, 1 + phrases): BM25 as a share of the best."""


class Measures(Mapping[str, tuple[Measure, ...]]):
    """Clause id → its measures; a clause without any is absent."""

    def __init__(self, clauses: Sequence[Clause], found: Mapping[str, tuple[Measure, ...]]) -> None:
        self._found = dict(found)
        self._ordinal = {c.id: n for n, c in enumerate(clauses) if c.id in self._found}
        self._mask = np.array([c.id in self._found and c.kind not in SKIPPED for c in clauses], np.bool_)
        self._documents = [c.document for c in clauses]
        held = [int(n) for n in np.flatnonzero(self._mask)]
        self._sample = held[:: max(1, len(held) // _SAMPLE)]
        self._vectors: dict[str, Vectors] = {}
        self._about: dict[tuple[str, str], set[str]] = defaultdict(set)
        for clause, made in self._found.items():
            for measure in made:
                for tag in tags(measure):
                    self._about[tag].add(clause)

    def __getitem__(self, clause: str) -> tuple[Measure, ...]:
        return self._found[clause]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def about(self, fact: str, value: str) -> AbstractSet[str]:
        """Ids of the clauses with a measure for such a beneficiary (who), topic (activity), field, place …"""
        return self._about.get((fact, value), frozenset())

    def near(
        self, index: Index, story: str, phrases: Sequence[str] = (), also: Iterable[str] = (), filters: Filters | None = None
    ) -> Near:
        """The clauses with a measure nearest to a story and to phrases, by clause and sentence vectors and by words.

        No clause without a measure takes a place.

        Args:
            story: in the asker's words; official words for its everyday ones are added.
            phrases: in official words; their vectors are kept, so that only the story costs time (see `learn`).
            also: ids of further clauses to compare, such as those of the same topic.
        """
        mask = self._allowed(filters)
        wordings = [official(story), *phrases]
        if not mask.any():
            return Near((), np.zeros((0, len(wordings)), np.float32), np.zeros((0, len(wordings)), np.float32))
        self.learn(index, phrases)
        vectors = np.stack([index.encoder.queries(wordings[:1])[0], *(self._vectors[p] for p in phrases)])
        near = index._retrievers
        found = {self._ordinal[i] for i in also if i in self._found}
        for row, wording in enumerate(wordings):
            found.update(near.clauses(vectors[row : row + 1], mask)[:_DEPTH])
            found.update(near.sentences(vectors[row : row + 1], mask)[:_DEPTH])
            found.update(near.words(wording, mask)[:_DEPTH])
        numbers = sorted(n for n in found if mask[n])
        usual = _likeness(near, self._sample, vectors)
        likeness = (_likeness(near, numbers, vectors) - usual.mean(axis=0)) / np.maximum(usual.std(axis=0), 1e-6)
        shares = []
        for wording in wordings:
            scores = near.lexical.scores(wording)[near._row[numbers]]
            shares.append(scores / max(float(scores.max(initial=0)), 1e-9))
        return Near(tuple(index.clauses[n].id for n in numbers), likeness.astype(np.float32), np.stack(shares, axis=1))

    def alike(self, index: Index, clauses: Sequence[str]) -> Vectors:
        """(n, n) cosines of clauses with one another."""
        vectors = index._retrievers._clauses.rows([int(index._retrievers._row[self._ordinal[c]]) for c in clauses])
        out: Vectors = vectors @ vectors.T
        return out

    def learn(self, index: Index, phrases: Iterable[str]) -> None:
        """Embed phrases that are not known yet, in one batch, so that later searches need not."""
        missing = [p for p in dict.fromkeys(phrases) if p not in self._vectors]
        if missing:
            self._vectors |= dict(zip(missing, index.encoder.queries(missing), strict=True))

    def _allowed(self, filters: Filters | None) -> NDArray[np.bool_]:
        if filters is None or filters == Filters():
            return self._mask
        documents = {d.id: d for d in self._documents}
        admitted = {name for name, document in documents.items() if filters.admit(document)}
        return self._mask & np.array([d.id in admitted for d in self._documents], np.bool_)


def tags(measure: Measure) -> set[tuple[str, str]]:
    """(fact, value) of all that a measure is about: its kinds, topics, fields, and the values of its conditions."""
    named = {(leaf.fact, value) for leaf in measure.conditions.leaves() if leaf.relation == "in" for value in leaf.values}
    named |= {("kind", k) for k in (measure.kind, *measure.kinds)}
    return named | {("activity", t) for t in measure.topics} | {("field", f) for f in measure.fields}


def _likeness(near: Retrievers, numbers: Sequence[int], vectors: Vectors) -> Vectors:
    """(clauses, vectors) cosines of each clause's nearest sentence, or of the whole clause where that is nearer."""
    likeness: Vectors = near._clauses.rows([int(near._row[n]) for n in numbers]) @ vectors.T
    rows = [(place, row) for place, n in enumerate(numbers) for row in near._rows.get(n, ())]
    np.maximum.at(likeness, [place for place, _ in rows], near._sentences.rows([row for _, row in rows]) @ vectors.T)
    return likeness


_opened: WeakKeyDictionary[Index, Measures] = WeakKeyDictionary()
_lock = Lock()


def of(index: Index, folder: Path | None = None) -> Measures:
    """The measures of an opened index, the same object for every caller.

    Args:
        folder: of the index (`IndexSettings.index`); the measures are read from the file in its current build,
            or written there. A folder that refuses to be written costs only the reading at the next start.
    """
    with _lock:
        if index not in _opened:
            path = folder / index.build / FILE if folder else None
            found = load(path, index) if path else None
            if found is None:
                found = {c.id: made for c in index.clauses if (made := tuple(read_measures(c)))}
                if path:
                    save(path, found)
            _opened[index] = Measures(index.clauses, found)
        return _opened[index]


def save(path: Path, found: Mapping[str, Sequence[Measure]]) -> None:
    """Write all measures in one step; nothing is written where the folder cannot be."""
    lines = [json.dumps(_row(m), ensure_ascii=False, separators=(",", ":")) for made in found.values() for m in made]
    body = "".join(f"{line}\n" for line in lines).encode()
    head = {"key": _key(path.parent), "sha256": hashlib.sha256(body).hexdigest()}
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(json.dumps(head).encode() + b"\n" + body)
        os.replace(part, path)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def load(path: Path, index: Index) -> dict[str, tuple[Measure, ...]] | None:
    """The measures in a file; None when it is absent, damaged, or made of another corpus or by other code."""
    try:
        head, body = path.read_bytes().split(b"\n", 1)
        if json.loads(head) != {"key": _key(path.parent), "sha256": hashlib.sha256(body).hexdigest()}:
            return None
        found: dict[str, list[Measure]] = {}
        for line in body.decode().split("\n")[:-1]:
            row = json.loads(line)
            found.setdefault(row[0], []).append(_measure(row, index.by_id[row[0]]))
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return None
    return {clause: tuple(made) for clause, made in found.items()}


def _key(build: Path) -> str:
    """Of the corpus and of the code that reads measures; of the build's own name where it has no manifest."""
    try:
        corpus = str(json.loads((build / MANIFEST).read_text("utf-8"))["corpus"])
    except (OSError, ValueError, KeyError, TypeError):
        corpus = build.name
    folder = Path(corpus_package.__path__[0])
    sources = sorted(p for p in folder.iterdir() if p.name.startswith(_READERS) and p.suffix in (".py", ".tsv"))
    code = hashlib.sha256(b"".join(p.read_bytes() for p in [*sources, Path(__file__)]))
    return f"{_FORMAT}:{corpus}:{code.hexdigest()}"


def _row(measure: Measure) -> list[Any]:
    return [
        measure.clause.id,
        measure.kind,
        measure.strength,
        measure.benefit,
        measure.beneficiary,
        _tree(measure.conditions),
        [(a.value, a.unit, a.bound, a.span, a.per) for a in measure.amounts],
        [(a.name, a.lead, a.span) for a in measure.agencies],
        measure.time,
        measure.topics,
        measure.fields,
        measure.kinds,
    ]


def _tree(node: Node | Leaf) -> list[Any]:
    if isinstance(node, Leaf):
        return [node.role, node.fact, node.relation, node.values, node.span]
    return [node.join, [_tree(child) for child in node.children]]


def _measure(row: list[Any], clause: Clause) -> Measure:
    _, kind, strength, benefit, beneficiary, conditions, amounts, agencies, time, topics, fields, kinds = row
    tree = _node(conditions)
    assert isinstance(tree, Node)
    return Measure(
        clause,
        kind,
        strength,
        (benefit[0], benefit[1]),
        tuple((s, e) for s, e in beneficiary),
        tree,
        tuple(Amount(value, unit, bound, (s, e), per) for value, unit, bound, (s, e), per in amounts),
        tuple(Agency(name, lead, (s, e)) for name, lead, (s, e) in agencies),
        tuple((s, e) for s, e in time),
        tuple(topics),
        tuple(fields),
        tuple(kinds),
    )


def _node(row: list[Any]) -> Node | Leaf:
    if len(row) == 2:
        return Node(row[0], tuple(map(_node, row[1])))
    role, fact, relation, values, (start, end) = row
    return Leaf(role, fact, relation, tuple(values), (start, end))
