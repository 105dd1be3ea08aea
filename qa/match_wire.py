"""A match as the JSON that programs receive, typed: the API, `python -m qa match --json` and evaluation write the same."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from corpus.measure import Measure
from corpus.records import Span
from qa import match_told
from qa.match_records import Judged, Matches, Result, Rule

Verdict = Literal["met", "not_met", "unknown"]
LISTED = 100
"""Most measures in one answer."""


class ConditionModel(BaseModel):
    """One printed condition and whether the asker meets it."""

    fact: str = Field(description="who, region, size, staff, revenue, age, industry, field, ownership, qualification, …")
    role: str = Field(description="gate: must hold; bonus: helps; discretion: the agency decides")
    relation: str
    values: list[str]
    verdict: Verdict
    start: int = Field(description="where it is printed in the document's text; -1: nowhere")
    end: int
    quote: str
    said: str = Field(description="the asker's own words that decide it")
    whole: bool = Field(description="it holds for the whole document: its place, its validity")
    note: str


class MeasureModel(BaseModel):
    """One clause with the measure in it that fits best."""

    clause: str
    document: str
    title: str
    number: str
    address: str
    level: str
    region: str
    status: str
    text: str
    kind: str
    verdict: Verdict
    strength: str
    benefit: str
    start: int = Field(description="of the benefit in the document's text")
    end: int
    amount: str | None = Field(description="as printed; null when the clause states none")
    agency: str
    agency_of: Literal["clause", "issuer"]
    conditions: list[ConditionModel]
    missing: list[str] = Field(description="what the clause does not state")
    reasons: list[str]
    notes: list[str]
    others: list[str] = Field(description="benefits of further measures of the same clause")
    score: float
    group: int = Field(description="the same support at several levels has one number; 0: alone")
    parent: bool


class RuleModel(BaseModel):
    clause: str
    document: str
    title: str
    address: str
    start: int
    end: int
    quote: str


class LeftOutModel(BaseModel):
    document: str
    title: str
    reason: str


class MatchModel(BaseModel):
    """All measures for one profile, ranked; what is missing; the next best question."""

    profile: dict[str, Any]
    measures: list[MeasureModel]
    ask: str | None
    groups: dict[str, list[str]] = Field(description="number → clauses, the one that the others carry out first")
    rules: list[RuleModel] = Field(description="on drawing support twice")
    left_out: list[LeftOutModel]
    notes: list[str]
    disclaimer: str
    as_of: str
    total: int = Field(description="clauses of the corpus that hold a measure")
    timings: dict[str, float]


def model(matches: Matches, limit: int = LISTED) -> MatchModel:
    """The first `limit` results, and the groups that these belong to, whole."""
    shown = matches.results[:limit]
    listed = {r.clause.id for r in shown}
    groups = {str(n): [r.clause.id for r in found] for n, found in matches.groups.items()}
    return MatchModel(
        profile=matches.profile.to_json(),
        measures=[_measure(r) for r in shown],
        ask=matches.ask,
        groups={n: found for n, found in groups.items() if listed & set(found)},
        rules=[_rule(r) for r in matches.rules],
        left_out=[LeftOutModel(document=x.document.id, title=x.document.title, reason=x.reason) for x in matches.left_out],
        notes=list(matches.notes),
        disclaimer=matches.disclaimer,
        as_of=matches.as_of.isoformat(),
        total=matches.total,
        timings=dict(matches.timings),
    )


def matches_json(matches: Matches, limit: int = LISTED) -> dict[str, Any]:
    """The same as plain values."""
    return model(matches, limit).model_dump()


def _measure(result: Result) -> MeasureModel:
    measure, clause = result.measure, result.clause
    document = clause.document
    return MeasureModel(
        clause=clause.id,
        document=document.id,
        title=document.title,
        number=document.number,
        address=str(clause.address),
        level=document.level,
        region=document.region,
        status=document.status,
        text=clause.full,
        kind=measure.kind,
        verdict=result.verdict,
        strength=measure.strength,
        benefit=words(measure, measure.benefit),
        start=measure.benefit[0],
        end=measure.benefit[1],
        amount=match_told.amount(measure),
        agency=result.office.name,
        agency_of="clause" if result.office.of_clause else "issuer",
        conditions=[_condition(measure, judged) for judged in result.conditions],
        missing=[match_told.MISSING[key] for key in result.missing],
        reasons=list(result.reasons),
        notes=list(result.notes),
        others=[words(m, m.benefit) for m in result.others],
        score=round(result.score, 4),
        group=result.group,
        parent=result.parent,
    )


def words(measure: Measure, span: Span) -> str:
    """A span of the document's text as it stands there; empty for no span."""
    return measure.words(span) if 0 <= span[0] < span[1] else ""


def _condition(measure: Measure, judged: Judged) -> ConditionModel:
    leaf = judged.leaf
    quote = words(measure, leaf.span)
    start, end = leaf.span if quote else (-1, -1)
    return ConditionModel(
        fact=leaf.fact,
        role=leaf.role,
        relation=leaf.relation,
        values=list(leaf.values),
        verdict=judged.verdict,
        start=start,
        end=end,
        quote=quote,
        said=judged.said,
        whole=judged.whole,
        note=judged.note,
    )


def _rule(rule: Rule) -> RuleModel:
    document = rule.clause.document
    return RuleModel(
        clause=rule.clause.id,
        document=document.id,
        title=document.title,
        address=str(rule.clause.address),
        start=rule.span[0],
        end=rule.span[1],
        quote=rule.text,
    )
