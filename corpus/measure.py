"""The values of a support measure: what is given, to whom, on which conditions, by whom; each read from verbatim spans."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from corpus.records import Clause, Span

Role = Literal["gate", "bonus", "discretion"]
"""gate: must hold; bonus: helps, never vetoes (优先、重点); discretion: the agency decides (符合条件的、有条件的、一事一议)."""
Relation = Literal["in", "ge", "le", "stated"]
"""in: one of the values; ge/le: a number; stated: printed, but nothing a profile can decide."""
Strength = Literal["给予", "落实", "鼓励", "探索", "研究"]
"""How binding the wording is, strongest first.

给予: 给予、允许、安排、减免; 落实: 落实、完善、加大; 鼓励: 鼓励、支持、引导; 探索: 探索、试点; 研究: 研究、推动研究制定."""
Bound = Literal["", "ge", "le", "about"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One condition of a measure and where it is printed.

    Attributes:
        fact: what of a profile decides it: who, region, size, staff, revenue, age, industry, field, ownership,
            qualification, activity, people; “other” when nothing of a profile does.
        values: names from facts.tsv, any of which is enough (`in`); one number as text (`ge`, `le`).
        span: where the condition is printed, in the document's text.
    """

    role: Role
    fact: str
    relation: Relation
    values: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Node:
    """Children joined by “all” (every one must hold) or “any” (one is enough)."""

    join: Literal["all", "any"]
    children: tuple[Leaf | Node, ...]

    def leaves(self) -> Iterator[Leaf]:
        for child in self.children:
            if isinstance(child, Leaf):
                yield child
            else:
                yield from child.leaves()


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum, ratio or count that is given, as printed at `span`; 50万元 is value 500000, unit 元."""

    value: float
    unit: str
    bound: Bound
    span: Span
    per: str = ""
    """每年, 每人, 每家, 连续3年 …, as printed beside it."""


@dataclass(frozen=True, slots=True)
class Agency:
    name: str
    lead: bool
    """牵头 or 负责, not 配合 or 参加."""
    span: Span


@dataclass(frozen=True, slots=True)
class Measure:
    """One support measure of a clause; every span is half-open in `clause.document.text`."""

    clause: Clause = field(repr=False)
    kind: str
    """From measure_kinds.tsv."""
    strength: Strength
    benefit: Span
    """What is given or allowed, in the clause's own words: the sentence or part of a sentence."""
    beneficiary: tuple[Span, ...] = ()
    """Who it is for, as printed; the leaves of fact “who” name the classes."""
    conditions: Node = field(default_factory=lambda: Node("all", ()))
    amounts: tuple[Amount, ...] = ()
    agencies: tuple[Agency, ...] = ()
    time: tuple[Span, ...] = ()
    """到2020年, 2017年底前, 自发布之日起, 试行, 有效期…"""
    topics: tuple[str, ...] = ()
    """Values of the fact “activity” that the benefit serves (购买设备, 融资 …)."""
    fields: tuple[str, ...] = ()
    """Values of the fact “field” that it names."""
    kinds: tuple[str, ...] = ()
    """Further kinds that its words fit, the nearest first."""

    def words(self, span: Span) -> str:
        return self.clause.document.text[span[0] : span[1]]
