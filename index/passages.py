"""What of a clause is embedded and matched: its title and headings in front, then its words."""

from __future__ import annotations

from corpus.records import Clause, Span
from corpus.sentences import sentences

SKIPPED = ("heading",)
"""Kinds that are not answered from: their words stand in front of every clause below them."""


def context(clause: Clause) -> str:
    """Title and headings; a title halves the hits from wrong documents (arXiv 2510.06999)."""
    return " ".join([clause.document.title, *clause.headings])


def passage(clause: Clause) -> str:
    return f"{context(clause)}\n{clause.reading}"


def sentence_passages(clause: Clause, shortest: int = 0) -> list[tuple[Span, str]]:
    """(span, text to embed) of every sentence; none for a clause of one sentence, its own vector serves.

    Args:
        shortest: characters; the sentences of a shorter clause are left to the clause's own vector.
    """
    spans = sentences(clause)
    if len(spans) < 2 or clause.end - clause.start < shortest:
        return []
    head = context(clause)
    text = clause.document.text
    return [(span, f"{head}\n{text[span[0] : span[1]]}") for span in spans]


def shortest_split(clauses: int) -> int:
    """From which length a clause's sentences are embedded one by one, by the number of clauses.

    Sentence vectors find more, and double the time and the size of an index. In a large corpus only long
    clauses, which one vector blurs, have them.
    """
    return 0 if clauses <= 20_000 else 400
