"""A conversation to take along: Markdown, one printable HTML page, or a DOCX file.

All are made from the stored record, so they say what the page showed, whatever the index holds today. Whatever a user,
a model or a document wrote is text in them: it is escaped, and never a link, markup or a formula.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from qa import export_docx, export_html
from qa.export_parts import FITS, SIGNS, Basis, Said, Section, paper
from qa.turns import Conversation

_SPECIAL = re.compile(r"[\\`*_\[\]<>&~|#$]")
_OPENING = re.compile(r"^(\s*)([-+=:]|\d{1,9}[.)])", re.MULTILINE)
"""What makes a list, a heading or a table of a line that it begins."""
_ADDRESS = re.compile(r"(?<=[a-zA-Z])(:)(?=//)|(?<=www)(\.)|(@)", re.IGNORECASE)
"""What readers of Markdown turn into links by themselves."""


def html(conversation: Conversation, made: datetime | None = None) -> str:
    """One HTML page (A4 when printed) that loads nothing."""
    return export_html.page(paper(conversation, made))


def docx(conversation: Conversation, made: datetime | None = None) -> bytes:
    """A Word file (A4); the marks are links to the clauses below."""
    return export_docx.file(paper(conversation, made))


def markdown(conversation: Conversation, made: datetime | None = None) -> str:
    """CommonMark with no raw HTML.

    Args:
        made: when the export is made; None: now.
    """
    read = paper(conversation, made)
    parts = [f"# {_md(read.title)}", f"有据 · 政策问答。{_md(' · '.join(read.told))}。"]
    for section in read.sections:
        parts += _section(section)
    if read.sources:
        parts += ["## 引用的文件", "\n".join(f"- {_md(source)}" for source in read.sources)]
    return "\n\n".join([*parts, "---", *map(_md, read.closing)]) + "\n"


def _section(section: Section) -> Iterator[str]:
    yield f"## {section.number}. {_md(section.question)}"
    yield "*" + _md(" · ".join(section.told)) + "*"
    yield from map(_md, section.text)
    if section.said:
        yield "\n".join(_said(said) for said in section.said)
    if section.heading:
        yield f"**{section.heading}**"
        yield from map(_basis, section.bases)
    if section.fits:
        yield "**扶持措施**"
        yield "\n".join(
            f"- {FITS.get(fit.verdict, '')}：{_md(fit.benefit)}{f'（{_md(fit.amount)}）' if fit.amount else ''}——{_md(fit.below)}"
            for fit in section.fits
        )
    yield from map(_md, section.remarks)


def _said(said: Said) -> str:
    marks = "".join(f"\\[{marker}\\]" for marker in said.markers)
    doubt = f"（{_md(said.problem)}）" if said.problem else ""
    return f"- {SIGNS.get(said.verdict, '')} {_md(said.text)}{marks}{doubt}"


def _basis(basis: Basis) -> str:
    doubt = f"（{basis.doubt}）" if basis.doubt else ""
    head = f"\\[{basis.marker}\\] {_md(basis.place)}{doubt}"
    where = f"  \n{_md(basis.where)}" if basis.where else ""
    return "\n\n".join([head + where, *("\n".join(f"> {line}" for line in _quoted(quote)) for quote in basis.quotes)])


def _quoted(quote: str) -> list[str]:
    """Lines of a quotation; two blanks at the end keep them apart, a blank in front would make code of them."""
    lines = [_md(line) for line in quote.split("\n") if line.strip()]
    return [*(f"{line}  " for line in lines[:-1]), *lines[-1:]]


def _md(text: str) -> str:
    """Text in which nothing is markup, and no address becomes a link."""
    escaped = _SPECIAL.sub(lambda m: "\\" + m.group(), text)
    escaped = _ADDRESS.sub(lambda m: "\\" + m.group(), escaped)
    return _OPENING.sub(lambda m: f"{m[1]}{m[2][:-1]}\\{m[2][-1]}", escaped)
