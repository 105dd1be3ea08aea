"""A question for support in a conversation: the matcher's clauses join the search's, and the answer says what fits.

“我们是沈阳的众创空间，能享受哪些补贴？” is read as a profile; its measures and the hits take turns in front, so that
what is quoted is both near the words and meant for the asker.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from corpus.labels import recognise
from corpus.records import Span
from corpus.sentences import sentences
from index.search import Filters, Hit, Index
from qa.agency import without
from qa.match import BESIDE, MIXED, Matches, match
from qa.match_ask import undecided
from qa.match_records import Result
from qa.profile import Profile, read
from qa.quote import told_already
from qa.records import Checked, Citation, Piece

_FIRST = re.compile(r"我|咱|俺|本人|本(?:公司|企业|单位|院|校|市|县|所|厂)|敝")
_WANTS = re.compile(
    r"支持|扶持|补[贴助]|优惠|政策|帮|待遇|好处|资助|奖励|享受|照顾|办法|路子|机会|措施|说法|倾斜|对接|能用|途径|渠道|平台|培训"
    r"|融资|贷款|借|允许|限制|差别|方向|资金|减免|免税|给.{0,4}钱"
)
_STORY = 3
"""Parts between commas from which a question without “我” tells a story (大连一家软件公司，自己掏钱搞研发，…)."""
_DEPTH = 60
"""Hits of the search among which the matcher's clauses are looked up."""
_TOLD, _CHOICES = 1, 3
_LONGEST = 120
"""Characters of a measure's own words that are told beside its address."""


def asker(question: str) -> Profile | None:
    """Who asks for support, as told in the question; None when it tells of nobody or asks for something else."""
    story = _FIRST.search(question) or len(re.split(r"[，,；;。]", question)) >= _STORY
    if not (story and _WANTS.search(question)):
        return None
    profile = read(question)
    return profile if profile.known("who") or profile.known("qualification") or profile.known("people") else None


def matched(index: Index, profile: Profile, filters: Filters | None) -> Matches | None:
    """The measures for an asker; None when none fits or may fit."""
    found = match(index, profile, filters)
    return found if any(r.verdict != "not_met" for r in found.results) else None


def joined(index: Index, question: str, hits: Sequence[Hit], matches: Matches, filters: Filters | None) -> tuple[Hit, ...]:
    """Hits and the matcher's clauses in turns, the nearest hit first, as many as there were hits; no clause twice."""
    deeper = {h.clause.id: h for h in index.search(question, _DEPTH, filters)}
    fitting = [deeper[r.clause.id] for r in matches.results if r.verdict != "not_met" and r.clause.id in deeper]
    out: dict[str, Hit] = {}
    for rank in range(len(hits)):
        for hit in (hits[rank], *fitting[rank : rank + 1]):
            out.setdefault(hit.clause.id, hit)
    return tuple(out.values())[: len(hits)]


def told(matches: Matches, kept: Sequence[Checked]) -> Checked | None:
    """One sentence: which of the cited clauses seem to fit the asker, which may, and what is still to be known."""
    results = {r.clause.id: r for r in matches.results}
    cited = {c.clause.id: c for s in kept for c in s.citations}
    judged = [(results[i], cited[i]) for i in cited if i in results and results[i].verdict != "not_met"][:_TOLD]
    if not judged:
        return None
    text = "".join(c.text for c in kept)
    parts = [f"{result.clause.citation}{_offer(result, text)}{_fit(result)}" for result, _ in judged]
    first, *others = (Citation(0, c.clause, c.start, c.end, "verified", c.marker) for _, c in judged)
    said = _said([result for result, _ in judged])
    text = f"对照您说的情况{said}：{'；'.join(parts)}。"
    return Checked(text, "verified", first, "", tuple(others))


def further(matches: Matches, kept: Sequence[Checked], pieces: Sequence[Piece]) -> Checked | None:
    """What else serves the asker: the best match, in its own words, unless a sentence cites or says it.

    The writer does not read it: measures that fit in general lead it away from what was asked. Of the matches behind it
    the wrong ones outweigh (eval/LOG.md).
    """
    best = next((r for r in matches.results if r.verdict != "not_met"), None)
    if best is None or any(c.clause.id == best.clause.id for s in kept for c in s.citations):
        return None
    span, words = _granted(best)
    if not words or told_already(words, "".join(c.text for c in kept)):
        return None
    number = next((p.number for p in pieces if p.clause.id == best.clause.id), len(pieces) + 1)
    citation = Citation(0, best.clause, *span, "verified", number)
    return Checked(f"还可以对照{best.clause.citation}「{words}」：{_fit(best)}。", "verified", citation)


def _offer(result: Result, text: str) -> str:
    """What the clause grants, in its own words, unless the answer has quoted it: 「…」."""
    _, words = _granted(result)
    return "" if not words or told_already(words, text) else f"「{words}」"


def _granted(result: Result) -> tuple[Span, str]:
    """What the clause grants, where and in its own words; none where they are too long.

    The whole sentence where it is short enough: the benefit alone (给予各类支持) says little.
    """
    clause, (start, end) = result.clause, result.measure.benefit
    whole = next(((s, e) for s, e in sentences(clause) if s <= start < e), (start, end))
    for span, printed in (
        (whole, without(clause.document.text[slice(*whole)])),
        ((start, end), result.measure.words((start, end))),
    ):
        label = recognise(printed)
        words = re.sub(r"\s+", "", printed[label.length :] if label else printed).strip("。；;，")
        if len(words) <= _LONGEST:
            return span, words
    return (start, end), ""


_GETS = re.compile(r"(?:[您你]们?|能|可以?)[^，。；]{0,6}(?:享受|获得|申请|拿到|领取|得到)")


def hedged(kept: Sequence[Checked], matches: Matches) -> list[Checked]:
    """The sentences; one that promises the asker a measure of others is weak, and begins with what must be confirmed."""
    results = {r.clause.id: r for r in matches.results}
    out = []
    for checked in kept:
        result = results.get(checked.citation.clause.id) if checked.citation else None
        left = _left(result) if result and result.verdict != "met" else []
        if left and checked.verdict == "verified" and _GETS.search(checked.text):
            problem = f"条款是给特定对象的，要先确认是否属于：{'、'.join(left)}"
            cited = [replace(c, verdict="weak") for c in (checked.citation, *checked.others) if c]
            out.append(Checked(f"如果属于{'、'.join(left)}：{checked.text}", "weak", cited[0], problem, tuple(cited[1:])))
        else:
            out.append(checked)
    return out


def _left(result: Result) -> list[str]:
    """What is still to be known of the asker, in the words of the conditions."""
    return list(dict.fromkeys(v for j in undecided(result.conditions) for v in j.leaf.values))[:_CHOICES]


def _fit(result: Result) -> str:
    if result.verdict == "met":
        return "看来适用"
    if MIXED in result.notes:  # its own conditions hold
        return "看来适用，但这一条里还有要先确认条件的措施"
    if BESIDE in result.notes:
        return "可能适用：印出来的条件符合，但讲的未必是您问的事"
    left = _left(result)
    return f"可能适用，还要确认是否属于{'、'.join(left)}" if left else "可能适用，是否给予由主管部门认定"


def _said(results: Sequence[Result]) -> str:
    words = dict.fromkeys(j.said for r in results for j in r.conditions if j.verdict == "met" and j.said and not j.whole)
    return "".join(f"“{w}”" for w in list(words)[:_CHOICES])
