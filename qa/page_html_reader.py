"""A kept document → HTML of the reader: all its clauses in order, the cited span marked, headings as a path."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.page_html_parts import Mark, esc, icon, marked, title_of
from qa.page_text import Words
from qa.turns import Json

_BREAK = re.compile(r"[^\S\n]*\n?\t[^\S\n]*|\s*\|\s*")
"""Between two cells of a printed row: a tab, which may lead a line, or a pipe."""
_BLANK = re.compile(r"\n(\s*\n[^\S\n]*|[^\S\n]+)")
"""Blank lines and what is put before a line: a part of the text, but not of its sense."""
_DEEPEST = 4
_REPAIRS = 40  # listed one by one


class UnknownMarkError(ValueError):
    """A reference that the record does not hold."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the reader opens: a clause, and the spans of the text that are marked."""

    document: str
    clause: str
    spans: tuple[tuple[int, int], ...]
    marker: int | None = None
    cited: bool = True
    """False for evidence that no sentence cites (yet)."""


def target(record: Json, ref: str) -> Target:
    """What a mark points at: `3` all that is cited under this marker (or was found), `3.1` what sentence 1 cites of it.

    Raises:
        UnknownMarkError: the record has no such mark.
    """
    match = re.fullmatch(r"(\d{1,4})(?:\.(\d{1,4}))?", ref)
    if match:
        marker, sentence = int(match[1]), int(match[2]) if match[2] else None
        cited = [
            c for c in record.get("citations", []) if c["marker"] == marker and (sentence is None or c["sentence"] == sentence)
        ]
        if cited:
            spans = tuple(dict.fromkeys((c["start"], c["end"]) for c in cited))
            return Target(cited[0]["document"], cited[0]["clause"], spans, marker)
        for piece in record.get("evidence", []):
            if piece["marker"] == marker and sentence is None:
                return Target(piece["document"], piece["clause"], tuple((s, e) for s, e in piece["spans"]), marker, cited=False)
    raise UnknownMarkError(ref)


def document(snapshot: Json, at: Target, words: Words, note: str = "") -> str:
    """The whole document; the clause that is opened carries `data-target`. `note`: what a reader must know of this text."""
    clauses = snapshot["clauses"]
    opened = next((c for c in clauses if c["clause"] == at.clause), None)
    body = "".join(_group(snapshot, group, at, words) for group in _groups(clauses))
    told = f'<p class="yj-remark" role="note">{esc(note)}</p>' if note else ""
    return (
        f'<article class="yj-doc" lang="zh-CN" data-document="{esc(snapshot["id"])}">{_head(snapshot)}{told}'
        f"{_path(snapshot, opened, words) if opened else ''}"
        f'<div class="yj-body">{body}</div>{_repairs(snapshot, words)}</article>'
    )


def _head(snapshot: Json) -> str:
    facts = [snapshot.get("number"), snapshot.get("issuer"), snapshot.get("issued") or snapshot.get("year")]
    facts += list(dict.fromkeys([snapshot.get("level"), snapshot.get("region")]))
    line = " · ".join(str(f) for f in facts if f)
    status = f'<span class="yj-tag">{esc(snapshot["status"])}</span>' if snapshot.get("status") not in ("", "未知", None) else ""
    return f'<header class="yj-doc-head"><h2>{esc(title_of(snapshot))}</h2><p>{esc(line)} {status}</p></header>'


def _path(snapshot: Json, clause: Json, words: Words) -> str:
    """Document and headings above the clause, always in sight; the number first, since a long title is cut off."""
    steps = [*clause["headings"], clause["address"]]
    items = "".join(f"<li>{esc(' '.join(str(s).split()))}</li>" for s in steps if s)
    name = f'<p class="yj-path-of">{esc(snapshot.get("number") or "")} {esc(title_of(snapshot))}</p>'
    return f'<nav class="yj-path" aria-label="{esc(words("path"))}">{name}<ol>{items}</ol></nav>'


def _groups(clauses: Sequence[Json]) -> Iterator[list[Json]]:
    """Clauses one by one, rows of one table together."""
    rows: list[Json] = []
    for clause in clauses:
        if clause["kind"] == "row" and clause.get("columns"):
            rows.append(clause)
            continue
        if rows:
            yield rows
            rows = []
        yield [clause]
    if rows:
        yield rows


def _group(snapshot: Json, group: Sequence[Json], at: Target, words: Words) -> str:
    inner = "".join(_clause(snapshot, clause, at, words) for clause in group)
    return f'<div class="yj-table">{inner}</div>' if group[0]["kind"] == "row" and group[0].get("columns") else inner


def _clause(snapshot: Json, clause: Json, at: Target, words: Words) -> str:
    text, start, end = snapshot["text"], clause["start"], clause["end"]
    here = clause["clause"] == at.clause
    marks = _marks(text, clause, at)
    row = clause["kind"] == "row" and clause.get("columns")
    inner = _row(text, clause, marks, words) if row else marked(text, start, end, marks)
    badge = f'<span class="yj-badge" aria-hidden="true">{at.marker}</span>' if here and at.marker else ""
    heading = ' role="heading" aria-level="3"' if clause["kind"] == "heading" else ""
    depth = min(_DEEPEST, len(clause["headings"]))
    return (
        f'<div class="yj-c yj-k-{esc(clause["kind"])}{" yj-here" if here else ""}" data-clause="{esc(clause["clause"])}" '
        f'data-depth="{depth}"{heading}{" data-target tabindex=" + chr(34) + "-1" + chr(34) if here else ""}>'
        f"{badge}{inner}</div>{_told(clause, here, snapshot, words)}"
    )


def _marks(text: str, clause: Json, at: Target) -> list[Mark]:
    """Cited spans, wherever in the document they lie; doubts about the print; the clause's own short title."""
    kind = "yj-cited" if at.cited else "yj-was-found"
    marks: list[Mark] = [(s, e, f'mark class="{kind}"') for s, e in at.spans]
    marks += [(n["start"], n["end"], f'span class="yj-doubt" title="{esc(n["text"])}"') for n in clause.get("notes", [])]
    start, end = clause["start"], clause["end"]
    first = text.find("\n", start, end)
    titled = clause["kind"] == "heading" or (clause["headings"] and clause["headings"][-1] in text[start : max(first, start)])
    if clause["kind"] in ("heading", "item") and titled:
        marks.append((start, first if first > 0 else end, 'span class="yj-title"'))
    marks += [(m.start(1), m.end(1), 'span class="yj-sep"') for m in _BLANK.finditer(text, start, end)]
    return marks


def _row(text: str, clause: Json, marks: Sequence[Mark], words: Words) -> str:
    """Cells of a printed row under the heads of their columns; what stands between two cells stays in the text, unseen.

    A cell that is read otherwise than it is printed (a footnote's digit) carries a mark of its own inside the cited one.
    """
    cells = list(_cells(text, clause["start"], clause["end"]))
    columns = [tuple(c) for c in clause["columns"]]
    filled = [span for span in cells if text[span[0] : span[1]].strip()]
    carried = columns[: len(columns) - len(filled)] if 0 < len(columns) - len(filled) <= 1 else []
    heads = dict(zip(filled, columns[len(carried) :], strict=False)) if len(columns) - len(carried) == len(filled) else {}
    out = [
        f'<span class="yj-cell yj-carried" data-head="{esc(head)}" aria-hidden="true" data-carried="{esc(cell)}"></span>'
        for head, cell in carried
    ]
    at = clause["start"]
    for s, e in cells:
        out.append(f'<span class="yj-sep">{marked(text, at, s, marks)}</span>' if at < s else "")
        head, cell = heads.get((s, e), ("", ""))
        inner = list(marks)
        if head and _bare(cell) != _bare(text[s:e]):
            inner.append((s, e, f'mark class="yj-differs" title="{esc(words("cell", head=head, cell=cell))}"'))
        out.append(f'<span class="yj-cell" data-head="{esc(head)}">{marked(text, s, e, inner)}</span>')
        at = e
    return "".join(out)


def _cells(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for gap in _BREAK.finditer(text, start, end):
        if gap.start() > at:
            yield at, gap.start()
        at = gap.end()
    if at < end:
        yield at, end


def _bare(text: str) -> str:
    return "".join(text.split())


def _told(clause: Json, here: bool, snapshot: Json, words: Words) -> str:
    """Below a clause: doubts about its print; below the opened one how a row reads and what else applies to it."""
    lines = [words("doubt", note=n["text"]) for n in clause.get("notes", [])]
    if here and clause.get("columns"):
        lines.append(words("reading", text="，".join(f"{head}：{cell}" for head, cell in clause["columns"])))
    if here:
        lines += [f"{words('shared_also')}：{snapshot['text'][s:e]}" for s, e in clause.get("shared", [])]
    return "".join(f'<p class="yj-remark">{esc(line)}</p>' for line in lines)


def _repairs(snapshot: Json, words: Words) -> str:
    repairs = snapshot.get("repairs", [])
    if not repairs:
        return ""
    rows = "".join(
        f"<li>{esc(words('repair', before=_seen(r['before']), after=_seen(r['after']), reason=r['reason']))}</li>"
        for r in repairs[:_REPAIRS]
    )
    more = "<li>…</li>" if len(repairs) > _REPAIRS else ""
    return (
        f'<details class="yj-repairs"><summary>{icon("pencil")}{esc(words("repairs", count=len(repairs)))}</summary>'
        f"<ul>{rows}{more}</ul></details>"
    )


def _seen(text: str) -> str:
    """White space by signs, so that a change of it can be seen."""
    return text.replace("\n", "⏎").replace("\t", "⇥").replace(" ", "␣")
