"""The tab 读原文 as HTML: the list of documents, an outline as a tree, a document with an anchor at every clause, hits.

Pure functions; every word of a document is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlencode

from corpus.records import Clause, Document, Span
from qa.page_html_parts import esc, marked

Words = Mapping[str, str]
LEVELS = ("国家", "省", "市", "县", "未知")
LISTED = 200
"""Documents that are listed at once; a filter finds the others."""
_IN_OUTLINE = ("heading", "item", "box")
_TITLE, _SNIPPET, _BEFORE = 34, 220, 40
"""Characters of a line of the outline, of a hit, and of what stands before its best sentence."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document is opened: a clause, and a span in the document's text that is marked; None: the clause itself."""

    clause: str = ""
    span: Span | None = None


def fits(document: Document, words: str) -> bool:
    """Whether every word stands in the title, number, issuer, region, level or year of a document."""
    told = f"{document.title} {document.number} {document.issuer} {document.region} {document.level} {document.year or ''}"
    return all(word.lower() in told.lower() for word in words.split())


def documents(found: Sequence[Document], chosen: str, filtered: str, words: Words) -> str:
    """Documents by level, each a button; the chosen one is marked."""
    if not found:
        return f'<p class="yt-empty">{esc(words["read_no_document"].format(words=filtered))}</p>'
    shown = sorted(found, key=lambda d: (_rank(d), -(d.year or 0), d.title))[:LISTED]
    groups = "".join(
        f'<h4>{esc(words.get(f"level_{LEVELS[rank]}", LEVELS[rank]))}</h4><ul class="yt-documents">'
        f"{''.join(_document(d, d.id == chosen, words) for d in members)}</ul>"
        for rank, members in groupby(shown, key=_rank)
    )
    left = len(found) - len(shown)
    more = f'<p class="yt-small">{esc(words["read_more"].format(n=left))}</p>' if left else ""
    return f"{groups}{more}"


def _rank(document: Document) -> int:
    return LEVELS.index(document.level) if document.level in LEVELS else len(LEVELS) - 1


def _document(document: Document, chosen: bool, words: Words) -> str:
    current = ' aria-current="true"' if chosen else ""
    status = "" if document.status in ("未知", "现行有效") else f'<span class="yt-tag yt-status">{esc(document.status)}</span>'
    about = [document.number or words["read_no_number"], document.region, str(document.year or words["read_no_year"])]
    return (
        f'<li><button type="button" class="yt-document" data-do="open" data-document="{esc(document.id)}"{current}>'
        f"<span>{esc(document.title)}</span>{status}"
        f'<span class="yt-small">{esc(" · ".join(filter(None, about)))}</span></button></li>'
    )


def outline(clauses: Sequence[Clause], words: Words) -> str:
    """Headings and items of a document as nested lists; a line that has others below it folds."""
    top: list[_Node] = []
    stack: list[_Node] = []
    for number, clause in enumerate(clauses):
        if clause.kind not in _IN_OUTLINE or not clause.address.labels:
            continue
        node = _Node(number, clause, [])
        while stack and not clause.address.within(stack[-1].clause.address):
            stack.pop()
        (stack[-1].below if stack else top).append(node)
        stack.append(node)
    if not top:
        return ""
    return f'<nav class="yt-outline" aria-label="{esc(words["read_outline"])}">{_branch(top)}</nav>'


@dataclass(frozen=True, slots=True)
class _Node:
    number: int
    clause: Clause
    below: list[_Node]


def _branch(nodes: Iterable[_Node]) -> str:
    return f"<ul>{''.join(_line(n) for n in nodes)}</ul>"


def _line(node: _Node) -> str:
    title = esc(_title(node.clause))
    target = f'data-goto="{anchor(node.number)}"'
    if not node.below:
        return f'<li><a href="#{anchor(node.number)}" {target}>{title}</a></li>'
    return f"<li><details><summary {target}>{title}</summary>{_branch(node.below)}</details></li>"


def _title(clause: Clause) -> str:
    first = " ".join(clause.text.split())
    return first if len(first) <= _TITLE else f"{first[:_TITLE]}…"


def anchor(number: int) -> str:
    """The id of a clause by its place in the document."""
    return f"yt-c-{number}"


def text(document: Document, clauses: Sequence[Clause], place: Place, root: str, words: Words) -> str:
    """The whole document as printed, with the place marked. `root`: path of the page, for links to clauses."""
    told = [document.number, document.issuer, document.issued.isoformat() if document.issued else str(document.year or "")]
    told += [document.region, document.status.replace("未知", "")]
    head = (
        f'<header class="yt-doc-head"><h3>{esc(document.title)}</h3>'
        f'<p class="yt-small">{esc(" · ".join(filter(None, told)))}</p></header>'
    )
    known = any(c.id == place.clause for c in clauses)
    wrong = f'<p class="yt-warn" role="alert">{esc(words["read_unknown_clause"])}</p>' if place.clause and not known else ""
    body = []
    numbered = list(enumerate(clauses))
    for table, members in groupby(numbered, key=lambda pair: _table(pair[1])):
        rows = list(members)
        body.append(_rows(rows, place) if table else "".join(_clause(n, c, place, root, words) for n, c in rows))
    goto = next((anchor(n) for n, c in numbered if c.id == place.clause), "")
    return f'<article class="yt-text" data-scroll="{goto}" lang="zh-CN">{head}{wrong}{"".join(body)}</article>'


def _table(clause: Clause) -> tuple[str, ...]:
    """Rows with the same column heads under the same address are one table; empty for what is no row."""
    parent = clause.address.parent
    return (str(parent), *(head for head, _ in clause.columns)) if clause.columns else ()


def _rows(rows: Sequence[tuple[int, Clause]], place: Place) -> str:
    heads = "".join(f'<th scope="col">{esc(head)}</th>' for head, _ in rows[0][1].columns)
    body = "".join(
        f'<tr id="{anchor(n)}" data-clause="{esc(c.id)}" tabindex="-1"{_target(c, place)}>'
        f"{''.join(f'<td>{esc(cell)}</td>' for _, cell in c.columns)}</tr>"
        for n, c in rows
    )
    return f'<div class="yt-wide" tabindex="0"><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>'


def _target(clause: Clause, place: Place) -> str:
    return ' class="yt-target"' if clause.id == place.clause else ""


def _clause(number: int, clause: Clause, place: Place, root: str, words: Words) -> str:
    document = clause.document
    here = clause.id == place.clause
    marks = [(*place.span, 'mark class="yt-hit"')] if here and place.span else []
    marks += [(n.start, n.end, "u") for n in clause.notes]
    printed = marked(document.text, clause.start, clause.end, marks).strip().replace("\n", "<br>")
    notes = "".join(f'<span class="yt-doubt">{esc(words["read_note"])}：{esc(n.text)}</span>' for n in clause.notes)
    kind = "yt-target " if here else ""
    depth = min(4, max(0, len(clause.address.labels) - 1))
    inner = f"{printed}{_link(clause, root, words)}{notes}"
    attributes = f'id="{anchor(number)}" data-clause="{esc(clause.id)}" tabindex="-1"'
    if clause.kind == "heading":
        size = min(6, 4 + depth)
        return f'<h{size} class="{kind}yt-clause yt-depth-{depth}" {attributes}>{inner}</h{size}>'
    return f'<p class="{kind}yt-clause yt-kind-{clause.kind} yt-depth-{depth}" {attributes}>{inner}</p>'


def _link(clause: Clause, root: str, words: Words) -> str:
    address = str(clause.address)
    if not address:
        return ""
    query = urlencode({"doc": clause.document.id, "clause": clause.id})
    label = esc(f"{words['read_link']}：{address}")
    href = esc(f"{root}?{query}")
    return f' <a class="yt-link" href="{href}" aria-label="{label}" title="{label}">{esc(address)}</a>'


def found(places: Sequence[tuple[Clause, Sequence[Span]]], said: str, words: Words) -> str:
    """Clauses with what was found in them marked; each opens its document there."""
    head = said or words["read_found" if places else "read_nothing"].format(n=len(places))
    close = (
        f'<button type="button" class="yt-close" data-do="close" aria-label="{esc(words["read_close"])}">×</button>'
        if places
        else ""
    )
    rows = "".join(_found(clause, spans, words) for clause, spans in places)
    listed = f'<ol class="yt-hits">{rows}</ol>' if rows else ""
    return f'<section class="yt-found" aria-live="polite"><p class="yt-found-head">{esc(head)}{close}</p>{listed}</section>'


def _found(clause: Clause, spans: Sequence[Span], words: Words) -> str:
    document = clause.document
    inside = [s for s in spans if clause.start <= s[0] < s[1] <= clause.end]
    start = clause.start
    if inside and inside[0][0] - start > _BEFORE:
        start = inside[0][0] - _BEFORE
    end = min(clause.end, start + _SNIPPET)
    shown = marked(document.text, start, end, [(*s, "mark") for s in inside])
    cut = ("…" if start > clause.start else "", "…" if end < clause.end else "")
    span = f' data-start="{inside[0][0]}" data-end="{inside[0][1]}"' if inside else ""
    where = f"{document.name} {clause.address}"
    return (
        f'<li><button type="button" class="yt-hit-open" data-do="open" data-document="{esc(document.id)}" '
        f'data-clause="{esc(clause.id)}"{span} aria-label="{esc(words["read_in"])}：{esc(where)}">{esc(where)}</button>'
        f"<p>{cut[0]}{' '.join(shown.split())}{cut[1]}</p></li>"
    )
