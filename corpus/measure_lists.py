"""Conditions that a document lists apart from the measures: “（一）申报条件”, “应同时具备下列条件：”.

Such a list holds for the measures beside it: for all under the same parent when it is the only list there, else for
those between it and the next list. The nearest list wins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from corpus.clauses import clauses
from corpus.measure import Leaf, Node
from corpus.measure_conditions import item_leaves
from corpus.records import Address, Clause, Document, Span
from corpus.sentences import sentences

_TITLE = re.compile(
    r"(?:申报|申请|支持|扶持|认定|资助|享受|基本|补贴|补助|奖励|适用|评选|享受政策|准入)(?:的)?(?:对象|范围)?(?:和|与|及|、)?(?:基本)?(?:条件|要求)$"
    r"|^(?:条件|支持对象|申报对象|补贴对象|适用对象)$"
)
_LEAD = re.compile(
    r"(?:(?:下列|以下|如下)(?:基本|申报|各项)?条件(?P<any>之一|中的?任[一意])?|(?:条件|要求)(?:为|如下|是))[^。；\n]{0,12}[：:]"
)
_LABEL = re.compile(r"\s*(?:[（(][一二三四五六七八九十\d]{1,3}[）)]|[一二三四五六七八九十]{1,3}、|\d{1,3}[.．、）]|[①-⑳]|——)\s*")
_LEAD_GIVES = re.compile(r"给予|予以|可(?:以)?(?:申请|享受|获得|申领)|发放|(?:奖励|补助|补贴|资助)(?:[\d最]|[^，。；]{0,8}元)")
_NONE = re.compile(r"不予|不得|不享受|取消|追回|除外")


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of conditions: where it stands and the tree of its items."""

    owner: Address
    number: int
    """Of its clause among the document's clauses."""
    node: Node
    own: bool
    """Its lead itself gives (“符合下列条件之一的，给予…：”), so that it holds for nothing beside it."""


_READ: dict[int, tuple[Document, tuple[Listed, ...], dict[Address, int]]] = {}
_KEPT = 16  # documents whose lists are remembered; a document is read clause by clause


def listed(clause: Clause) -> Node | None:
    """The list that holds for a clause's measures; None when there is none, or the clause is one of its items."""
    lists, numbers = _of(clause.document)
    if not lists or clause.address not in numbers:
        return None
    at = numbers[clause.address]
    if any(clause.address.within(found.owner) and clause.address != found.owner for found in lists):
        return None
    near = [f for f in lists if (clause.address == f.owner if f.own else clause.address.within(f.owner.parent))]
    if not near:
        return None
    depth = max(len(found.owner.labels) for found in near)
    beside = [found for found in near if len(found.owner.labels) == depth]
    if len(beside) == 1:
        return beside[0].node
    before = [found for found in beside if found.number <= at]
    return before[-1].node if before else None


def leads(clause: Clause) -> bool:
    """True when the clause gives something under a list of conditions below it."""
    return any(found.own and found.owner == clause.address for found in _of(clause.document)[0])


def is_item(clause: Clause) -> bool:
    """True when the clause is one of the conditions of a list."""
    return any(clause.address.within(found.owner) and clause.address != found.owner for found in _of(clause.document)[0])


def _of(document: Document) -> tuple[tuple[Listed, ...], dict[Address, int]]:
    kept = _READ.get(id(document))
    if kept is None or kept[0] is not document:
        found: tuple[Clause, ...] = tuple(clauses(document)) if "条件" in document.text or "对象" in document.text else ()
        if len(_READ) >= _KEPT:
            _READ.pop(next(iter(_READ)))
        kept = (document, tuple(_lists(found)), {c.address: n for n, c in enumerate(found)})
        _READ[id(document)] = kept
    return kept[1], kept[2]


def _lists(found: tuple[Clause, ...]) -> list[Listed]:
    out: list[Listed] = []
    for number, clause in enumerate(found):
        if any(clause.address.within(known.owner) for known in out):
            continue
        join = _join(clause)
        if join is None:
            continue
        items = [c for c in found[number + 1 :] if c.address.within(clause.address)]
        children = tuple(node for item in items for node in _item(item)) or tuple(_inline(clause))
        if children:
            out.append(Listed(clause.address, number, Node(join, children), bool(_LEAD_GIVES.search(clause.text))))
    return out


def _join(clause: Clause) -> Literal["all", "any"] | None:
    """How the items below are joined; None when the clause opens no list of conditions."""
    if clause.kind not in {"heading", "item", "paragraph"}:
        return None
    lead = None if _NONE.search(clause.text) else _LEAD.search(clause.text)
    if lead:
        return "any" if lead["any"] else "all"
    title = re.sub(r"[。：:]$", "", _LABEL.sub("", clause.text.strip().split("\n")[0]))
    return "all" if len(title) <= 16 and _TITLE.search(title) else None


def _item(clause: Clause) -> list[Leaf | Node]:
    if clause.kind == "heading" or _NONE.search(clause.text):
        return []
    return _nodes(clause.document, sentences(clause))


def _inline(clause: Clause) -> list[Leaf | Node]:
    """Items that follow the lead within the clause itself."""
    text = clause.document.text
    lead = _LEAD.search(text, clause.start, clause.end)
    start = lead.end() if lead else text.find("\n", clause.start, clause.end) + 1
    if start <= clause.start or start >= clause.end:
        return []
    cut = [m.end() for m in re.finditer(r"[；;。\n]", text[start : clause.end])]
    bounds = [start, *(start + n for n in cut), clause.end]
    spans = [(a, b) for a, b in pairwise(bounds) if text[a:b].strip()]
    return _nodes(clause.document, spans)


def _nodes(document: Document, spans: list[Span]) -> list[Leaf | Node]:
    out: list[Leaf | Node] = []
    for start, end in spans:
        label = _LABEL.match(document.text, start, end)
        begin = label.end() if label else start
        stop = begin + len(document.text[begin:end].rstrip("。；;， \n\t\u3000"))
        if stop - begin >= 4:
            out += item_leaves(document, (begin, stop))
    return out
