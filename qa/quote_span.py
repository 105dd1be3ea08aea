"""How much of a clause is quoted: a whole enumeration where a list is asked for, the part that matters of a long sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

from corpus.records import Clause, Span
from corpus.sentences import sentences
from index.tokens import content_words

LONGEST = 220
"""Characters of a sentence that is quoted whole."""
_PART = 160
"""Characters quoted of a longer one."""
WHOLE_LIST = 320
"""Characters up to which an enumeration is quoted whole."""
_COMMA = re.compile(r"[，；：。,;:\n]+[”’）)】]*")


def enumeration(clause: Clause, span: Span) -> Span:
    """The sentence with those that “；” joins to it: the members of one list; the sentence itself when they are too long."""
    text, found = clause.document.text, sentences(clause)
    at = next((n for n, s in enumerate(found) if s[0] <= span[0] < s[1]), None)
    if clause.columns or at is None:
        return span
    first, last = at, at
    while first and text[found[first - 1][1] - 1] in "；;":
        first -= 1
    while last + 1 < len(found) and text[found[last][1] - 1] in "；;":
        last += 1
    whole = (found[first][0], found[last][1])
    return whole if whole[1] - whole[0] <= WHOLE_LIST else span


def focus(text: str, span: Span, asked: Collection[str], weight: Callable[[str], float] = lambda _: 1.0) -> Span:
    """The part of a sentence of more than LONGEST characters, from comma to comma, that holds most of what was asked.

    Args:
        text: of the document.
        asked: content words of the question.
        weight: of a word: how rare it is.
    """
    if span[1] - span[0] <= LONGEST:
        return span
    parts = _segments(text, span)
    worth = [sum(map(weight, set(content_words(text[s:e])) & set(asked))) for s, e in parts]
    best, core = 0.0, None
    for first in range(len(parts)):
        total = 0.0
        for last in range(first, len(parts)):
            length = parts[last][1] - parts[first][0]
            if length > _PART:
                break
            total += worth[last]
            # A part without any of the words only makes the quotation longer.
            score = total - 0.001 * length
            if worth[first] and worth[last] and score > best:
                best, core = score, (first, last)
    return _widened(parts, *core) if core else span


def _widened(parts: Sequence[Span], first: int, last: int) -> Span:
    """The parts with what stands around them, behind first, as far as there is room: words alone tell little."""
    while True:
        behind = last + 1 < len(parts) and parts[last + 1][1] - parts[first][0] <= _PART
        before = first > 0 and parts[last][1] - parts[first - 1][0] <= _PART
        if not behind and not before:
            return parts[first][0], parts[last][1]
        first, last = (first, last + 1) if behind else (first - 1, last)


def _segments(text: str, span: Span) -> Sequence[Span]:
    out, at = [], span[0]
    for stop in _COMMA.finditer(text, *span):
        if stop.end() > at:
            out.append((at, stop.end()))
            at = stop.end()
    return [*out, (at, span[1])] if at < span[1] else out
