"""Blocks of an outline and the lines they are made of."""

from __future__ import annotations

from dataclasses import dataclass, field

from corpus import tables
from corpus.labels import Label, recognise


@dataclass(slots=True, eq=False)
class Node:
    """A block of the outline. `label` is canonical; `start`:`end` is the block's own text, children apart."""

    kind: str
    label: str
    value: int
    start: int
    end: int
    title: str = ""
    inline: bool = False
    """The label's line carries a sentence of its own, not only a heading."""
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)
    columns: tuple[tuple[str, str], ...] = ()
    shared: list[tuple[int, int]] = field(default_factory=list)
    rank: float = 99

    @property
    def heading(self) -> bool:
        return bool(self.label) and not self.inline and self.kind not in ("para", "row", "front", "closing")

    def siblings_before(self) -> list[Node]:
        """Earlier items of the same list, nearest last."""
        if self.parent is None:
            return []
        before = self.parent.children[: self.parent.children.index(self)]
        return [n for n in before if n.kind == self.kind]


@dataclass(frozen=True, slots=True)
class Line:
    start: int
    text: str
    """Without trailing blanks; a leading tab kept."""
    blanks: int
    """Blank lines before it."""
    label: Label | None
    table: tables.Table | None = None

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def body_start(self) -> int:
        return self.start + len(self.text) - len(self.text.lstrip())


def lines_of(text: str) -> list[Line]:
    """Non-blank lines of a repaired text; a table is one Line that carries it."""
    pairs, offset = [], 0
    for raw in text.split("\n"):
        pairs.append((offset, raw if raw.strip() or raw == "\t" else ""))
        offset += len(raw) + 1
    by_first = {t.first_line: t for t in tables.find(pairs)}
    lines: list[Line] = []
    blanks, number = 0, 0
    while number < len(pairs):
        start, raw = pairs[number]
        table = by_first.get(number)
        if table:
            end = max(table.head.end, *(r.end for r in table.rows))
            lines.append(Line(table.head.start, text[table.head.start : end], blanks, None, table))
            blanks, number = 0, table.last_line + 1
            continue
        if raw.strip():
            lines.append(Line(start, raw.rstrip(), blanks, recognise(raw.rstrip())))
            blanks = 0
        else:
            blanks += 1
        number += 1
    return lines
