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


def sentence_passages(clause: Clause) -> list[tuple[Span, str]]:
    """(span, text to embed) of every sentence; a clause of one sentence has none, its own vector serves."""
    spans = sentences(clause)
    if len(spans) < 2:
        return []
    head = context(clause)
    text = clause.document.text
    return [(span, f"{head}\n{text[span[0] : span[1]]}") for span in spans]
