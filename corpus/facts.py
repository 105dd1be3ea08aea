"""Facts of a profile and of the conditions of policies (facts.tsv), kinds of measures (measure_kinds.tsv), verbs.

find("who", "对小微企业给予补贴")   → [("小微企业", (1, 5))]
implied("who", "小微企业")         → {"小微企业", "中小企业", "企业"}
excludes("size", "小型", "大型")   → True
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from corpus.records import Span

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of a fact, such as who = 小微企业, and how policy texts write it."""

    fact: str
    value: str
    implies: tuple[str, ...]
    group: str
    """Values of one group exclude one another; for the fact “who” it only names the kind of asker (企业, 个人 …)."""
    official: re.Pattern[str] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class MeasureKind:
    """A kind of support; `parent` is the wider kind, or empty."""

    kind: str
    parent: str
    description: str
    official: re.Pattern[str] = field(repr=False, compare=False)


@cache
def facts() -> tuple[Fact, ...]:
    """All rows of facts.tsv in order."""
    return tuple(
        Fact(fact, value, tuple(filter(None, implies.split(";"))), group, re.compile(official))
        for fact, value, implies, group, official in _rows("facts.tsv", 5)
    )


@cache
def kinds() -> tuple[MeasureKind, ...]:
    """All rows of measure_kinds.tsv in order."""
    return tuple(MeasureKind(k, p, d, re.compile(o)) for k, p, d, o in _rows("measure_kinds.tsv", 4))


@cache
def verbs(strength: str) -> tuple[str, ...]:
    """The regular expressions of measure_verbs.tsv for one strength of wording, in order."""
    return tuple(regex for named, regex in _rows("measure_verbs.tsv", 2) if named == strength)


@cache
def values(fact: str) -> tuple[str, ...]:
    """The values of a fact in order; empty for an unknown fact or one that is a number."""
    return tuple(f.value for f in facts() if f.fact == fact)


@cache
def implied(fact: str, value: str) -> frozenset[str]:
    """The value itself and all that it implies; for a value without a row only itself."""
    found = {value}
    waiting = [value]
    while waiting:
        row = _row(fact, waiting.pop())
        new = [v for v in (row.implies if row else ()) if v not in found]
        found.update(new)
        waiting.extend(new)
    return frozenset(found)


def group(fact: str, value: str) -> str:
    """The group of a value; for “who” the kind of asker. Empty when it has none or is unknown."""
    row = _row(fact, value)
    return row.group if row else ""


def excludes(fact: str, one: str, other: str) -> bool:
    """True when a thing that is `one` cannot be `other`; never for “who”, whose groups only name kinds of askers."""
    if fact == "who" or one in implied(fact, other) or other in implied(fact, one):
        return False
    return bool(group(fact, one)) and group(fact, one) == group(fact, other)


def find(fact: str, text: str, start: int = 0, end: int | None = None) -> list[tuple[str, Span]]:
    """(value, span in `text`) of all mentions between `start` and `end`, in order.

    The longest mention wins where two overlap (高新技术企业 is no mere 企业); of equally long ones all stay but those that
    another one implies.
    """
    stop = len(text) if end is None else end
    there = frozenset(text[start:stop])
    hits = [
        (match.span(), n)
        for n, (row, needed) in enumerate(_screened(fact))
        if needed is None or not needed.isdisjoint(there)
        for match in row.official.finditer(text, start, stop)
        if match.group()
    ]
    hits.sort(key=lambda hit: (hit[0][0] - hit[0][1], hit[0][0], hit[1]))
    taken: list[Span] = []
    found = []
    for span, n in hits:
        if any(span != other and span[0] < other[1] and other[0] < span[1] for other in taken):
            continue
        taken.append(span)
        found.append((span, n))
    named = [(_of(fact)[n].value, span) for span, n in sorted(found)]
    return [(v, s) for v, s in named if not any(s == o and v != w and v in implied(fact, w) for w, o in named)]


@cache
def _of(fact: str) -> tuple[Fact, ...]:
    return tuple(f for f in facts() if f.fact == fact)


@cache
def _screened(fact: str) -> tuple[tuple[Fact, frozenset[str] | None], ...]:
    """Each row with characters of which a text must hold one (the rarest of each alternative); None when all may match."""
    needed = [[_letters(a) for a in _alternatives(row.official.pattern)] for row in _of(fact)]
    often = Counter(c for row in needed for letters in row for c in letters)
    return tuple(
        (row, frozenset(min(letters, key=lambda c: (often[c], c)) for letters in each) if all(each) else None)
        for row, each in zip(_of(fact), needed, strict=True)
    )


def _alternatives(regex: str) -> list[str]:
    """A pattern cut at its outermost “|”."""
    out, depth, at = [], 0, 0
    for n, c in enumerate(regex):
        if c in "([":  # no class of these patterns holds a bracket
            depth += 1
        elif c in ")]":
            depth -= 1
        elif c == "|" and depth == 0:
            out.append(regex[at:n])
            at = n + 1
    return [*out, regex[at:]]


def _letters(alternative: str) -> frozenset[str]:
    """The Chinese characters of an alternative outside groups and classes that no quantifier makes optional."""
    depth, found = 0, set()
    for c, after in zip(alternative, f"{alternative[1:]} ", strict=True):
        depth += (c in "([") - (c in ")]")
        if depth == 0 and "\u4e00" <= c <= "\u9fff" and after not in "?*{":
            found.add(c)
    return frozenset(found)


@cache
def _by_name() -> dict[tuple[str, str], Fact]:
    return {(f.fact, f.value): f for f in facts()}


def _row(fact: str, value: str) -> Fact | None:
    return _by_name().get((fact, value))


def _rows(name: str, columns: int) -> Iterator[list[str]]:
    for line in (_FOLDER / name).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            cells = line.split("\t")
            if len(cells) != columns:
                raise ValueError(f"{name}: {columns} columns expected: {line!r}")
            yield cells
