"""Measures in the rows of a table of tiers: A类人才 | 安家补贴100万元."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus.facts import find, kinds
from corpus.measure import Amount, Leaf, Measure, Node
from corpus.measure_fields import agencies, amounts, located
from corpus.records import Clause, Span

_GIVES = re.compile(r"补[贴助]|奖|资助|津贴|标准|金额|额度|支持|待遇|贴息|减免|返还|比例|优惠")
_PLAIN = re.compile(r"(?:序号|编号|备注|责任|单位|部门|时间|期限|指标|目标|任务|年份|20\d\d)")
_UNIT = re.compile(r"[（(](?P<unit>亿元|万元|元|%|％)(?:/(?P<per>[^）)]{1,4}))?[）)]")
_SCALE = {"亿元": 1e8, "万元": 1e4, "元": 1.0}


def row_measures(clause: Clause) -> tuple[Measure, ...]:
    """One measure for each cell that gives a sum or ratio; empty for rows of targets and statistics."""
    cells = list(_located(clause))
    named = [(head, span) for head, span in cells if not _GIVES.search(head) and not _PLAIN.search(head)]
    found = []
    for head, span in cells:
        if not _GIVES.search(head) or _PLAIN.search(head):
            continue
        sums = _sums(clause, head, span)
        if sums:
            found.append(_measure(clause, head, span, named, sums))
    return tuple(found)


def _located(clause: Clause) -> Iterator[tuple[str, Span]]:
    """(column head, span) of each cell that is printed in the row itself."""
    text, at = clause.document.text, clause.start
    for head, cell in clause.columns:
        found = text.find(cell, at, clause.end)
        if found >= 0:
            at = found + len(cell)
            yield head, (found, at)


def _sums(clause: Clause, head: str, span: Span) -> tuple[Amount, ...]:
    """Figures of the cell; a bare number takes the unit of its head."""
    text = clause.document.text
    unit = _UNIT.search(head)
    if not unit:
        return tuple(a for a in amounts(text, span) or _bare(text, span))
    out = []
    for quantity, where in located(text, *span):
        if not quantity.unit:
            scale = _SCALE.get(unit["unit"])
            per = f"/{unit['per']}" if unit["per"] else ""
            out.append(Amount(quantity.value * (scale or 1.0), "元" if scale else "%", "", where, per))
    return tuple(out) or amounts(text, span)


def _bare(text: str, span: Span) -> Iterator[Amount]:
    for quantity, where in located(text, *span):
        if quantity.unit in {"元", "%"}:
            yield Amount(quantity.value, quantity.unit, "", where)


def _measure(clause: Clause, head: str, span: Span, named: list[tuple[str, Span]], sums: tuple[Amount, ...]) -> Measure:
    text = clause.document.text
    about = f"{head}，{text[span[0] : span[1]]}，{'，'.join(clause.headings[-2:])}"
    fitting = [k.kind for k in kinds() if k.official.search(about)]
    who = [(value, at) for _, cell in named for value, at in find("who", text, *cell)]
    children: list[Leaf | Node] = [Leaf("gate", "who", "in", (value,), at) for value, at in who]
    plain = [cell for _, cell in named if not any(cell == at for _, at in who)]
    children += [Leaf("gate", "other", "stated", (), cell) for cell in plain or [c for _, c in named[:1]]]
    return Measure(
        clause=clause,
        kind=fitting[0] if fitting else "补贴",
        strength="给予",
        benefit=span,
        beneficiary=tuple(dict.fromkeys(at for _, at in who)),
        conditions=Node("all", tuple(children)),
        amounts=sums,
        agencies=agencies(clause, (clause.start, clause.end)),
        kinds=tuple(fitting[1:4]),
    )
