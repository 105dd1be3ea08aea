"""What the MCP tools do, apart from the protocol: each gives a text that a model reads and the value that it is made from.

The text is short and in Chinese: what a model is shown costs tokens, and quotations must stand in it verbatim.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

import prompts
from corpus.records import Clause, Document, titled
from index import measures
from index.search import Filters, Index
from qa import mcp_wire, wire
from qa.answer import Assistant
from qa.answer import check as check_question
from qa.check import check
from qa.find_address import Found, look_up
from qa.match import match
from qa.match_show import lines
from qa.match_wire import MatchModel
from qa.match_wire import model as match_model
from qa.profile_form import from_form
from qa.show import VERDICTS
from qa.turns import Json

LONGEST = 6000
"""Characters of a clause, with what is below it, that are given at once."""
_SHOWN = 600
"""Characters of a clause that was found by searching."""
_PARTS, _BEGINNING, _LISTED = 60, 40, 100
_Model = TypeVar("_Model", bound=BaseModel)


class ToolError(ValueError):
    """A call that cannot be carried out; the message (Chinese) says why and what to send instead."""


@dataclass(frozen=True, slots=True)
class Given(Generic[_Model]):
    """A tool's result."""

    text: str
    value: _Model


def chosen(
    index: Index,
    levels: Sequence[str] | None,
    regions: Sequence[str] | None,
    years: Sequence[int] | None,
    documents: Sequence[str] | None,
) -> Filters:
    """The filters of a call.

    Raises:
        ToolError: for a value that no document has, so that an empty result always means that nothing was found.
    """
    wanted: dict[str, Sequence[Any]] = {
        "levels": levels or (),
        "regions": regions or (),
        "years": years or (),
        "documents": documents or (),
    }
    there: dict[str, set[Any]] = {
        "levels": {d.level for d in index.documents},
        "regions": {d.region for d in index.documents if d.region},
        "years": {d.year for d in index.documents if d.year},
        "documents": {d.id for d in index.documents},
    }
    for name, values in wanted.items():
        wrong = next((v for v in values if v not in there[name]), None)
        if wrong is not None:
            known = "、".join(str(v) for v in sorted(there[name])[:20])
            raise ToolError(f"{name} 里的“{wrong}”在文件库里没有。可以用：{known}{' 等' if len(there[name]) > 20 else ''}。")
    return Filters(**{name: tuple(values) for name, values in wanted.items()})


def search(index: Index, question: str, k: int, filters: Filters) -> Given[mcp_wire.SearchModel]:
    asked = check_question(question)
    hits = index.search(asked, k, filters)
    told = [f"{n}. {_named(h.clause)} 〔{h.clause.id}〕\n{_cut(h.clause.reading)}" for n, h in enumerate(hits, start=1)]
    text = "\n\n".join(told) or "没有找到相关条款。请换一种说法，或放宽筛选条件。"
    return Given(text, mcp_wire.SearchModel(question=asked, hits=[mcp_wire.hit(h) for h in hits]))


def read(index: Index, address: str) -> Given[mcp_wire.ReadModel]:
    """The clause at an address with everything below it; for a document its table of contents."""
    found = look_up(index, address)
    if found.kind == "one":
        return _clause(index, found)
    if found.kind == "document":
        return _contents(index, found)
    places = [mcp_wire.place(c) for c in found.clauses]
    listed = "".join(f"\n- {_named(c)} 〔{c.id}〕{_beginning(c)}" for c in found.clauses)
    empty = _read(found, None, "", False, (-1, -1), [], (None, None), [], places)
    return Given(f"{found.said}{listed}\n全部文件用 list_documents 列出；一份文件的目录：read_clause 只写文号。", empty)


def _clause(index: Index, found: Found) -> Given[mcp_wire.ReadModel]:
    top, *others = found.clauses
    siblings = [c for c in index.clauses if c.document is top.document]
    below = [c for c in siblings if c is not top and c.address.within(top.address)] if top.address.labels else []
    start, end = top.start, max([top.end, *(c.end for c in below)])
    whole = top.document.text[start:end].strip("\n")
    cut = len(whole) > LONGEST
    at = siblings.index(top)
    last = max((siblings.index(c) for c in below), default=at)
    around = (siblings[at - 1] if at else None, siblings[last + 1] if last + 1 < len(siblings) else None)
    notes = [n.text for c in (top, *below) for n in c.notes]
    shared = [top.document.text[s:e] for s, e in top.shared]
    value = _read(
        found,
        top,
        whole[:LONGEST],
        cut,
        (start, end),
        [mcp_wire.PartModel(clause=c.id, address=str(c.address), beginning=_beginning(c)) for c in below[:_PARTS]],
        around,
        notes,
        [mcp_wire.place(c) for c in others],
    )
    text = [f"{_named(top)} 〔{top.id}〕", "标题：" + " › ".join(top.headings) if top.headings else "", "", value.text]
    if top.columns:
        text.append(f"（表格行：{top.reading}）")
    text += [f"（同样适用：{words}）" for words in shared if words not in whole]
    text += [f"注：{note}" for note in dict.fromkeys(notes)]
    if cut:
        text.append(f"（原文 {len(whole)} 字，只给了前 {LONGEST} 字；下属条款：{'、'.join(p.clause for p in value.parts)}）")
    near = [f"{word} {c.id}" for word, c in zip(("前一条", "后一条"), around, strict=True) if c]
    text.append("；".join(near))
    if others:
        text.append("这个写法也可能指：" + "；".join(c.id for c in others))
    return Given("\n".join(line for n, line in enumerate(text) if line or n == 2), value)


def _contents(index: Index, found: Found) -> Given[mcp_wire.ReadModel]:
    """A document's outline, as deep as fits."""
    document = found.clauses[0].document
    own = [c for c in index.clauses if c.document is document and c.kind not in ("paragraph", "row", "front", "closing")]
    depth = next((d for d in (3, 2) if sum(len(c.address.labels) <= d for c in own) <= _PARTS), 1)
    shown = [c for c in own if len(c.address.labels) <= depth][:_PARTS]
    parts = [mcp_wire.PartModel(clause=c.id, address=str(c.address), beginning=_beginning(c)) for c in shown]
    lines_ = "\n".join(f"{'  ' * (len(c.address.labels) - 1)}{c.address} {_beginning(c)}" for c in shown)
    value = _read(found, None, "", False, (-1, -1), parts, (None, None), [n.text for n in document.notes], [])
    return Given(f"{document.name}\n{found.said}\n全文资源：{mcp_wire.uri(document.id)}\n目录：\n{lines_}", value)


def _read(
    found: Found,
    top: Clause | None,
    text: str,
    cut: bool,
    span: tuple[int, int],
    parts: list[mcp_wire.PartModel],
    around: tuple[Clause | None, Clause | None],
    notes: list[str],
    candidates: list[mcp_wire.PlaceModel],
) -> mcp_wire.ReadModel:
    before, after = (mcp_wire.place(c) if c else None for c in around)
    return mcp_wire.ReadModel(
        kind=found.kind,
        said=found.said,
        clause=mcp_wire.clause(top) if top else None,
        text=text,
        cut=cut,
        start=span[0],
        end=span[1],
        parts=parts,
        before=before,
        after=after,
        notes=list(dict.fromkeys(notes)),
        candidates=candidates,
    )


def documents(index: Index, words: str, filters: Filters) -> Given[mcp_wire.DocumentsModel]:
    """The catalogue; `words`, if any, must stand in title, number or issuer."""
    counts = Counter(c.document.id for c in index.clauses)
    wanted = words.split()
    fits = [d for d in index.documents if filters.admit(d) and all(w in f"{d.title} {d.number} {d.issuer}" for w in wanted)]
    shown = fits[:_LISTED]
    told = [f"{d.name} 〔{d.id}〕{d.level}{' ' + d.region if d.region else ''} {d.status}，{counts[d.id]} 条" for d in shown]
    text = "\n".join([f"{len(fits)} 份文件{'（只列前 100 份，请加条件）' if len(fits) > _LISTED else ''}：", *told])
    value = mcp_wire.DocumentsModel(documents=[mcp_wire.document(d, counts[d.id]) for d in shown], total=len(fits))
    return Given(text if fits else "没有符合条件的文件。", value)


def matched(
    assistant: Assistant, say: str, profile: dict[str, Any] | None, filters: Filters, limit: int, as_of: date | None
) -> Given[MatchModel]:
    asker = from_form({**(profile or {}), **({"say": say} if say else {})})
    measures.of(assistant.index, assistant.settings.index.index)
    found = match_model(match(assistant.index, asker, filters, as_of), limit)
    ids = [f"{n}. {m.clause}" for n, m in enumerate(found.measures, start=1)]
    return Given("\n".join([*lines(found), "", "条款 id（可用 read_clause 看全文）：" + "；".join(ids)]), found)


def checked(index: Index, text: str, question: str, filters: Filters) -> Given[mcp_wire.ClaimsModel]:
    value = mcp_wire.claims(wire.claims_json(list(check(index, text, question, filters))))
    told = [f"{len(value.sentences)} 句中 {value.verified} 句有依据。"]
    for s in value.sentences:
        told.append(f"【{VERDICTS[s.verdict]}】{s.text}{'：' + s.problem if s.problem else ''}")
        told += [f"    {_placed(c)}「{c.quote.strip()}」" for c in s.citations]
        if not s.citations and s.nearest:
            told.append(f"    最接近的条款：{_placed(s.nearest[0])}")
    return Given("\n".join(told), value)


def answered(record: Json) -> Given[mcp_wire.AnswerModel]:
    """A finished answer from its record."""
    value = mcp_wire.answer(record)
    told = [value.text, ""]
    if value.refusal:
        told += ["最接近的条款：", *(f"- {_placed(e)}" for e in value.evidence[:5])] if value.evidence else []
    else:
        told.append("引用：")
        cited = sorted(value.citations, key=lambda c: (c.marker, c.start))
        told += dict.fromkeys(
            f"[{c.marker}] {_placed(c)}{'' if c.verdict == 'verified' else f'（{VERDICTS[c.verdict]}）'}「{c.quote.strip()}」"
            for c in cited
        )
    told += [f"注：{note}" for note in value.notes]
    told += [f"核对：“{s.text}”——{s.problem}。" for s in value.sentences if s.verdict == "weak"]
    told += [f"已删去（没有依据）：“{r.text}”（{r.problem}）" for r in value.removed]
    told += [f"生成模型没有写完：{value.failure}"] if value.failure else []
    return Given("\n".join([*told, prompts.DISCLAIMER, f"对话 id：{value.conversation}（追问时交回）"]), value)


def full_text(document: Document) -> str:
    """A document for a reader: what it is, then its text."""
    facts = [document.number, document.issuer, document.issued.isoformat() if document.issued else "", document.status]
    return f"{document.name}\n{' · '.join(f for f in facts if f)}\n\n{document.text}"


def _named(found: Clause) -> str:
    return f"{found.document.name}{found.address}"


def _placed(found: mcp_wire.PlaceModel) -> str:
    return f"{titled(found.title)}{f'（{found.number}）' if found.number else ''}{found.address} 〔{found.clause}〕"


def _beginning(found: Clause) -> str:
    return _quoted(found.text, _BEGINNING)


def _cut(text: str) -> str:
    """Verbatim, unless it is very long."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…（共 {len(text)} 字，全文用 read_clause）"


def _quoted(text: str, longest: int) -> str:
    words = " ".join(text.split())
    return words[:longest] + ("…" if len(words) > longest else "")
