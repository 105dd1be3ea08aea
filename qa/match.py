"""Which support measures apply to an asker: ranked, each condition judged, with the clause beside it.

    found = match(index, read("我们是沈阳一家做机器人的小公司，想买设备"))
    for result in found.results: print(result.verdict, result.clause.citation)
    print(found.ask)

Verdicts: met (every printed gate holds), not_met (one fails for certain), unknown (anything else). Nothing is made up:
a verdict rests on a span of the text, an amount is a span of the text, an agency is named by the clause or issued it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from corpus.measure import Measure
from corpus.records import Clause, Span
from index import measures as measured
from index.search import Filters, Index
from qa import match_group, match_told
from qa.match_ask import named, question, undecided
from qa.match_judge import Judge
from qa.match_rank import Asked, Ranker, Weights, Wording, phrases, terms
from qa.match_records import Judged, LeftOut, Matches, Office, Result, Rule, Verdict
from qa.profile import Profile

__all__ = ["Judged", "LeftOut", "Line", "Matches", "Office", "Result", "Rule", "Verdict", "lines", "match", "ready"]

_RATED, _JUDGED, _MOST, _FAILED = 480, 160, 100, 20
"""Clauses, nearest by their words first, whose measures are looked at; those that are judged; results that are kept."""
MIXED = "这一条里还有不适用于您、或要先确认条件的措施，请看原文"
BESIDE = "印出来的条件您都符合，但它讲的未必是您问的事，请看原文"
_NEAR = 2.0
"""Likeness to what was told, in standard deviations, below which a clause is not called met: whoever meets its conditions
may still be somebody it was not written for."""
_QUOTED = 120
"""Characters of a benefit in a chat answer."""


def ready(index: Index, folder: Path | None = None) -> None:
    """Read the measures of an index, and learn the phrases for them, so that no asker waits for it.

    Args:
        folder: of the index (`IndexSettings.index`), where the measures are kept beside the build.
    """
    measured.of(index, folder).learn(index, phrases(), terms())


def match(
    index: Index,
    profile: Profile,
    filters: Filters | None = None,
    as_of: date | None = None,
    weights: Weights | None = None,
) -> Matches:
    """Everything the index holds for one asker, best first.

    Args:
        filters: only measures of documents that agree.
        as_of: the day on which printed windows are judged; today by default.
    """
    began = time.perf_counter()
    day = as_of or datetime.now(UTC).astimezone().date()
    measures = measured.of(index)
    documents = tuple(d for d in index.documents if filters is None or filters.admit(d))
    left = match_told.left_out(documents)
    results: list[Result] = []
    groups: dict[int, tuple[Result, ...]] = {}
    searched = began
    if profile.facts:
        asked = Asked.of(profile)
        wording = Wording.of(profile, asked)
        near = wording.near(index, measures, filters)
        searched = time.perf_counter()
        ranker, judge = Ranker(measures, asked, weights or Weights()), Judge(profile, day)
        gone = {out.document.id for out in left}
        worded = ranker.wording(near, wording)
        first = [int(n) for n in np.argsort(-worded, kind="stable") if index.by_id[near.clauses[n]].document.id not in gone]
        rated = [_rated(measures[near.clauses[n]], float(worded[n]), ranker, judge) for n in first[:_RATED]]
        beside = _beside(near)
        rated.sort(key=lambda item: (-item[0], item[1][0].clause.id))
        results = [_result(score, made, judge, asked, ranker, beside) for score, made in rated[:_JUDGED]]
        results.sort(key=lambda r: -r.score)
        failed = [r for r in results if r.verdict == "not_met"]
        results, groups = match_group.grouped([r for r in results if r.verdict != "not_met"])
        results = [*match_group.in_turns(results, index, measures)[: _MOST - min(_FAILED, len(failed))], *failed][:_MOST]
    used = list(dict.fromkeys(r.clause.document for r in results if r.verdict != "not_met"))
    rules = match_told.rules(index.clauses, used)
    ended = time.perf_counter()
    return Matches(
        profile,
        tuple(results),
        question(profile, results),
        groups,
        rules,
        left,
        match_told.remarks(profile, results, documents, rules),
        day,
        len(measures),
        timings={
            "search_ms": round((searched - began) * 1000, 1),
            "match_ms": round((ended - searched) * 1000, 1),
            "total_ms": round((ended - began) * 1000, 1),
        },
    )


def _beside(near: measured.Near) -> AbstractSet[str]:
    """Ids of the clauses too unlike what was told to be called met; none where no layers were trained for it."""
    if not near.told.any():
        return frozenset()
    return {clause for clause, told in zip(near.clauses, near.told, strict=True) if told < _NEAR}


def _rated(made: Sequence[Measure], wording: float, ranker: Ranker, judge: Judge) -> tuple[float, list[Measure]]:
    """A clause's score, and its measures with the one that fits best in front."""
    about = [ranker.about(m) for m in made]
    order = sorted(range(len(made)), key=lambda n: (-about[n], n))
    place = judge.place(made[0].clause.document)
    score = wording + about[order[0]] + ranker.clause(len(made), place.verdict if place else None)
    return score, [made[n] for n in order]


def _open(conditions: Sequence[Judged]) -> bool:
    """True when a measure is printed for somebody, and whether the asker is one of them is not known."""
    return any(j.verdict == "unknown" and j.leaf.role == "gate" and j.leaf.relation == "in" for j in conditions)


def _result(
    score: float, made: Sequence[Measure], judge: Judge, asked: Asked, ranker: Ranker, beside: AbstractSet[str]
) -> Result:
    judged = [judge.judge(m) for m in made]
    # A measure of the clause that is certainly for others does not stand for it while another one is left.
    at = next((n for n, (verdict, _, _) in enumerate(judged) if verdict != "not_met"), 0)
    best, (verdict, conditions, notes) = made[at], judged[at]
    others = [(v, conditions) for n, (v, conditions, _) in enumerate(judged) if n != at]
    if verdict == "met" and any(v == "not_met" or (v == "unknown" and _open(c)) for v, c in others):
        # Whoever reads the clause must not take all of it for theirs.
        verdict, notes = "unknown", (*notes, MIXED)
    elif verdict == "met" and best.clause.id in beside:
        verdict, notes = "unknown", (*notes, BESIDE)
    return Result(
        best,
        verdict,
        conditions,
        match_told.missing(best),
        match_told.office(best),
        score + ranker.verdict(verdict),
        match_told.reasons(best, asked, conditions),
        tuple(m for n, m in enumerate(made) if n != at),
        notes=notes,
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One short Chinese sentence for a chat answer, and the span that it rests on."""

    text: str
    clause: Clause = field(repr=False)
    span: Span


def lines(matches: Matches, limit: int = 5) -> list[Line]:
    """What fits, then what may fit and what is missing, one sentence a measure; a group speaks once."""
    out: list[Line] = []
    told: set[int] = set()
    for result in sorted((r for r in matches.results if r.verdict != "not_met"), key=lambda r: r.verdict != "met"):
        if len(out) >= limit:
            break
        if result.group and result.group in told:
            continue
        told.add(result.group)
        out.append(Line(_sentence(matches.profile, result), result.clause, result.measure.benefit))
    return out


def _sentence(profile: Profile, result: Result) -> str:
    words = "".join(result.measure.words(result.measure.benefit).split()).rstrip("。；;，")
    quoted = f"{result.clause.document.name}{result.clause.address}：「{words[:_QUOTED]}{'…' if len(words) > _QUOTED else ''}」"
    if result.verdict == "met":
        return f"看来适用——{quoted}。"
    text = result.clause.document.text
    if BESIDE in result.notes:
        return f"可能适用——{quoted}，{BESIDE}。"
    left = dict.fromkeys(v for j in undecided(result.conditions) for v in named(profile, j, text))
    open_words = f"，还要确认是否属于：{'、'.join(list(left)[:4])}" if left else "，条文没有写清对象，要由主管部门认定"
    return f"可能适用——{quoted}{open_words}。"
