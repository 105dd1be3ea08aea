"""A match to take along: a printable HTML page (A4) and an XLSX workbook, each with clauses, verdicts and addresses.

Whatever a user or a document wrote is text: in HTML it is escaped, in a sheet it never becomes a formula.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from corpus.records import titled
from qa.match_wire import ConditionModel, MatchModel, MeasureModel

VERDICTS = {"met": "符合", "unknown": "待确认", "not_met": "不符合"}
_ROLES = {"gate": "门槛", "bonus": "加分", "discretion": "裁量"}
_FACTS = {
    "who": "对象",
    "region": "地区",
    "size": "规模",
    "staff": "从业人员",
    "revenue": "营业收入",
    "age": "成立年限",
    "industry": "行业",
    "field": "领域",
    "ownership": "所有制",
    "qualification": "资格",
    "activity": "事项",
    "people": "人才",
    "time": "期限",
    "other": "其他",
}
_STYLE = """
@page { size: A4; margin: 16mm 14mm; }
body { font: 11pt/1.6 "Noto Serif CJK SC", "Source Han Serif SC", SimSun, serif; color: #222;
  max-width: 46em; margin: 0 auto; padding: 1em; }
h1 { font-size: 17pt; margin: 0 0 .2em; } h2 { font-size: 13pt; margin: 1.4em 0 .4em; border-bottom: 1px solid #999; }
h3 { font-size: 11.5pt; margin: 1.2em 0 .2em; break-after: avoid; } p { margin: .3em 0; }
.small { color: #666; font-size: 9.5pt; }
blockquote { margin: .4em 0; padding: .2em .8em; border-left: 3px solid #bbb; white-space: pre-line; }
table { border-collapse: collapse; width: 100%; font-size: 9.5pt; margin: .4em 0; break-inside: avoid; }
td, th { border: 1px solid #ccc; padding: .15em .5em; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
.met { color: #176b3a; } .unknown { color: #8a5a00; } .not_met { color: #9b1c1c; } .badge { font-weight: 600; }
"""
_HEADS = (
    *("序号", "判断", "种类", "力度", "措施", "金额或比例", "主管", "没有写明"),
    *("文件", "文号", "条款", "层级", "地区", "条款原文", "说明", "标识"),
)
_LONGEST = 32_000
"""Characters that a cell of a sheet holds (Excel's limit is 32,767)."""


class DossierError(ValueError):
    """A file that cannot be written; the message (Chinese) names it, the reason and what to do."""


def write(path: Path, found: MatchModel, corpus: str) -> None:
    """Write a dossier as the ending of its name says: .html or .xlsx.

    Args:
        corpus: digest of the corpus, so that a reader can tell which texts were matched.

    Raises:
        DossierError: another ending, or the file cannot be written.
    """
    check(path)
    made = sheet(found, corpus) if path.suffix.lower() == ".xlsx" else page(found, corpus).encode("utf-8", "replace")
    try:
        path.write_bytes(made)
    except OSError as error:
        raise DossierError(f"写不了 {path}（{error.strerror}）。请换一个位置。") from None


def check(path: Path) -> None:
    """Refuse a name of which it is not clear what to write.

    Raises:
        DossierError: the ending is none of .html, .htm and .xlsx.
    """
    if path.suffix.lower() not in (".html", ".htm", ".xlsx"):
        raise DossierError(f"{path.name}：只能导出 .html 或 .xlsx。请改文件名的后缀。")


def page(found: MatchModel, corpus: str) -> str:
    """One HTML text without anything that is loaded from elsewhere."""
    shown = [m for m in found.measures if m.verdict != "not_met"]
    failed = [m for m in found.measures if m.verdict == "not_met"]
    parts = [
        "<!doctype html><html lang='zh-CN'><meta charset='utf-8'><meta name='viewport' content='width=device-width'>",
        f"<title>政策匹配清单</title><style>{_STYLE}</style><h1>政策匹配清单</h1>",
        f"<p class='small'>{_e(found.as_of)}，语料 {_e(corpus[:16])}，共比对 {found.total} 条有支持措施的条款。</p>",
        f"<p><b>{_e(found.disclaimer)}</b></p>",
        f"<h2>您的情况</h2><p>{_e(str(found.profile.get('summary', '')))}</p>",
        *([f"<p>还想请问：{_e(found.ask)}</p>"] if found.ask else []),
        *(f"<p class='small'>{_e(note)}</p>" for note in found.notes),
        f"<h2>可能适用的措施（{len(shown)} 条）</h2>",
        *(_measure(n, m) for n, m in enumerate(shown, start=1)),
    ]
    if failed:
        parts.append(f"<h2>不符合的（{len(failed)} 条）</h2>")
        parts += [_measure(n, m) for n, m in enumerate(failed, start=1)]
    if found.rules:
        parts.append("<h2>能否同时享受</h2>")
        parts += [f"<p>{_e(titled(r.title))}{_e(r.address)}</p><blockquote>{_e(r.quote)}</blockquote>" for r in found.rules]
    if found.left_out:
        parts.append("<h2>没有列出的文件</h2>")
        parts += [f"<p>{_e(x.reason)}。</p>" for x in found.left_out]
    return "\n".join([*parts, "</html>"])


def _measure(number: int, m: MeasureModel) -> str:
    place = f"{titled(m.title)}{f'（{m.number}）' if m.number else ''}{m.address}"
    verdict = f"<span class='badge {m.verdict}'>{VERDICTS[m.verdict]}</span>"
    told = [f"力度：{m.strength}", f"金额或比例：{m.amount or '条文没有写明'}", f"主管：{_agency(m)}"]
    told += [f"条文没有写明：{'、'.join(m.missing)}"] if m.missing else []
    rows = "".join(_row(c) for c in m.conditions)
    head = "<tr><th>条件</th><th>性质</th><th>原文</th><th>判断</th><th>您说的</th></tr>"
    return "".join(
        [
            f"<h3>{number}. [{_e(m.kind)}] {verdict}</h3><p>{_e(place)}</p><blockquote>{_e(m.text)}</blockquote>",
            f"<p>措施：{_e(m.benefit)}</p><p class='small'>{_e('；'.join(told))}</p>",
            *(f"<p class='small'>{_e(note)}</p>" for note in m.notes),
            f"<table>{head}{rows}</table>" if rows else "",
        ]
    )


def _row(c: ConditionModel) -> str:
    cells = (_fact(c), _ROLES.get(c.role, c.role), c.quote, f"{VERDICTS[c.verdict]}{f'（{c.note}）' if c.note else ''}", c.said)
    return f"<tr>{''.join(f'<td>{_e(cell)}</td>' for cell in cells)}</tr>"


def _fact(c: ConditionModel) -> str:
    name = _FACTS.get(c.fact, c.fact)
    bound = {"ge": "不少于 ", "le": "不超过 "}.get(c.relation, "")
    return f"{name}：{bound}{'、'.join(c.values)}" if c.values else name


def _agency(m: MeasureModel) -> str:
    if not m.agency:
        return "条文和文件都没有写明"
    return m.agency if m.agency_of == "clause" else f"{m.agency}（发文机关，条文没有写明主管部门）"


def _e(text: str) -> str:
    return html.escape(text)


def sheet(found: MatchModel, corpus: str) -> bytes:
    """A workbook of four sheets: 匹配结果, 条件, 您的情况, 说明."""
    from openpyxl import Workbook  # noqa: PLC0415 - only an export needs it

    book = Workbook()
    book.remove(book.active)
    measures: list[Sequence[object]] = [
        (
            n,
            VERDICTS[m.verdict],
            m.kind,
            m.strength,
            m.benefit,
            m.amount or "条文没有写明",
            _agency(m),
            "、".join(m.missing),
            titled(m.title),
            m.number,
            m.address,
            m.level,
            m.region,
            m.text,
            "；".join(m.notes),
            m.clause,
        )
        for n, m in enumerate(found.measures, start=1)
    ]
    _fill(book, "匹配结果", _HEADS, measures)
    conditions: list[Sequence[object]] = [
        (n, m.clause, _fact(c), _ROLES.get(c.role, c.role), c.quote, VERDICTS[c.verdict], c.said, c.note)
        for n, m in enumerate(found.measures, start=1)
        for c in m.conditions
    ]
    _fill(book, "条件", ["序号", "标识", "条件", "性质", "原文", "判断", "您说的", "说明"], conditions)
    _fill(book, "您的情况", ["项目", "内容"], _known(found))
    told: list[Sequence[object]] = [
        ("日期", found.as_of),
        ("语料", corpus),
        ("比对的条款", found.total),
        ("声明", found.disclaimer),
        ("追问", found.ask or ""),
        *(("提示", note) for note in found.notes),
        *(("能否同时享受", f"{titled(r.title)}{r.address}：{r.quote}") for r in found.rules),
        *(("没有列出", x.reason) for x in found.left_out),
    ]
    _fill(book, "说明", ["项目", "内容"], told)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _known(found: MatchModel) -> list[Sequence[object]]:
    rows: list[Sequence[object]] = [("小结", str(found.profile.get("summary", "")))]
    facts = found.profile.get("facts", {})
    for name, entries in facts.items():
        for entry in entries:
            denied = "（否认）" if entry.get("denied") else ""
            rows.append((_FACTS.get(name, name), f"{entry['value']}{denied}：{entry['words']}"))
    return rows


def _fill(book: Any, title: str, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A sheet with its heads fixed on top; every text is stored as text."""
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415

    made = book.create_sheet(title)
    for at, row in enumerate([list(heads), *rows], start=1):
        for column, value in enumerate(row, start=1):
            cell = made.cell(at, column)
            if isinstance(value, int):
                cell.value = value
            else:
                _text(cell, str(value))
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            cell.font = Font(bold=at == 1)
    for column, head in enumerate(heads, start=1):
        width = 60 if head in ("措施", "条款原文", "内容", "原文") else 16
        made.column_dimensions[made.cell(1, column).column_letter].width = width
    made.freeze_panes = "A2"


def _text(cell: Any, text: str) -> None:
    """=1+1 stays “=1+1”: a text that a sheet would run is marked as text, here and in what reads it later."""
    clean = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text)[:_LONGEST]
    cell.value = clean
    cell.data_type = "s"
    if clean.startswith(("=", "+", "-", "@", "\t", "\r")):
        cell.quotePrefix = True


def counts(found: MatchModel) -> str:
    """The verdicts of a match in one line for the terminal."""
    by_verdict = {v: sum(m.verdict == v for m in found.measures) for v in VERDICTS}
    return "，".join(f"{VERDICTS[v]} {n} 条" for v, n in by_verdict.items())
