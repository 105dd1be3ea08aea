"""The values everything else passes around: Document, Address, Clause, Edit, Note.

All are frozen. A Clause holds its Document and two offsets; its text is a slice, so an offset cannot lie.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from corpus.address import Address

__all__ = ["Address", "Clause", "CorpusError", "Document", "Edit", "Kind", "Note", "Span"]

Kind = Literal["heading", "paragraph", "item", "row", "box", "front", "closing"]
Level = Literal["国家", "省", "市", "县", "未知"]
Status = Literal["现行有效", "已修改", "已废止", "未知"]
Span = tuple[int, int]
"""Half-open range of code points in a document's text."""


class CorpusError(Exception):
    """A document that cannot be used; the message (Chinese) names it, the reason and the remedy."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change that repair made: before → after at `start` in the text as it stood before that pass."""

    number_of_pass: int
    start: int
    before: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True)
class Note:
    """A doubt about the printed text at a span; the text itself stays as printed."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """One policy document: catalogue fields, repaired text, and what was repaired."""

    id: str
    title: str
    number: str
    """文号 with 〔〕, empty when none is known."""
    issuer: str
    issued: date | None
    year: int | None
    """Year of issue, known more often than the day."""
    level: Level
    region: str
    status: Status
    supersedes: tuple[str, ...]
    source: str
    sha256: str
    """Of the file's bytes."""
    text: str = field(repr=False)
    notes: tuple[Note, ...] = field(default=(), repr=False)
    provenance: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """(field, where it was read from)."""
    edits: tuple[Edit, ...] = field(default=(), repr=False)
    encoding: str = "utf-8"

    @property
    def name(self) -> str:
        """《title》（文号), the way a reader names the document."""
        return titled(self.title) + (f"（{self.number}）" if self.number else "")


def titled(title: str) -> str:
    """《title》; marks inside it become single, as in print: 《关于贯彻〈…〉的意见》."""
    return f"《{title.translate(str.maketrans('《》', '〈〉'))}》"


@dataclass(frozen=True, slots=True)
class Clause:
    """The smallest addressed piece of a document: a heading, paragraph, item, table row or box."""

    document: Document = field(repr=False)
    address: Address
    headings: tuple[str, ...]
    """Texts of the headings above (and its own short title, if it has one), outermost first."""
    kind: Kind
    start: int
    end: int
    columns: tuple[tuple[str, str], ...] = ()
    """(column head, cell) of a table row, a group's category carried down."""
    shared: tuple[Span, ...] = ()
    """Spans elsewhere in the document that also apply, such as one 牵头单位 note for several items."""

    @property
    def id(self) -> str:
        return f"{self.document.id}:{self.address}"

    @property
    def text(self) -> str:
        return self.document.text[self.start : self.end]

    @property
    def full(self) -> str:
        """The printed text with the shared notes that also apply, each verbatim."""
        return "\n".join([self.text, *(self.document.text[s:e] for s, e in self.shared)])

    @property
    def reading(self) -> str:
        """The text as a person would read it alone: rows with heads and units, shared notes appended."""
        body = "，".join(f"{head}：{cell}" for head, cell in self._measured()) if self.columns else self.text
        return "\n".join([body, *(self.document.text[s:e] for s, e in self.shared)])

    def _measured(self) -> list[tuple[str, str]]:
        """The cells of a row; a bare number gets the unit that stands behind the row's name: “普及率（%）” 82 → 82%."""
        unit = next((m[1] for _, cell in self.columns if (m := re.search(r"（([^（）\d]{1,4})）$", cell))), "")
        bare = re.compile(r"\d+(?:\.\d+)?")
        numbered = self.columns[0][0] == "序号"
        return [
            (head, cell + unit if unit and bare.fullmatch(cell) and not (numbered and n == 0) else cell)
            for n, (head, cell) in enumerate(self.columns)
        ]

    @property
    def citation(self) -> str:
        """中发〔2015〕8号 五（十四）; the title stands in where there is no 文号."""
        return f"{self.document.number or titled(self.document.title)} {self.address}".strip()

    @property
    def notes(self) -> tuple[Note, ...]:
        """Doubts about the printed text inside this clause."""
        return tuple(n for n in self.document.notes if n.start < self.end and n.end > self.start)


def by_id(clauses: Iterable[Clause]) -> dict[str, Clause]:
    """Clauses keyed by id.

    Raises:
        CorpusError: when two clauses share an id (two documents with one id).
    """
    found: dict[str, Clause] = {}
    for clause in clauses:
        if clause.id in found:
            raise CorpusError(f"条款标识重复：{clause.id}。请给两份文件不同的 id（catalog.toml）。")
        found[clause.id] = clause
    return found
