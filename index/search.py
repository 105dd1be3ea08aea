"""Open an index and find clauses: BM25, clause vectors and sentence vectors, ranks fused.

index = open_index(settings, encoder)
for hit in index.search("众创空间能减哪些税？", k=10): print(hit.clause.citation, hit.score)
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from corpus import lookup, numerals
from corpus.records import Clause, Document
from corpus.sentences import sentences
from index import files
from index.errors import StaleIndexError
from index.fuse import fuse
from index.models import Encoder, Vectors
from index.question import asks_for_list, official, parts, scope
from index.retrieve import DEPTH, Mask, Retrievers
from index.route import Router, without_names
from index.settings import IndexSettings
from index.tokens import content_words, simplified, words

_WEIGHTS = {
    "address": 1.0,
    "named": 1.0,
    "titled": 0.5,
    "clause": 1.0,
    "sentence": 1.0,
    "words": 1.0,
    "official": 1.0,
    "list": 1.0,
}
_WEIGHTS |= {
    "named clause": 1.0,
    "named sentence": 1.0,
    "named words": 1.0,
    "also sentence": 1.0,
    "also clause": 1.0,
    "also words": 1.0,
}
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
            self._retrievers = Retrievers(folder, len(self.clauses))
        except (OSError, ValueError, KeyError) as error:
            raise StaleIndexError(f"索引 {folder} 读不出来（{error}）。请运行：python -m index build。") from error
        self.encoder = encoder
        self.lexical = self._retrievers.lexical
        self.build = folder.name
        self.by_id = {c.id: c for c in self.clauses}
        self._router = Router(self.documents)
        self._regions = sorted({re.sub(r"(?:省|市|自治区)$", "", d.region) for d in self.documents if d.region})
        self._ordinal = {c.id: n for n, c in enumerate(self.clauses)}
        self._below: dict[tuple[str, tuple[str, ...]], list[int]] = defaultdict(list)  # parent → its direct parts
        self._of: dict[str, list[int]] = defaultdict(list)  # document → its searched clauses
        for number, clause in enumerate(self.clauses):
            self._below[clause.document.id, clause.address.parent.labels].append(number)
        self._searchable = np.zeros(len(self.clauses), np.bool_)
        self._searchable[self._retrievers.searched] = True
        for number in self._retrievers.searched:
            self._of[self.clauses[number].document.id].append(int(number))

    def search(self, question: str, k: int = 10, filters: Filters | None = None, also: str = "") -> list[Hit]:
        """The k best clauses for a question, best first; empty for a question without any word.

        A question that asks two things is searched for each, and the two results take turns. The same
        question gives the same hits in the same order.

        Args:
            also: another reading of the question, such as a follow-up as it was typed, or with the turn before
                it in front; both readings count.
        """
        question = simplified(question).strip()
        if not words(question) or k < 1:
            return []
        allowed = self._allowed(filters)
        asked = self._asked(question)
        found = [self._ranked(part, allowed, inside, simplified(also)) for part, inside in asked]
        vectors = self.encoder.queries([part for part, _ in asked])
        chosen = _take_turns(found)[:k]
        return [self._hit(number, score, ranks, vectors[part : part + 1]) for number, score, ranks, part in chosen]

    def _asked(self, question: str) -> list[tuple[str, frozenset[str]]]:
        """The questions inside a question, each with the documents that it names (empty: none).

        One that sets several documents side by side is asked of each.
        """
        out: list[tuple[str, frozenset[str]]] = []
        for part in parts(question, self._regions):
            beside = [] if self._addressed(part) else self._router.compared(part)
            named = frozenset(d.id for d in self._router.explicit(part))
            out += [(without_names(part), frozenset([d.id])) for d in beside] or [(part, named)]
        return out

    def _ranked(
        self, question: str, allowed: Mask, named: frozenset[str] = frozenset(), also: str = ""
    ) -> list[tuple[int, float, dict[str, int]]]:
        """Fused ranking of all retrievers for one whole question; clauses of named documents lead."""
        wording = official(question)
        near = self._retrievers
        vectors = self.encoder.queries([question, wording])
        rankings = {
            "clause": near.clauses(vectors[:1], allowed),
            "sentence": near.sentences(vectors[:1], allowed),
            "words": near.words(wording, allowed),
            "address": self._addressed(question, allowed),
        }
        if wording != question:
            rankings["official"] = near.sentences(vectors[1:], allowed)
        place = scope(question, self.documents)
        titled = {d.id for d in self._router.meant(question) if not place or d.id in place}
        inside = self._inside(named or titled or place, allowed)
        if inside is not None:
            rankings["named" if named or not titled else "titled"] = near.sentences(vectors[1:], inside)
        if named and inside is not None:
            rankings |= self._readings(without_names(question), inside, "named")
        if also:
            rankings |= self._readings(also, allowed, "also")
        if asks_for_list(question):
            rankings["list"] = self._members(question, fuse(rankings, _WEIGHTS)[:_LISTED_FROM], allowed)
        found = fuse(rankings, _WEIGHTS)
        # A clause that the question names by its address is not a matter of likeness.
        return sorted(found, key=lambda item: item[2].get("address", DEPTH))

    def _readings(self, question: str, mask: Mask, name: str) -> dict[str, list[int]]:
        """Rankings for another reading of a question."""
        vector = self.encoder.queries([question])
        return {
            f"{name} clause": self._retrievers.clauses(vector, mask),
            f"{name} sentence": self._retrievers.sentences(vector, mask),
            f"{name} words": self._retrievers.words(official(question), mask),
        }

    def _addressed(self, question: str, allowed: Mask = None) -> list[int]:
        found = (self._ordinal[c.id] for c in lookup.find(self.documents, self.clauses, question))
        return [n for n in found if self._searchable[n] and (allowed is None or allowed[n])]

    def _inside(self, documents: Iterable[str], allowed: Mask) -> Mask:
        """Mask of some documents' clauses; None when none of them may be returned."""
        numbers = [n for d in documents for n in self._of[d] if allowed is None or allowed[n]]
        if not numbers:
            return None
        mask = np.zeros(len(self.clauses), np.bool_)
        mask[numbers] = True
        return mask

    def _members(self, question: str, leading: Sequence[tuple[int, float, dict[str, int]]], allowed: Mask) -> list[int]:
        """Members of the lists that the leading clauses stand in or introduce, list by list, in reading order."""

        def may(number: int) -> bool:
            return bool(self._searchable[number] and (allowed is None or allowed[number]))

        out: dict[int, None] = {}
        for number, _, _ in leading:
            clause = self.clauses[number]
            below = self._below.get((clause.document.id, clause.address.labels), [])
            beside = self._below.get((clause.document.id, clause.address.parent.labels), [])
            if len(below) > 1:
                members = [n for n in below if may(n) and self.clauses[n].kind in ("item", "paragraph", "row")]
            elif _about_the_list(question, clause):
                same = _system(clause.address.labels[-1])
                members = [n for n in beside if may(n) and _system(self.clauses[n].address.labels[-1]) == same]
            else:
                members = []
            if 2 <= len(members) <= _LONGEST_LIST:
                out |= dict.fromkeys(members)
        return list(out)

    def _allowed(self, filters: Filters | None) -> Mask:
        if filters is None or filters == Filters():
            return None
        mask = np.zeros(len(self.clauses), np.bool_)
        mask[[n for d in self.documents if filters.admit(d) for n in self._of[d.id]]] = True
        return mask

    def _hit(self, number: int, score: float, ranks: dict[str, int], vector: Vectors) -> Hit:
        clause = self.clauses[number]
        own = self._retrievers.own_score(number, vector)
        matches = [Match(*found) for found in self._retrievers.sentence_scores(number, vector)]
        matches = matches or [Match(start, end, own) for start, end in sentences(clause)]
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
