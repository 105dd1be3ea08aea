"""Hits → numbered pieces of evidence within a token budget: the sentences that bear on the question."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from corpus.quantities import quantities
from corpus.records import Clause, Span
from corpus.sentences import sentences
from index.search import Hit
from index.tokens import content_words
from qa.records import Piece

_NEAR = 0.10
"""A sentence this much less alike than the best one (cosine) is still taken."""
_BREADTH, _FAR = 6, 0.25
"""Clauses of which at least the best sentence is taken, and how much less alike it may be (cosine)."""
_SHORTEST = 12
"""Characters; a shorter sentence is a title, which stands in the heading already."""
ENDS = ("front", "closing")
"""Kinds of clauses, the head and the end of a document, of which short lines count: the day of issue."""
_SAME = 0.8
"""Share of a general statement's words that a narrower one repeats."""
_NARROWER = 0.06
"""Likeness that a statement about a narrower subject loses."""
_SHORTEST_LIST = 2
RANK_PENALTY = 0.006
"""Likeness that a clause loses per place in the ranking: the fused order knows more than the cosine."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    rank: int
    clause: Clause
    span: Span
    score: float
    narrow: bool = False
    """Its figure is of a subject that nobody asked about, and the general one is here too."""


def pieces(
    question: str, hits: Sequence[Hit], budget: int, count: Callable[[str], int], parts: int = 1, most: int = 6
) -> list[Piece]:
    """Choose sentences from the hits, best first, until the budget (tokens of `count`) is used.

    The first hit always gives at least its best sentence, whatever the budget. A sentence that leans on the
    one before it (其、该、上述…) brings it along. A question that names a year takes no sentence that speaks of
    other years only. Pieces keep the hits' order, their sentences the clause's; figures of a narrower subject
    than the question's stand last. Where a question asks `parts` things, the first hit of each gives its best
    sentence before any gives a second.
    """
    years = _years(re.sub(r"《[^》]*》", "", question))  # the year of a title is not asked for
    addressed = [h for h in hits if "address" in h.ranks]
    hits = addressed or hits
    chosen: dict[int, set[Span]] = {}
    narrow: set[int] = set()
    most = max(most, sum("list" in h.ranks for h in hits))
    used = 0
    for candidate in _ranked(question, hits, years, parts):
        spans = chosen.get(candidate.rank, set())
        if candidate.span in spans or (candidate.rank not in chosen and len(chosen) >= most):
            continue
        wanted = spans | set(_with_lead(candidate.clause, candidate.span))
        before = count(_prompt_text(candidate.clause, spans)) if spans else 0
        cost = count(_prompt_text(candidate.clause, wanted)) - before
        if used + cost > budget and chosen:
            continue
        if candidate.narrow and candidate.rank not in chosen:
            narrow.add(candidate.rank)
        chosen[candidate.rank] = wanted
        used += cost
    order = sorted(chosen, key=lambda rank: (rank in narrow, hits[rank].ranks.get("list", len(hits)), rank))
    ordered = [Piece(0, hits[rank].clause, tuple(sorted(chosen[rank]))) for rank in order]
    return [replace(piece, number=number) for number, piece in enumerate(ordered, start=1)]


def _ranked(question: str, hits: Sequence[Hit], years: set[int], parts: int) -> list[_Candidate]:
    """Candidates, best first; the first hit's best sentence always leads."""
    found = [
        _Candidate(
            rank, hit.clause, (match.start, match.end), 1.0 if "address" in hit.ranks else match.score - RANK_PENALTY * rank
        )
        for rank, hit in enumerate(hits)
        for match in hit.sentences
        if match.end - match.start >= _SHORTEST or len(hit.sentences) == 1 or hit.clause.kind in ENDS
    ]
    if not found:
        return []
    found = _general_first(found, frozenset(content_words(question)))
    leading = _leading(found, years)
    listed = _listed(hits)
    if listed:
        rest = [c for c in found if c.span not in {m.span for m in listed}]
        return [*listed, *sorted(rest, key=lambda c: (-c.score, c.rank, c.span))]
    first = max((c for c in leading if not _other_year(c, years)), key=lambda c: c.score, default=leading[0])
    best = max(c.score for c in found)
    near = [c for c in found if c.score >= best - _NEAR and c is not first]
    fitting = [c for c in near if not _other_year(c, years)]
    near = fitting if years else near
    others = _further(found, years, {0}, best, parts)
    chosen = [first, *others, *sorted((c for c in near if c not in others), key=lambda c: (-c.score, c.rank, c.span))]
    return [*chosen, *_further(found, years, {c.rank for c in chosen}, best, _BREADTH)]


def _leading(found: Sequence[_Candidate], years: set[int]) -> list[_Candidate]:
    """The candidates of the first hit; of the next near one, where the first is under a heading of another year."""
    first = [c for c in found if c.rank == 0] or list(found)
    if not years or not all(_headed(c, years) for c in first):
        return first
    best = max(c.score for c in found)
    near = [c for c in found if c.score >= best - _NEAR and not _other_year(c, years)]
    rank = min((c.rank for c in near), default=0)
    return [c for c in near if c.rank == rank] or first


def _headed(candidate: _Candidate, years: set[int]) -> bool:
    """True when the headings name years, none of them asked for, and the clause names none that is."""
    above = _years(" ".join(candidate.clause.headings))
    return bool(above) and not (above | _years(candidate.clause.full)) & years


def _further(found: Sequence[_Candidate], years: set[int], had: set[int], best: float, breadth: int) -> list[_Candidate]:
    """The best sentence of each of the first clauses that has none yet: the ranking knows more than the cosine."""
    fitting = [
        c for c in found if c.rank < breadth and c.rank not in had and c.score >= best - _FAR and not _other_year(c, years)
    ]
    ranks = dict.fromkeys(c.rank for c in sorted(fitting, key=lambda c: c.rank))
    return [max((c for c in fitting if c.rank == rank), key=lambda c: c.score) for rank in ranks]


def _listed(hits: Sequence[Hit]) -> list[_Candidate]:
    """The first sentence (an item's title) of every member of the list that the question asks for, in its order."""
    members = sorted((h.ranks["list"], rank) for rank, h in enumerate(hits) if "list" in h.ranks)
    if len(members) < _SHORTEST_LIST:
        return []
    return [_Candidate(rank, hits[rank].clause, sentences(hits[rank].clause)[0], 1.0) for _, rank in members]


def narrower(words: frozenset[str], other: frozenset[str], asked: frozenset[str]) -> bool:
    """True when a statement says what another says, of a subject that nobody asked about.

    “示范区研发经费占比达到2.8%” is narrower than “研发经费占比达到17%” for a question about the whole province.
    """
    extra = words - other
    return len(words & other) >= _SAME * len(other) and len(extra) >= 2 and not extra & asked


def _general_first(found: list[_Candidate], asked: frozenset[str]) -> list[_Candidate]:
    """Sentences with a figure of a narrower subject lose some likeness to the general ones of their document."""
    texts = [c.clause.document.text[c.span[0] : c.span[1]] for c in found]
    figured = [n for n, (c, t) in enumerate(zip(found, texts, strict=True)) if not c.clause.columns and quantities(t)]
    words = {n: figure_words(texts[n]) for n in figured}
    pairs = [(n, m) for n in figured for m in figured if n != m and found[n].clause.document.id == found[m].clause.document.id]
    demoted = {n for n, m in pairs if narrower(words[n], words[m], asked)}
    return [replace(c, score=c.score - _NARROWER, narrow=True) if n in demoted else c for n, c in enumerate(found)]


def figure_words(text: str) -> frozenset[str]:
    """Words of a statement without its figures and its （…负责）."""
    return frozenset(w for w in content_words(re.sub(r"（[^（）]*）", "", text)) if not re.search(r"\d", w))


def _years(text: str) -> set[int]:
    return {int(q.value) for q in quantities(text) if q.unit == "年" and 1949 <= q.value <= 2100}


def _other_year(candidate: _Candidate, asked: set[int]) -> bool:
    """True when the nearest years, in the sentence, before it, or in its headings, are not those asked for."""
    clause = candidate.clause
    if not asked or clause.columns:
        return False
    before = [(s, e) for s, e in sentences(clause) if e <= candidate.span[0]]
    for start, end in (candidate.span, *reversed(before)):
        named = _years(clause.document.text[start:end])
        if named:
            return not named & asked
    named = _years(" ".join(clause.headings))
    return bool(named) and not named & asked


def _with_lead(clause: Clause, span: Span) -> list[Span]:
    text = clause.document.text
    if not text[span[0] : span[1]].startswith(("其", "该", "上述", "此", "同时", "对此", "前款", "——")):
        return [span]
    before = [s for s in sentences(clause) if s[1] <= span[0]]
    return [*before[-1:], span]


def _prompt_text(clause: Clause, spans: set[Span]) -> str:
    piece = Piece(0, clause, tuple(sorted(spans)))
    return f"[0] {piece.heading}\n{piece.text}\n"
