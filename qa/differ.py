"""Where the documents found say different things of one matter: 2020 and 2030, the nation and a province.

Such statements are set side by side with document, level and year; the writer's words never stand for both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from corpus.lookup import named_documents
from corpus.quantities import Quantity, quantities
from corpus.records import Clause, Span, titled
from index.search import Hit
from qa.context import figure_words
from qa.records import Piece

_SAME = 0.6
"""Share of the smaller statement's words that both have: they speak of one matter."""
_LIKE = 0.08
"""Cosine by which a statement may be less like the question than the nearest one."""
_MATTER = 0.6
"""Share of the question's words in the best statement that another one must hold too."""
_MOST = 3


def differing(
    pieces: Sequence[Piece], hits: Sequence[Hit], question: str, weight: Callable[[str], float]
) -> list[tuple[Piece, Span]]:
    """Two or three statements of different documents, one matter and different figures; empty when there is no conflict.

    A question that names a document asks for that document's figure alone.

    Args:
        weight: how rare a word is; statements that lack the question's rare words are of another matter.
    """
    documents = {p.clause.document.id: p.clause.document for p in pieces}
    if named_documents(list(documents.values()), question):
        return []
    found = _of_the_matter(_statements(pieces, hits), question, weight)
    for n, (piece, span) in enumerate(found):
        group = [(piece, span)]
        for other, other_span in found[n + 1 :]:
            new = all(other.clause.document.id != p.clause.document.id for p, _ in group)
            if new and all(_conflict(_text(p.clause, s), _text(other.clause, other_span)) for p, s in group):
                group.append((other, other_span))
        if len(group) > 1:
            return group[:_MOST]
    return []


def label(clause: Clause) -> str:
    """《title》（level or region，year）: how a statement is told from one of another document."""
    document = clause.document
    name = titled(document.title) if len(document.title) <= _SHORT or not document.number else document.number
    place = document.region if document.region and document.region != "全国" else document.level
    year = f"{document.year}年" if document.year else ""
    return f"{name}（{'，'.join(part for part in (place, year) if part)}）"


_SHORT = 18  # characters of a title that is printed whole


def _statements(pieces: Sequence[Piece], hits: Sequence[Hit]) -> list[tuple[Piece, Span]]:
    """Sentences with a figure that are nearly as like the question as the nearest one, nearest first."""
    by_clause = {p.clause.id: p for p in pieces}
    found = [
        (match.score, by_clause[hit.clause.id], (match.start, match.end))
        for hit in hits
        if hit.clause.id in by_clause and not hit.clause.columns
        for match in hit.sentences
        if _measured(_text(hit.clause, (match.start, match.end)))
    ]
    best = max((score for score, _, _ in found), default=0.0)
    found = [item for item in found if item[0] >= best - _LIKE]
    return [(piece, span) for _, piece, span in sorted(found, key=lambda item: -item[0])]


def _of_the_matter(
    found: Sequence[tuple[Piece, Span]], question: str, weight: Callable[[str], float]
) -> list[tuple[Piece, Span]]:
    """The statements that hold nearly as much of the question as the one that holds most of it."""
    asked = figure_words(question)
    held = [sum(map(weight, asked & figure_words(f"{_text(p.clause, s)}{''.join(p.clause.headings)}"))) for p, s in found]
    return [item for item, share in zip(found, held, strict=True) if share >= _MATTER * max(held)]


def _text(clause: Clause, span: Span) -> str:
    return clause.document.text[span[0] : span[1]]


def _measured(text: str) -> list[Quantity]:
    """Figures that measure something: no years, no numbers of items."""
    return [q for q in quantities(text) if q.unit not in ("年", "", "条", "号", "项", "章", "节", "篇", "步", "期")]


def _conflict(one: str, other: str) -> bool:
    """One matter, a figure of the same unit on both sides, and no such figure the same."""
    first, second = figure_words(one), figure_words(other)
    smaller = min(len(first), len(second)) or 1
    if len(first & second) < _SAME * smaller or len(first & second) < 2:
        return False
    return any(
        _beside(a, one) & _beside(b, other)
        and a.unit == b.unit
        and not any(a.same_figure(c) for c in _measured(other))
        and not any(b.same_figure(c) for c in _measured(one))
        for a in _measured(one)
        for b in _measured(other)
    )


def _beside(figure: Quantity, text: str) -> frozenset[str]:
    """Words of the part of a sentence in which a figure stands."""
    parts = [p for p in re.split(r"[，；。\n]", text) if figure.printed in p]
    return frozenset().union(*(figure_words(p) for p in parts)) if parts else frozenset()
