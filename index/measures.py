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
from dataclasses import dataclass, replace
from functools import cached_property
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
from index import askers
from index.files import MANIFEST
from index.models import Hears, Vectors
from index.passages import SKIPPED
from index.search import Filters, Index

FILE = "measures.jsonl"
_FORMAT = 1
_READERS = ("measure", "facts")
"""Files of `corpus` whose names begin so decide what the measures are."""


@dataclass(frozen=True, slots=True)
class Near:
    """All clauses with a measure beside a story, its parts, phrases and terms."""

    clauses: tuple[str, ...]
    """Ids."""
    likeness: Vectors
    """(clauses, story + phrases): cosine of the nearest sentence or of the whole clause, in standard deviations above the
    mean of these clauses."""
    whole: Vectors
    """(clauses,): the same of the whole clause alone with the story."""
    words: NDArray[np.float32]
    """(clauses, story + parts + phrases + terms): BM25 as a share of the best."""
    told: Vectors
    """(clauses,): likeness by the layers trained on askers (index/askers.py), in standard deviations; 0 without them."""


@dataclass(frozen=True, slots=True)
class Stores:
    """Vectors of the clauses with a measure: (n, d), and of their sentences: (m, d) with the row of the clause of each."""

    clauses: Vectors
    sentences: Vectors
    owners: NDArray[np.int64]
    searched: NDArray[np.int64]
    """(n,) the clause's row in the word statistics."""

    def cosines(self, vectors: Vectors) -> Vectors:
        """(n, k) with each of k vectors: of the nearest sentence of a clause, or of the whole clause where that is nearer."""
        out: Vectors = self.clauses @ vectors.T
        if len(self.owners):
            begin = np.flatnonzero(np.diff(self.owners, prepend=-1))
            best = np.maximum.reduceat(self.sentences @ vectors.T, begin, axis=0)
            out[self.owners[begin]] = np.maximum(out[self.owners[begin]], best)
        return out


class Measures(Mapping[str, tuple[Measure, ...]]):
    """Clause id → its measures; a clause without any is absent."""

    def __init__(self, clauses: Sequence[Clause], found: Mapping[str, tuple[Measure, ...]]) -> None:
        self._found = dict(found)
        self._held = [n for n, c in enumerate(clauses) if c.id in self._found and c.kind not in SKIPPED]
        self.searched = [clauses[n] for n in self._held]
        """The clauses with a measure that are searched, in the rows of `stores`."""
        self._row = {c.id: row for row, c in enumerate(self.searched)}
        self._vectors: dict[str, Vectors] = {}
        self._words: dict[str, NDArray[np.float32]] = {}
        self._stores: Stores | None = None
        self._turned: Stores | None = None
        self._lock = Lock()
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
        self,
        index: Index,
        story: str,
        parts: Sequence[str] = (),
        phrases: Sequence[str] = (),
        terms: Sequence[str] = (),
        filters: Filters | None = None,
        told: str = "",
    ) -> Near:
        """How near every admitted clause with a measure is to what an asker told and wants.

        Args:
            story: of the asker.
            parts: of the story, compared by words alone; nothing of what an asker told is kept.
            phrases: in official words; vectors and word scores are kept, so that only the story costs time (see `learn`).
            terms: in official words, compared by words alone, and kept.
            told: the story in the asker's own words, for an encoder that was trained on askers.
        """
        admitted = self._admitted(filters)
        if not len(admitted):
            empty = np.zeros((0, 1 + len(phrases)), np.float32)
            none = np.zeros((0, 1 + len(parts) + len(phrases) + len(terms)), np.float32)
            return Near((), empty, empty[:, 0], none, empty[:, 0])
        self.learn(index, phrases)
        stores = self.stores(index)
        vectors = np.vstack([index.encoder.queries([story]), *(self._vectors[p][None] for p in phrases)])
        likeness = stores.cosines(vectors)
        whole = stores.clauses @ vectors[0]
        asker = self._heard(index, told)
        scores = [index.lexical.scores(s)[stores.searched] for s in (story, *parts)]
        scores += [self._scored(index, t) for t in (*phrases, *terms)]
        words = np.stack(scores, axis=1)[admitted]
        return Near(
            tuple(self.searched[n].id for n in admitted),
            _deviation(likeness[admitted]),
            _deviation(whole[admitted]),
            (words / np.maximum(words.max(axis=0), 1e-9)).astype(np.float32),
            _deviation(asker[admitted]),
        )

    def _heard(self, index: Index, told: str) -> Vectors:
        """(n,) likeness by the layers trained on askers; zeros without a story or such layers."""
        vectors = index.encoder.told(told) if told and isinstance(index.encoder, Hears) else None
        if vectors is None:
            return np.zeros(len(self.searched), np.float32)
        return askers.likeness(self._offered(index).cosines(vectors))

    @cached_property
    def tagged(self) -> tuple[frozenset[str], ...]:
        """Of each clause of `searched` the names of all tags of its measures, and of its document's level."""
        return tuple(
            frozenset({f"{fact} {value}" for m in self._found[c.id] for fact, value in tags(m)} | {f"level {c.document.level}"})
            for c in self.searched
        )

    def alike(self, index: Index, clauses: Sequence[str]) -> Vectors:
        """(n, n) cosines of clauses with one another."""
        vectors = self.stores(index).clauses[[self._row[c] for c in clauses]]
        out: Vectors = vectors @ vectors.T
        return out

    def learn(self, index: Index, phrases: Iterable[str], terms: Iterable[str] = ()) -> None:
        """Embed phrases that are not known yet, in one batch, score phrases and terms by words, and turn the clauses' vectors,
        so that searches need not."""
        phrases = list(dict.fromkeys(phrases))
        missing = [p for p in phrases if p not in self._vectors]
        if missing:
            self._vectors |= dict(zip(missing, index.encoder.queries(missing), strict=True))
        self._offered(index)
        for text in (*phrases, *terms):
            self._scored(index, text)

    def _scored(self, index: Index, text: str) -> NDArray[np.float32]:
        """(n,) BM25 of a phrase for each clause with a measure, kept."""
        if text not in self._words:
            self._words[text] = index.lexical.scores(text)[self.stores(index).searched]
        return self._words[text]

    def stores(self, index: Index) -> Stores:
        """The vectors of the clauses with a measure, taken from the index at the first call."""
        with self._lock:
            if self._stores is None:
                self._stores = Stores(*index.vectors_of(self._held))
            return self._stores

    def _offered(self, index: Index) -> Stores:
        """The stores with their vectors as they are compared with what was told."""
        stores = self.stores(index)
        with self._lock:
            if self._turned is None and isinstance(index.encoder, Hears):
                turn, about = index.encoder.offered, self.tagged
                sentences = turn(stores.sentences, [about[n] for n in stores.owners])
                self._turned = replace(stores, clauses=turn(stores.clauses, about), sentences=sentences)
            return self._turned or stores

    def _admitted(self, filters: Filters | None) -> NDArray[np.int64]:
        """Rows of the clauses whose documents agree."""
        if filters is None or filters == Filters():
            return np.arange(len(self.searched))
        documents = {c.document.id: c.document for c in self.searched}
        admitted = {name for name, document in documents.items() if filters.admit(document)}
        return np.array([row for row, c in enumerate(self.searched) if c.document.id in admitted], np.int64)


def tags(measure: Measure) -> set[tuple[str, str]]:
    """(fact, value) of all that a measure is about: its kinds, topics, fields, and the values of its conditions."""
    named = {(leaf.fact, value) for leaf in measure.conditions.leaves() if leaf.relation == "in" for value in leaf.values}
    named |= {("kind", k) for k in (measure.kind, *measure.kinds)}
    return named | {("activity", t) for t in measure.topics} | {("field", f) for f in measure.fields}


def _deviation(likeness: Vectors) -> Vectors:
    """Standard deviations above the mean of each column."""
    out: Vectors = ((likeness - likeness.mean(axis=0)) / np.maximum(likeness.std(axis=0), 1e-6)).astype(np.float32)
    return out


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
