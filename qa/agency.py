"""Who is responsible, as the clause itself or the note that it shares says: （省科技厅牵头，省财政厅配合）."""

from __future__ import annotations

import re

from corpus.records import Clause, Span

_AGENCY = re.compile(r"[（(](?P<words>[^（）()]*(?:牵头|负责|配合)[^（）()]*(?:[（(][^（）()]*[）)][^（）()]*)*)[）)]")
_LEADS = re.compile(
    r"(?:牵头单位|责任单位)[:：](?P<named>[^；;。]+)|^(?:由)?(?P<led>[^；;。]+?)(?:牵头|分别负责|按职责|分工负责|负责)"
)
_BODIES = re.compile(r"[\u4e00-\u9fff、，]{2,40}")

_ASKED = re.compile(
    r"谁(?:来|去|在)?(?:牵头|负责|管|抓|主管|挑头|审批|落实|盯)|(?:牵头|负责|主管|责任|配合)(?:的)?(?:单位|部门|机构)"
    r"|(?:哪|什么)(?:个|些|几个|几家|一家|家)?(?:部门|单位|机构|厅|局|部委|委办局?)|归[^，。？?]{0,8}管|由谁|找谁|几个厅|几个部门"
)


def asked(question: str) -> bool:
    """True when a question asks who is in charge."""
    return bool(_ASKED.search(question))


def responsible(clause: Clause) -> tuple[Span, str] | None:
    """(span, words) of the last such note in the clause or shared with it; None when it has none."""
    for start, end in ((clause.start, clause.end), *clause.shared):
        found = list(_AGENCY.finditer(clause.document.text, start, end))
        if found:
            return found[-1].span(), re.sub(r"^以上[一二三四五六七八九十两]+项(?:工作)?", "", found[-1]["words"])
    return None


def without(text: str) -> str:
    """The text without such notes."""
    return _AGENCY.sub("", text)


def leading(clause: Clause) -> str:
    """The body or bodies to ask, without “牵头单位：” and the ones that only help; empty when none is named."""
    found = responsible(clause)
    leads = _LEADS.search(found[1]) if found else None
    bodies = (leads["named"] or leads["led"]).strip("，、 由") if leads else ""
    plain = _BODIES.fullmatch(bodies) and not re.search(r"牵头|负责|配合|支持|企业|建立", bodies)
    return bodies if plain else ""
