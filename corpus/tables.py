"""Tables in plain text: one cell a line (a tab in front), one row a line (tabs inside), or Markdown pipes.

A row is found as lines; `Table.rows` gives each row's span and its cells with their column heads, a group's
category carried down to the rows where its cell is empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from corpus.records import Span


@dataclass(frozen=True, slots=True)
class Row:
    start: int
    end: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table's place in the lines of a text, its heads, and its rows without the head row."""

    first_line: int
    last_line: int
    """Inclusive."""
    head: Row
    rows: tuple[Row, ...]

    def columns(self, number: int) -> tuple[tuple[str, str], ...]:
        """(head, cell) of one row; an empty first cell takes the nearest one above (a group's category)."""
        heads = self.head.cells
        cells = list(self.rows[number].cells)
        if len(cells) == len(heads) + 1:  # rows are numbered, the head row has no cell for it
            heads = ("序号", *heads)
        above = number
        while not cells[0] and above > 0:
            above -= 1
            cells[0] = self.rows[above].cells[0]
        return tuple((h, c) for h, c in zip(heads, cells, strict=False) if c)


def find(lines: list[tuple[int, str]]) -> list[Table]:
    """All tables in a text given as (offset, line) pairs, in order."""
    tables: list[Table] = []
    at = 0
    while at < len(lines):
        found = _cell_lines(lines, at) or _row_lines(lines, at)
        if found:
            tables.append(found)
            at = found.last_line + 1
        else:
            at += 1
    return tables


def _cell_lines(lines: list[tuple[int, str]], at: int) -> Table | None:
    """Rows of tab-led cell lines, rows apart by blank lines; at least a head and two rows of equal width."""
    rows: list[Row] = []
    last = at
    while at < len(lines) and lines[at][1].startswith("\t"):
        stop = at
        cells: list[str] = []
        while stop < len(lines) and lines[stop][1]:
            line = lines[stop][1]
            if line.startswith("\t"):
                cells.append(line.strip())
            else:  # a cell whose text was broken over two lines
                cells[-1] += line.strip()
            stop += 1
        if len(cells) < 2 or not any(cells) or (len(rows) > 1 and len(cells) != len(rows[-1].cells)):
            break
        rows.append(_row(lines[at:stop], cells))
        last = stop - 1
        at = stop
        while at < len(lines) and not lines[at][1] and at - stop < 3:
            at += 1
    if len(rows) < 3 or len(rows[1].cells) - len(rows[0].cells) not in (0, 1):
        return None
    first = next(i for i, (offset, line) in enumerate(lines) if offset + len(line) > rows[0].start)
    return Table(first, last, _tidy_head(rows[0]), tuple(rows[1:]))


def _row_lines(lines: list[tuple[int, str]], at: int) -> Table | None:
    """Rows of one line each, cells apart by tabs or Markdown pipes."""
    rows: list[Row] = []
    last = at
    for number in range(at, len(lines)):
        cells = _split(lines[number][1])
        if not cells or (rows and len(cells) != len(rows[0].cells)):
            break
        last = number
        if rows and all(re.fullmatch(r":?-{2,}:?", c) for c in cells):  # |---|---| stays with the row above it
            rows[-1] = replace(rows[-1], end=lines[number][0] + len(lines[number][1].rstrip()))
        else:
            rows.append(_row([lines[number]], cells))
    return Table(at, last, _tidy_head(rows[0]), tuple(rows[1:])) if len(rows) >= 3 else None


def _split(line: str) -> list[str]:
    body = line.strip()
    if body.startswith("|") and body.endswith("|") and body.count("|") > 2:
        return [c.strip() for c in body[1:-1].split("|")]
    return [c.strip() for c in body.split("\t")] if "\t" in body else []


def _row(lines: list[tuple[int, str]], cells: list[str]) -> Row:
    start = next(o + len(t) - len(t.lstrip()) for o, t in lines if t.strip())
    end = next(o + len(t.rstrip()) for o, t in reversed(lines) if t.strip())
    return Row(start, end, tuple(cells))


def _tidy_head(row: Row) -> Row:
    """“指  标” is one word: blanks between Chinese characters of a head are only spacing."""
    return Row(row.start, row.end, tuple(re.sub(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])", "", c) for c in row.cells))


def footnote(
    columns: tuple[tuple[str, str], ...], notes: dict[str, tuple[str, Span]]
) -> tuple[tuple[tuple[str, str], ...], Span | None]:
    """Take a footnote digit that is glued to a row's name off it, where a note below proves it.

    `notes` maps a digit to (note text, span); the note must begin with the name itself.
    """
    for position, (head, cell) in enumerate(columns):
        match = re.fullmatch(r"(?P<name>.*?[^\d\s])(?P<digit>\d)(?P<unit>（[^（）]*）)?", cell)
        if not match or match["digit"] not in notes:
            continue
        text, span = notes[match["digit"]]
        if _common_prefix(text, match["name"]) >= min(4, len(match["name"])):
            mended = match["name"] + (match["unit"] or "")
            return (*columns[:position], (head, mended), *columns[position + 1 :]), span
    return columns, None


def _common_prefix(left: str, right: str) -> int:
    return next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
