"""Open an index and find clauses: BM25, clause vectors and sentence vectors, ranks fused.

index = open_index(settings, encoder)
for hit in index.search("众创空间能减哪些税？", k=10): print(hit.clause.citation, hit.score)
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus import lookup, numerals
from corpus.records import Clause, Document
from corpus.sentences import sentences
from index import files
from index.errors import StaleIndexError
from index.fuse import fuse
from index.lexical import Lexical
from index.models import Encoder, Vectors
from index.question import asks_for_list, official, parts, scope
from index.settings import IndexSettings
from index.tokens import content_words, simplified, words
from index.vectors import VectorIndex

_DEPTH = 100  # candidates each retriever gives
_WEIGHTS = {"address": 1.0, "named": 1.0, "clause": 1.0, "sentence": 1.0, "words": 1.0, "official": 1.0, "list": 1.0}
_LISTED_FROM = 1  # leading clauses whose lists are followed
_LONGEST_LIST = 16


@dataclass(frozen=True, slots=True)
class Filters:
    """Only documents that agree; empty means any. Hard: no retriever may return another."""

    documents: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    years: tuple[int, ...] = ()

    def admit(self, document: Document) -> bool:
        return (
            (not self.documents or document.id in self.documents)
            and (not self.levels or document.level in self.levels)
            and (not self.regions or document.region in self.regions)
            and (not self.statuses or document.status in self.statuses)
            and (not self.years or document.year in self.years)
        )


@dataclass(frozen=True, slots=True)
class Match:
    """A sentence of a hit and its likeness to the question (cosine, higher is nearer)."""

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A found clause. `score` is the fused score (higher is better), `similarity` the best cosine."""

    clause: Clause
    score: float
    similarity: float
    sentences: tuple[Match, ...]
    """All sentences of the clause, nearest first."""
    ranks: dict[str, int] = field(hash=False)
    """Rank per retriever that found it, from 1."""


def open_index(settings: IndexSettings, encoder: Encoder) -> Index:
    """Open the current build after proving that it is whole and fits corpus and encoder.

    Raises:
        StaleIndexError: with the command that mends it.
    """
    folder = files.current(settings.index)
    files.verify(folder, encoder.fingerprint, settings.corpus)
    return Index(folder, encoder)


class Index:
    """An opened index; safe to share between threads, nothing in it changes."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        try:
            self.documents = files.read_documents(folder)
            self.clauses = files.read_clauses(folder, self.documents)
            self._searched: NDArray[np.int64] = np.load(folder / "searched.npy")
            self._spans: NDArray[np.int64] = np.load(folder / "sentences.npy")
            self._clause_vectors = VectorIndex.load(folder / "clauses.npy")
            self._sentence_vectors = VectorIndex.load(folder / "sentence-vectors.npy")
            self.lexical = Lexical.load(folder / "bm25")
        except (OSError, ValueError, KeyError) as error:
            raise StaleIndexError(f"索引 {folder} 读不出来（{error}）。请运行：python -m index build。") from error
        self.encoder = encoder
        self.build = folder.name
        self.by_id = {c.id: c for c in self.clauses}
        self._ordinal = {c.id: n for n, c in enumerate(self.clauses)}
        self._row = {int(n): row for row, n in enumerate(self._searched)}  # clause → row of its own vector
        self._below: dict[tuple[str, tuple[str, ...]], list[int]] = defaultdict(list)  # parent → its direct parts
        for number, clause in enumerate(self.clauses):
            self._below[clause.document.id, clause.address.parent.labels].append(number)
        self._rows: dict[int, list[int]] = defaultdict(list)  # clause → rows of its sentences
        for row, (clause, _, _) in enumerate(self._spans):
            self._rows[int(clause)].append(row)

    def search(self, question: str, k: int = 10, filters: Filters | None = None) -> list[Hit]:
        """The k best clauses for a question, best first; empty for a question without any word.

        A question that asks two things is searched for each, and the two results take turns. The same
        question gives the same hits in the same order.
        """
        question = simplified(question).strip()
        if not words(question) or k < 1:
            return []
        allowed = self._allowed(filters)
        asked = parts(question, [re.sub(r"(?:省|市|自治区)$", "", d.region) for d in self.documents if d.region])
        found = [self._ranked(part, allowed) for part in asked]
        vectors = self.encoder.queries(asked)
        chosen = _take_turns(found)[:k]
        return [self._hit(number, score, ranks, vectors[part : part + 1]) for number, score, ranks, part in chosen]

    def _ranked(self, question: str, allowed: set[int]) -> list[tuple[int, float, dict[str, int]]]:
        """Fused ranking of all retrievers for one whole question."""
        wording = official(question)
        vectors = self.encoder.queries([question, wording])
        rankings = {
            "clause": self._near_clauses(vectors[:1], allowed),
            "sentence": self._near_sentences(vectors[:1], allowed),
            "words": self._by_words(wording, allowed),
            "address": [n for c in lookup.find(self.documents, self.clauses, question) if (n := self._ordinal[c.id]) in allowed],
        }
        if wording != question:
            rankings["official"] = self._near_sentences(vectors[1:], allowed)
        named = {d.id for d in lookup.named_documents(self.documents, question)} or scope(question, self.documents)
        inside = {n for n in allowed if self.clauses[n].document.id in named}
        if inside:
            rankings["named"] = self._near_sentences(vectors[1:], inside)
        if asks_for_list(question):
            rankings["list"] = self._members(question, fuse(rankings, _WEIGHTS)[:_LISTED_FROM], allowed)
        found = fuse(rankings, _WEIGHTS)
        # A clause that the question names by its address is not a matter of likeness.
        return sorted(found, key=lambda item: item[2].get("address", _DEPTH))

    def _members(self, question: str, leading: Sequence[tuple[int, float, dict[str, int]]], allowed: set[int]) -> list[int]:
        """Members of the lists that the leading clauses stand in or introduce, list by list, in reading order."""
        out: dict[int, None] = {}
        for number, _, _ in leading:
            clause = self.clauses[number]
            below = self._below.get((clause.document.id, clause.address.labels), [])
            beside = self._below.get((clause.document.id, clause.address.parent.labels), [])
            if len(below) > 1:
                members = [n for n in below if n in allowed and self.clauses[n].kind in ("item", "paragraph", "row")]
            elif _about_the_list(question, clause):
                same = _system(clause.address.labels[-1])
                members = [n for n in beside if n in allowed and _system(self.clauses[n].address.labels[-1]) == same]
            else:
                members = []
            if 2 <= len(members) <= _LONGEST_LIST:
                out |= dict.fromkeys(members)
        return list(out)

    def _allowed(self, filters: Filters | None) -> set[int]:
        return {int(n) for n in self._searched if filters is None or filters.admit(self.clauses[n].document)}

    def _near_clauses(self, vector: Vectors, allowed: set[int]) -> list[int]:
        rows = self._selection([self._row[n] for n in allowed], len(self._clause_vectors))
        ids, _ = self._clause_vectors.search(vector, _DEPTH, rows)
        return [int(self._searched[i]) for i in ids]

    def _near_sentences(self, vector: Vectors, allowed: set[int]) -> list[int]:
        rows = self._selection([r for n in allowed for r in self._rows.get(n, ())], len(self._sentence_vectors))
        ids, scores = self._sentence_vectors.search(vector, 3 * _DEPTH, rows)
        best = {int(self._spans[i][0]): float(s) for i, s in zip(ids[::-1], scores[::-1], strict=True)}
        single = [n for n in allowed if n not in self._rows]
        best |= dict(zip(single, self._own_scores(single, vector), strict=True))
        return sorted(best, key=lambda n: (-best[n], n))[:_DEPTH]

    def _by_words(self, question: str, allowed: set[int]) -> list[int]:
        scores = self.lexical.scores(question)
        order = np.argsort(-scores, kind="stable")
        found = [int(self._searched[i]) for i in order if scores[i] > 0]
        return [n for n in found if n in allowed][:_DEPTH]

    @staticmethod
    def _selection(rows: Sequence[int], total: int) -> NDArray[np.int64] | None:
        return None if len(rows) == total else np.array(sorted(rows), np.int64)

    def _own_scores(self, clauses: Sequence[int], vector: Vectors) -> list[float]:
        rows = self._clause_vectors.rows([self._row[n] for n in clauses])
        return [float(s) for s in rows @ vector[0]]

    def _hit(self, number: int, score: float, ranks: dict[str, int], vector: Vectors) -> Hit:
        clause = self.clauses[number]
        own = self._own_scores([number], vector)[0]
        rows = self._rows.get(number, [])
        if rows:
            scores = self._sentence_vectors.rows(rows) @ vector[0]
            matches = [Match(int(self._spans[r][1]), int(self._spans[r][2]), float(s)) for r, s in zip(rows, scores, strict=True)]
        else:
            matches = [Match(start, end, own) for start, end in sentences(clause)]
        matches.sort(key=lambda m: (-m.score, m.start))
        return Hit(clause, score, max([own, *(m.score for m in matches)]), tuple(matches), ranks)


def _about_the_list(question: str, clause: Clause) -> bool:
    """True when the question speaks of what stands above a clause rather than of the clause's own subject."""
    asked = set(content_words(question))
    if not clause.headings:
        return False
    own = clause.headings[-1] if clause.headings[-1] in clause.text else ""
    above = clause.headings[-2] if own and len(clause.headings) > 1 else clause.headings[-1] if not own else clause.document.title
    shares = [len(asked & set(content_words(t))) / max(1, len(set(content_words(t)))) for t in (above, own)]
    return shares[0] > 0 and shares[0] >= shares[1]


def _system(label: str) -> str:
    """A label's numbering system, its characters without its number: ——3 stands beside ——1, not beside 段2."""
    return re.sub(rf"[\d{numerals.CHARACTERS}①-⑳]+", "#", label)


def _take_turns(
    found: Sequence[Sequence[tuple[int, float, dict[str, int]]]],
) -> list[tuple[int, float, dict[str, int], int]]:
    """Rankings of several questions → one: the best of each, then the second of each, no clause twice."""
    longest = max(map(len, found))
    seen: dict[int, tuple[int, float, dict[str, int], int]] = {}
    for rank in range(longest):
        for part, ranking in enumerate(found):
            if rank < len(ranking):
                number, score, ranks = ranking[rank]
                seen.setdefault(number, (number, score, ranks, part))
    return list(seen.values())
