"""What a match is made of: judged conditions, results, the whole list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from corpus.measure import Leaf, Measure
from corpus.records import Clause, Document, Span
from qa.profile import Profile

Verdict = Literal["met", "not_met", "unknown"]
DISCLAIMER = "以上只按条文和您说的情况比对，是否给予、给予多少由主管部门认定；没有找到，不等于没有这项政策。"


@dataclass(frozen=True, slots=True)
class Judged:
    """One condition, whether the asker meets it, and what that rests on.

    `leaf.span` is where it is printed in the document's text: in the clause, or, with `whole`, in the part that
    holds for the whole document (title, issuer, validity).
    """

    leaf: Leaf
    verdict: Verdict
    said: str = ""
    """The asker's own words that decide it; empty while it is unknown."""
    whole: bool = False
    note: str = ""
    """What else the reader must know, in Chinese."""


@dataclass(frozen=True, slots=True)
class Office:
    """Whom to ask: a body that the clause names, else the document's issuer; `span` is None for a catalogued issuer."""

    name: str
    of_clause: bool
    span: Span | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A sentence on whether support may be drawn twice (不得重复享受, 就高不就低)."""

    clause: Clause = field(repr=False)
    span: Span

    @property
    def text(self) -> str:
        return self.clause.document.text[self.span[0] : self.span[1]]


@dataclass(frozen=True, slots=True)
class Result:
    """One clause with the measure in it that fits best; `others` are further measures of the same clause."""

    measure: Measure
    verdict: Verdict
    conditions: tuple[Judged, ...]
    missing: tuple[str, ...]
    """What the clause does not state."""
    office: Office
    score: float
    reasons: tuple[str, ...] = ()
    """Why it is listed, in Chinese: what of the profile it is about."""
    others: tuple[Measure, ...] = ()
    group: int = 0
    """Results of one number are the same support at several levels; 0: it stands alone."""
    parent: bool = False
    """The one of its group that the others carry out: the highest level, then the earliest."""
    notes: tuple[str, ...] = ()
    """On time and status."""

    @property
    def clause(self) -> Clause:
        return self.measure.clause


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A document whose measures are not listed, and why."""

    document: Document
    reason: str


@dataclass(frozen=True, slots=True)
class Matches:
    """All that is said to one profile; `results` are ranked, at most one a clause."""

    profile: Profile
    results: tuple[Result, ...]
    ask: str | None
    """The next best question, with choices; None when nothing is undecided."""
    groups: Mapping[int, tuple[Result, ...]]
    """Group number → its results, the parent first."""
    rules: tuple[Rule, ...]
    """On drawing support twice, from the documents of the results."""
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]
    """For the reader, in Chinese: what was understood badly, which places are not covered, where no rule was found."""
    as_of: date
    total: int = 0
    """Clauses that hold a measure, under the filters."""
    disclaimer: str = DISCLAIMER
    timings: Mapping[str, float] = field(default_factory=dict)
