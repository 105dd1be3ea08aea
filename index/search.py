"""Open an index and find clauses: BM25, clause vectors and sentence vectors, ranks fused.

index = open_index(settings, encoder)
for hit in index.search("众创空间能减哪些税？", k=10): print(hit.clause.citation, hit.score)
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from corpus import lookup
from corpus.records import Clause, Document, Span
from corpus.sentences import sentences
from index import files, told
from index.errors import StaleIndexError
from index.fuse import CONSTANT, fuse
from index.lists import Group, counted, fit, groups, steps
from index.models import Encoder, Vectors
from index.question import asks_for_list, official, parts, scope
from index.rerank import Reranker, excerpt
from index.retrieve import DEPTH, Mask, Retrievers
from index.route import Router, dated, without_names
from index.settings import IndexSettings
from index.tokens import simplified, words

_WEIGHTS = {
    "address": 1.0,
    "clause": 1.0,
    "sentence": 1.5,
    "words": 0.5,
    "official": 1.0,
    "named": 1.0,
    "titled": 1.0,
    "place": 0.5,
    "list": 2.0,
    "outline": 1.0,
    **{f"{reading} {retriever}": 1.0 for reading in ("named", "also") for retriever in ("clause", "sentence", "words")},
}
"""Tuned on eval/cases/dev.jsonl; the neighbourhood is flat (eval/LOG.md)."""
RERANKED = 30
"""Clauses that the reranker reads for one search."""
_RERANKING = {"fused": 1.0, "reranker": 1.0, "list": 2.0}
_RERANK_CONSTANT = 10
_KEPT = 64  # query vectors
Ranking = list[tuple[int, float, dict[str, int]]]
"""(clause, score, rank per retriever), best first."""
_PARTS = 6
"""Questions inside a question that are searched for."""
_LISTS_NEAR = 8  # lists that are looked at


@dataclass(frozen=True, slots=True)
class Plan:
    """How an index searches; only an ablation asks for another than this one.

    A retriever of weight 0 takes no part and is not run, and what is known for its sake helps no other: the
    official wording, the documents that are named (and so compared), the titles, the place. Without sentence
    vectors, clause vectors stand in for them wherever they are looked through for another retriever.
    """

    weights: Mapping[str, float] = field(default_factory=lambda: MappingProxyType(_WEIGHTS), hash=False)
    """Of the ranks of each retriever."""
    constant: int = CONSTANT
    """Of the rank fusion."""
    parts: bool = True
    """Several questions in one, and documents that are compared, are searched for each."""

    def uses(self, *retrievers: str) -> bool:
        """True when one of them has a weight."""
        return any(self.weights[name] for name in retrievers)


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
    relevance: float | None = None
    """The reranker's score, 0 to 1; None where it did not read the clause."""


def open_index(settings: IndexSettings, encoder: Encoder, reranker: Reranker | None = None, plan: Plan | None = None) -> Index:
    """Open the current build after proving that it is whole and fits corpus and encoder.

    Raises:
        StaleIndexError: with the command that mends it.
    """
    folder = files.current(settings.index)
    files.verify(folder, encoder.fingerprint, settings.corpus)
    return Index(folder, encoder, reranker, plan)


class Index:
    """An opened index; safe to share between threads."""

    def __init__(self, folder: Path, encoder: Encoder, reranker: Reranker | None = None, plan: Plan | None = None) -> None:
        try:
            self.documents = files.read_documents(folder)
            self.clauses = files.read_clauses(folder, self.documents)
            self._retrievers = Retrievers(folder, len(self.clauses))
        except (OSError, ValueError, KeyError) as error:
            raise StaleIndexError(f"索引 {folder} 读不出来（{error}）。请运行：python -m index build。") from error
        self.encoder, self._reranker, self._plan = encoder, reranker, plan or Plan()
        self.lexical = self._retrievers.lexical
        self.build = folder.name
        self.by_id = {c.id: c for c in self.clauses}
        self._router = Router(self.documents)
        self._latest: dict[str, Vectors] = {}
        self._lock = Lock()
        self._regions = sorted({re.sub(r"(?:省|市|自治区)$", "", d.region) for d in self.documents if d.region})
        self._ordinal = {c.id: n for n, c in enumerate(self.clauses)}
        self._groups = groups(self.clauses)
        self._of: dict[str, list[int]] = defaultdict(list)  # document → its searched clauses
        self._searchable = np.zeros(len(self.clauses), np.bool_)
        self._searchable[self._retrievers.searched] = True
        for number in self._retrievers.searched:
            self._of[self.clauses[number].document.id].append(int(number))

    def vectors_of(self, clauses: Sequence[int]) -> tuple[Vectors, Vectors, NDArray[np.int64], NDArray[np.int64]]:
        """What `Retrievers.vectors_of` gives, for clauses by their numbers."""
        return self._retrievers.vectors_of(clauses)

    def search(self, question: str, k: int = 10, filters: Filters | None = None, also: str = "", own: bool = False) -> list[Hit]:
        """The k best clauses for a question, best first; empty for a question without any word.

        A question that asks two things is searched for each, and the two results take turns. The same
        question gives the same hits in the same order.

        Args:
            also: another reading of the question, such as a follow-up as it was typed, or with the turn before
                it in front; both readings count.
            own: `also` is of the asker's own words, so that its likeness counts in `Hit.similarity` too.
        """
        question = simplified(question).strip()
        if not words(question) or k < 1:
            return []
        also = simplified(also) if self._plan.uses("also clause", "also sentence", "also words") else ""
        allowed = self._allowed(filters)
        asked = self._asked(question)
        # All that will be looked for, embedded in one batch.
        readings = [r for part, inside in asked for r in (part, self._wording(part), *([without_names(part)] if inside else []))]
        self._vectors([*readings, *([also] if also else [])])
        vectors = self._vectors([part for part, _ in asked])
        found = [self._ranked(part, allowed, inside, also) for part, inside in asked]
        relevance: list[dict[int, float]] = [{} for _ in asked]
        if self._reranker:
            depth = RERANKED // len(asked)
            for n, (part, _) in enumerate(asked):
                # Of two readings of a follow-up the longer one leaves nothing out.
                read = max(part, also, key=len) if len(asked) == 1 else part
                found[n], relevance[n] = self._reread(read, found[n], vectors[n : n + 1], depth)
        # The sentences of a clause are told apart by both readings together.
        other = self._vectors([also]) if also and len(asked) == 1 else vectors
        reading = vectors if other is vectors else _unit(vectors + other)
        other = other if own else vectors
        return [
            self._hit(
                number,
                score,
                ranks,
                (vectors[part : part + 1], reading[part : part + 1], other[part : part + 1]),
                relevance[part].get(number),
            )
            for number, score, ranks, part in _take_turns(found)[:k]
        ]

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        """(n, d) query vectors; the latest are kept, since one search asks for the same words several times."""
        with self._lock:
            missing = [t for t in dict.fromkeys(texts) if t not in self._latest]
            known = {t: self._latest[t] for t in texts if t in self._latest}
        if missing:
            known |= dict(zip(missing, self.encoder.queries(missing), strict=True))
            with self._lock:
                self._latest |= {t: known[t] for t in missing}
                for old in list(self._latest)[:-_KEPT]:
                    del self._latest[old]
        return np.stack([known[t] for t in texts])

    def _reread(self, question: str, ranking: Ranking, vector: Vectors, depth: int) -> tuple[Ranking, dict[int, float]]:
        """The first few clauses in the order of retrievers and reranker together, and the reranker's scores."""
        assert self._reranker
        first = [n for n, _, _ in ranking[:depth]]
        texts = [excerpt(self.clauses[n], self._retrievers.sentence_scores(n, vector)) for n in first]
        scores = dict(zip(first, map(float, self._reranker.scores(question, texts)), strict=True))
        rankings = {"fused": first, "reranker": sorted(first, key=lambda n: -scores[n])}
        ranks = {n: r for n, _, r in ranking}
        rankings["list"] = sorted((n for n in first if "list" in ranks[n]), key=lambda n: ranks[n]["list"])
        both = fuse(rankings, _RERANKING, _RERANK_CONSTANT)
        merged = [(n, score, ranks[n] | {"reranker": own["reranker"]}) for n, score, own in both]
        merged.sort(key=lambda item: item[2].get("address", DEPTH))
        return [*merged, *ranking[depth:]], scores

    def _asked(self, question: str) -> list[tuple[str, frozenset[str]]]:
        """The questions inside a question, each with the documents that it names (empty: none).

        One that sets several documents side by side is asked of each.
        """
        out: list[tuple[str, frozenset[str]]] = []
        known = self._plan.uses("named", "named clause", "named sentence", "named words")
        for part in parts(question, self._regions) if self._plan.parts else [question]:
            beside = self._router.compared(part) if known and self._plan.parts and not self._addressed(part) else []
            named = frozenset(d.id for d in self._router.explicit(part) if known)
            out += [(without_names(part, beside), frozenset([d.id])) for d in beside] or [(part, named)]
        return out[:_PARTS]

    def _ranked(self, question: str, allowed: Mask, named: frozenset[str] = frozenset(), also: str = "") -> Ranking:
        """Fused ranking of all retrievers for one whole question; clauses of named documents lead."""
        plan, near, wording = self._plan, self._retrievers, self._wording(question)
        vectors = self._vectors([question, wording])
        nearest = near.sentences if plan.uses("sentence") else near.clauses
        looks: dict[str, Callable[[], list[int]]] = {
            "clause": lambda: near.clauses(vectors[:1], allowed),
            "sentence": lambda: near.sentences(vectors[:1], allowed),
            "words": lambda: near.words(wording, allowed),
            "address": lambda: self._addressed(question, allowed),
        }
        if wording != question:
            looks["official"] = lambda: nearest(vectors[1:], allowed)
        place = scope(question, self.documents) if plan.uses("place") else set()
        titled = {d.id for d in self._router.meant(question) if plan.uses("titled") and (not place or d.id in place)}
        inside = self._inside(named or titled or place, allowed)
        if inside is not None:
            looks["named" if named else "titled" if titled else "place"] = lambda: nearest(vectors[1:], inside)
        if named and inside is not None:
            looks |= self._readings(without_names(question), inside, "named")
        if also:
            looks |= self._readings(also, allowed, "also")
        if plan.uses("list", "outline") and asks_for_list(question):
            group = self._list(
                without_names(question) if named else question, inside if inside is not None and (named or place) else allowed
            )
            members = group.members if group else ()
            looks["list"] = lambda: list(members)
            if group and counted(question, group):
                # “哪八项工程” is answered by eight headings, which nothing else finds.
                looks["outline"] = lambda: [n for n in members if not self._searchable[n]]
        found = fuse({name: look() for name, look in looks.items() if plan.weights[name]}, plan.weights, plan.constant)
        # A clause that the question names by its address is not a matter of likeness.
        return sorted(found, key=lambda item: item[2].get("address", DEPTH))

    def _wording(self, question: str) -> str:
        return official(question) if self._plan.uses("official") else question

    def _readings(self, question: str, mask: Mask, name: str) -> dict[str, Callable[[], list[int]]]:
        """What looks through the clauses for another reading of a question, per retriever."""
        vector = self._vectors([question])
        return {
            f"{name} clause": lambda: self._retrievers.clauses(vector, mask),
            f"{name} sentence": lambda: self._retrievers.sentences(vector, mask),
            f"{name} words": lambda: self._retrievers.words(self._wording(question), mask),
        }

    def _addressed(self, question: str, allowed: Mask = None) -> list[int]:
        found = [self._ordinal[c.id] for c in lookup.find(self.documents, self.clauses, question)]
        if not found and (document := self._router.issued(question)):
            found = [n for n in self._of[document.id] if dated(self.clauses[n])]
        return [n for n in found if self._searchable[n] and (allowed is None or allowed[n])]

    def _inside(self, documents: Iterable[str], allowed: Mask) -> Mask:
        """Mask of some documents' clauses; None when none of them may be returned."""
        numbers = [n for d in documents for n in self._of[d] if allowed is None or allowed[n]]
        if not numbers:
            return None
        mask = np.zeros(len(self.clauses), np.bool_)
        mask[numbers] = True
        return mask

    def _list(self, question: str, mask: Mask) -> Group | None:
        """The list that the question asks for; None when a clause is nearer, since it then asks about that clause."""
        rows = None if mask is None else [n for n, g in enumerate(self._groups) if self._in(mask, g)]
        vector = self._vectors([question])
        near = self._retrievers.lists(vector, rows, _LISTS_NEAR)
        if not near:
            return None
        score, row = max((likeness + fit(question, self._groups[row], self.clauses), -row) for row, likeness in near)
        clause = max((self._retrievers.own_score(n, vector) for n in self._retrievers.clauses(vector, mask)[:1]), default=0.0)
        group = self._groups[-row]
        looks: dict[str, Callable[[], list[int]]] = {
            "clause": lambda: self._retrievers.clauses(vector, mask),
            "sentence": lambda: self._retrievers.sentences(vector, mask),
            "words": lambda: self._retrievers.words(question, mask),
        }
        nearest = [n for name, look in looks.items() if self._plan.uses(name) for n in look()[:2]]
        stepped = steps(question, self.clauses[group.members[0]])
        if score <= clause or (not stepped and told.by_a_clause(question, group, nearest, self.clauses, self.lexical.weight)):
            return None
        return group

    def _in(self, mask: NDArray[np.bool_], group: Group) -> bool:
        """Masks hold whole documents: one searched clause of the document tells."""
        first = self._of[self.clauses[group.members[0]].document.id]
        return bool(first) and bool(mask[first[0]])

    def _allowed(self, filters: Filters | None) -> Mask:
        if filters is None or filters == Filters():
            return None
        mask = np.zeros(len(self.clauses), np.bool_)
        mask[[n for d in self.documents if filters.admit(d) for n in self._of[d.id]]] = True
        return mask

    def parts(self, question: str) -> int:
        """How many questions a question asks: their best clauses take turns at the front of its hits."""
        return len(self._asked(simplified(question).strip()))

    def likeness(self, text: str, clause: Clause) -> dict[Span, float]:
        """Sentence of the clause → cosine with a text, for a clause that is searched; lists and headings have none."""
        number = self._ordinal[clause.id]
        vector = self._vectors([simplified(text)])
        found = {(start, end): score for start, end, score in self._retrievers.sentence_scores(number, vector)}
        return found or dict.fromkeys(sentences(clause), self._retrievers.own_score(number, vector))

    def _hit(
        self, number: int, score: float, ranks: dict[str, int], vectors: tuple[Vectors, Vectors, Vectors], relevance: float | None
    ) -> Hit:
        """`vectors`: the question's, the one by which sentences are compared, and the other reading's
        or the question's again."""
        clause = self.clauses[number]
        alike = [self._retrievers.own_score(number, v) for v in (vectors[0], vectors[2])]
        alike += [score for v in (vectors[0], vectors[2]) for _, _, score in self._retrievers.sentence_scores(number, v)]
        matches = [Match(*found) for found in self._retrievers.sentence_scores(number, vectors[1])]
        alone = self._retrievers.own_score(number, vectors[1])
        matches = matches or [Match(start, end, alone) for start, end in sentences(clause)]
        matches.sort(key=lambda m: (-m.score, m.start))
        return Hit(clause, score, max(alike), tuple(matches), ranks, relevance)


def _unit(vectors: Vectors) -> Vectors:
    scaled: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return scaled


def _take_turns(
    found: Sequence[Ranking],
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
