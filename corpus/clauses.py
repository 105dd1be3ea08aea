"""Outline → clauses: addresses, headings, spans. `clauses(document)` tiles the document's text.

A heading that has exactly one paragraph of its own right below it is one clause with it, so that
“（九）标题 / 正文” is cited as （九）, not as （九）段1.
"""

from __future__ import annotations

import re
from collections import Counter

from corpus import tables
from corpus.blocks import Node
from corpus.outline import outline
from corpus.records import Address, Clause, Document, Kind, Span

_KINDS: dict[str, Kind] = {"para": "paragraph", "row": "row", "box": "box", "front": "front", "closing": "closing"}
_STEP = re.compile(r"第[一二三四五六七八九十]+(?:步|阶段)")
_LEAD = re.compile(r"([^。；：，！？\n]{2,12}(?:，[^。；：，！？\n]{2,14})?)。(?=\S)")


def clauses(document: Document) -> list[Clause]:
    """All clauses of a document in reading order; every non-blank character lies in exactly one."""
    root = outline(document.text)
    notes = _table_notes(root, document.text)
    _number_duplicates(root)
    found: list[Clause] = []
    _flatten(root, Address(), (), document, found, notes)
    return found


def _flatten(
    node: Node,
    address: Address,
    headings: tuple[str, ...],
    document: Document,
    found: list[Clause],
    notes: dict[int, dict[str, tuple[str, Span]]],
) -> None:
    children = list(node.children)
    if node.kind != "root":
        end = node.end
        lead = _only_lead(node)
        if lead:
            end = lead.end
            children.remove(lead)
        above = headings
        if node.title:
            headings = (*headings, node.title)
        whole = end - node.start - len(node.title) < 12  # the title is all there is
        own = above if (node.title.endswith(("：", ":")) or (whole and not node.children)) else headings
        found.append(_clause(node, address, own, end, document, bool(lead), notes))
        if lead and lead.children:
            children = [*lead.children, *children]
        if node.kind == "para" and children:
            headings = (*headings, _opening(node, document))
    steps = [n for n in children if n.kind == "para" and _STEP.match(document.text, n.start)]
    step: tuple[str, ...] = ()
    for child in children:
        if child in steps:
            step = ()
        _flatten(child, address / child.label, headings + step, document, found, notes)
        if child in steps[:-1]:  # what follows the last step need not belong to it
            step = (_opening(child, document),)


def _opening(node: Node, document: Document) -> str:
    """The first words of a paragraph that others hang on: 第二步，到2030年跻身创新型国家前列."""
    text = document.text[node.start : node.end]
    match = re.match(r"[^。；\n]{1,40}?(?=[，。；：\n]|\Z)(?:[，：][^。；，：\n]{1,30})?", text)
    return match.group() if match else text[:40]


def _only_lead(node: Node) -> Node | None:
    """The paragraph directly below a heading, when the heading has no other."""
    if not node.heading or node.kind in ("table", "annex") or not node.children:
        return None
    paras = [n for n in node.children if n.kind == "para"]
    return paras[0] if len(paras) == 1 and node.children[0] is paras[0] else None


def _clause(
    node: Node,
    address: Address,
    headings: tuple[str, ...],
    end: int,
    document: Document,
    has_body: bool,
    notes: dict[int, dict[str, tuple[str, Span]]],
) -> Clause:
    kind: Kind = _KINDS.get(node.kind, "item")
    columns, shared = node.columns, list(node.shared)
    if kind == "row":
        columns, span = tables.footnote(columns, notes.get(id(node.parent), {}))
        shared += [span] if span else []
    elif kind == "paragraph":
        lead = _LEAD.match(document.text, node.start, end)
        if lead and end - lead.end() >= 20:
            headings = (*headings, lead.group(1))
    elif node.heading and not has_body and (node.children or node.kind in ("annex", "table", "group")):
        kind = "heading"
    return Clause(document, address, headings, kind, node.start, end, columns, tuple(shared))


def _table_notes(root: Node, text: str) -> dict[int, dict[str, tuple[str, Span]]]:
    """Per table (by identity): digit → (text, span) of the numbered note paragraphs that follow it."""
    out: dict[int, dict[str, tuple[str, Span]]] = {}
    stack = [root]
    while stack:
        node = stack.pop()
        stack.extend(node.children)
        for table in (n for n in node.children if n.kind == "table"):
            after = node.children[node.children.index(table) + 1 :]
            found: dict[str, tuple[str, Span]] = {}
            for para in after:
                match = re.match(r"(\d) ?(\D.*)", text[para.start : para.end], re.DOTALL)
                if para.kind != "para" or not match or match.group(1) in found:
                    break
                para.label = f"注{match.group(1)}"
                found[match.group(1)] = (match.group(2), (para.start, para.end))
            out[id(table)] = found
    return out


def _number_duplicates(node: Node) -> None:
    """Two children with one label (a list printed twice) get a marker, so that addresses stay unique."""
    seen: Counter[str] = Counter()
    for child in node.children:
        seen[child.label] += 1
        if seen[child.label] > 1:
            child.label = f"{child.label}「第{seen[child.label]}处」"
        _number_duplicates(child)
