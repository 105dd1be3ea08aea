"""Sentences of a clause as spans: the unit that is matched, quoted and cited."""

from __future__ import annotations

import re

from corpus.records import Clause, Span

_END = re.compile(r"[。！？!?]+[”’）)】》]*|\n+")
_SEMICOLON = re.compile(r"[；;]+[”’）)】》]*")
_LONG = 60  # characters; a shorter sentence is not broken at its semicolons
_OPEN, _CLOSE = "（(《【“", "）)》】”"


def sentences(clause: Clause) -> list[Span]:
    """Spans in the document's text, trimmed, in order; a table row is one sentence.

    A stop inside brackets or quotation marks does not end a sentence; a long sentence is also cut at “；”.
    """
    if clause.kind == "row":
        return [(clause.start, clause.end)]
    out: list[Span] = []
    for start, end in _cut(clause.document.text, clause.start, clause.end, _END):
        parts = _cut(clause.document.text, start, end, _SEMICOLON) if end - start > _LONG else [(start, end)]
        out.extend(parts)
    return out


def _cut(text: str, start: int, end: int, stop: re.Pattern[str]) -> list[Span]:
    spans: list[Span] = []
    at = start
    for match in stop.finditer(text, start, end):
        inside = "\n" not in match.group() and _depth(text[at : match.start()]) > 0
        if inside:
            continue
        spans.append((at, match.end()))
        at = match.end()
    spans.append((at, end))
    trimmed = (_trim(text, s, e) for s, e in spans)
    return [(s, e) for s, e in trimmed if e > s]


def _depth(text: str) -> int:
    return sum(c in _OPEN for c in text) - sum(c in _CLOSE for c in text)


def _trim(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
