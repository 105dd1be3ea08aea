"""What is said beside a measure: whom to call, what the text leaves open, why it is listed, whether it may be drawn twice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from corpus.measure import Measure
from corpus.records import Clause, Document, Span
from qa import match_time
from qa.match_judge import TWICE
from qa.match_rank import Asked
from qa.match_records import Judged, LeftOut, Office, Result, Rule
from qa.profile import Profile

_FORM = re.compile(
    r"申请表|申报书|申报表|申请书|申报材料|申请材料|提交材料|提交下列|报送材料|免申即享|网上(?:申报|办理|申请)|向[^，。；]{2,20}(?:提出申请|申报|申请)"
)
NO_RULE = "本语料没有写明能否同时享受，申请两项以上时请先问主管部门。"
MISSING = {"amount": "金额或比例", "window": "申报时间", "form": "申请材料和办理方式"}


def missing(measure: Measure) -> tuple[str, ...]:
    """Keys of MISSING that the clause does not state."""
    stated = {
        "amount": bool(measure.amounts),
        "window": bool(match_time.windows(measure)),
        "form": bool(_FORM.search(measure.clause.text)),
    }
    return tuple(key for key in MISSING if not stated[key])


def amount(measure: Measure) -> str | None:
    """Sums and ratios as printed; None when none is."""
    words = [re.sub(r"\s+", "", measure.words(a.span)) for a in measure.amounts]
    return "；".join(dict.fromkeys(words)) or None


def office(measure: Measure) -> Office:
    """Bodies that the clause names, those that lead first; else the issuer of the document."""
    named = sorted(measure.agencies, key=lambda a: not a.lead)
    leading = [a for a in named if a.lead] or named
    if leading:
        return Office("、".join(dict.fromkeys(a.name for a in leading[:3])), True, leading[0].span)
    document = measure.clause.document
    return Office(document.issuer, False, _issuer_span(document))


def _issuer_span(document: Document) -> Span | None:
    for name in filter(None, re.split(r"[、，]", document.issuer)):
        at = document.text.find(name)
        if at >= 0:
            return at, at + len(name)
    return None


def reasons(measure: Measure, asked: Asked, conditions: Sequence[Judged]) -> tuple[str, ...]:
    """What of the asker the measure is about, with the asker's words for its beneficiary."""
    out = [
        f"对象：{measure.words(j.leaf.span)}（您说“{j.said}”）"
        for j in conditions
        if j.verdict == "met" and not j.whole and j.said
    ]
    for fact, label, own in (("activity", "事项", measure.topics), ("field", "领域", measure.fields)):
        shared = [v for v in own if v in asked.wanted.get(fact, frozenset())]
        if shared:
            out.append(f"{label}：{'、'.join(shared)}")
    return tuple(dict.fromkeys(out))


def rules(clauses: Sequence[Clause], documents: Iterable[Document]) -> tuple[Rule, ...]:
    """Sentences of these documents on drawing support twice."""
    spans = {d.id: found for d in documents if (found := _twice(d.text))}
    return tuple(
        Rule(clause, span)
        for clause in (clauses if spans else ())
        for span in spans.get(clause.document.id, ())
        if clause.kind != "heading" and clause.start <= span[0] and span[1] <= clause.end
    )


@lru_cache(maxsize=4096)
def _twice(text: str) -> tuple[Span, ...]:
    return tuple(_trimmed(text, match.span()) for match in TWICE.finditer(text))


def _trimmed(text: str, span: Span) -> Span:
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    return start, end


@lru_cache(maxsize=64)
def left_out(documents: tuple[Document, ...]) -> tuple[LeftOut, ...]:
    """Documents that no longer hold, with what took their place where the catalogue says it."""
    out = []
    for document in documents:
        if document.status == "已废止":
            later = [d for d in documents if {document.number, document.title, document.id} & set(d.supersedes)]
            by = f"，由{'、'.join(d.name for d in later)}代替" if later else ""
            out.append(LeftOut(document, f"{document.name}已经废止{by}，其中的措施不再列出"))
    return tuple(out)


def remarks(profile: Profile, results: Sequence[Result], documents: Sequence[Document], found: Sequence[Rule]) -> tuple[str, ...]:
    """Remarks on the whole list: problems of the profile, places without documents, drawing twice."""
    out = list(profile.problems)
    local = [d for d in documents if d.region not in ("", "全国")]
    places = [profile.words(k) for k in profile.known("region")]
    if places and not any(profile.holds("region", d.region) for d in local):
        out.append(f"语料里没有{'、'.join(dict.fromkeys(places))}的地方文件，只能对照国家文件；当地的政策请向当地主管部门查询。")
    if not places and local and not profile.problems:
        out.append("还不知道您在哪里，地方文件都按“待确认”处理。")
    if results and not found:
        out.append(NO_RULE)
    return tuple(out)
