"""Measures as text, JSON Lines, CSV and XLSX; a cell that a spreadsheet would take for a formula stays text."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from corpus.measure import Leaf, Measure, Node
from corpus.records import CorpusError

FORMATS = ("text", "jsonl", "csv", "xlsx")
HEADS = (
    *("文件", "文号", "标题", "级别", "地区", "条款", "种类", "其他种类", "力度"),
    *("内容", "受益者", "条件", "数额", "牵头", "配合", "时间", "用途", "领域"),
)
_ROLES = {"gate": "须", "bonus": "优先", "discretion": "酌定"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LONGEST = 32_767  # characters of a cell in a spreadsheet


def to_json(measure: Measure) -> dict[str, Any]:
    """All fields; spans are offsets into the document's text, with the words that stand there."""
    document = measure.clause.document

    def spans(found: Iterable[tuple[int, int]]) -> list[dict[str, Any]]:
        return [{"text": measure.words(s), "start": s[0], "end": s[1]} for s in found]

    return {
        "document": document.id,
        "clause": measure.clause.id,
        "address": str(measure.clause.address),
        "kind": measure.kind,
        "kinds": list(measure.kinds),
        "strength": measure.strength,
        "benefit": spans([measure.benefit])[0],
        "beneficiary": spans(measure.beneficiary),
        "conditions": _tree(measure, measure.conditions),
        "amounts": [
            {**spans([a.span])[0], "value": a.value, "unit": a.unit, "bound": a.bound, "per": a.per} for a in measure.amounts
        ],
        "agencies": [{**spans([a.span])[0], "name": a.name, "lead": a.lead} for a in measure.agencies],
        "time": spans(measure.time),
        "topics": list(measure.topics),
        "fields": list(measure.fields),
    }


def _tree(measure: Measure, node: Node | Leaf) -> dict[str, Any]:
    if isinstance(node, Node):
        return {"join": node.join, "children": [_tree(measure, child) for child in node.children]}
    return {
        "role": node.role,
        "fact": node.fact,
        "relation": node.relation,
        "values": list(node.values),
        "text": measure.words(node.span),
        "start": node.span[0],
        "end": node.span[1],
    }


def row(measure: Measure) -> tuple[str, ...]:
    """One line of a sheet, in the order of HEADS."""
    document = measure.clause.document
    words = measure.words
    conditions = [f"{_ROLES[leaf.role]}：{_line(words(leaf.span))}" for leaf in measure.conditions.leaves() if leaf.fact != "who"]
    return (
        document.id,
        document.number,
        document.title,
        document.level,
        document.region,
        str(measure.clause.address),
        measure.kind,
        "、".join(measure.kinds),
        measure.strength,
        _line(words(measure.benefit)),
        "、".join(dict.fromkeys(words(s) for s in measure.beneficiary)),
        "；".join(dict.fromkeys(conditions)),
        "；".join(f"{a.per} {words(a.span)}".strip() for a in measure.amounts),
        "、".join(a.name for a in measure.agencies if a.lead),
        "、".join(a.name for a in measure.agencies if not a.lead),
        "；".join(words(s) for s in measure.time),
        "、".join(measure.topics),
        "、".join(measure.fields),
    )


def _line(words: str) -> str:
    return " ".join(words.split())


def told(measure: Measure) -> str:
    """A few lines for a reader."""
    cells = dict(zip(HEADS, row(measure), strict=True))
    shown = [f"  {head}：{cells[head]}" for head in ("受益者", "条件", "数额", "牵头", "配合", "时间") if cells[head]]
    return "\n".join([f"{measure.clause.id}  [{measure.kind}·{measure.strength}] {cells['内容']}", *shown])


def write(found: Sequence[Measure], form: str, path: Path) -> None:
    """Write a file of the format.

    Raises:
        CorpusError: when the file cannot be written.
    """
    try:
        if form == "xlsx":
            _sheet(found).save(path)
        else:
            path.write_text(printed(found, form), "utf-8-sig" if form == "csv" else "utf-8")  # Excel needs the mark
    except OSError as error:
        raise CorpusError(f"写不了 {path}：{error.strerror or error}。请检查文件夹是否存在、是否有写入权限。") from error


def printed(found: Sequence[Measure], form: str) -> str:
    """The text of a format other than xlsx."""
    if form == "jsonl":
        return "".join(json.dumps(to_json(m), ensure_ascii=False) + "\n" for m in found)
    if form == "csv":
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(HEADS)
        writer.writerows([_harmless(cell) for cell in row(m)] for m in found)
        return out.getvalue()
    return "".join(told(m) + "\n" for m in found)


def _harmless(cell: str) -> str:
    """An apostrophe in front keeps a spreadsheet from reading a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _sheet(found: Sequence[Measure]) -> Workbook:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("措施")
    sheet.freeze_panes = "A2"
    heads = []
    for head in HEADS:
        cell = WriteOnlyCell(sheet, head)
        cell.font = Font(bold=True)
        heads.append(cell)
    sheet.append(heads)
    for measure in found:
        cells = []
        for value in row(measure):
            cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value)[:_LONGEST])
            cell.data_type = "s"  # text, whatever it begins with
            cells.append(cell)
        sheet.append(cells)
    return book
