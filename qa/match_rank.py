"""Which measures are about the asker, and how closely: likeness of wording, shared topics, fields and beneficiaries.

score = Σ weight × feature. The weights (`Weights`) were fitted by a listwise logistic regression on
eval/cases/profiles-dev.jsonl and rounded; with a quarter of the cases held out in turn, the order was as good.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from corpus import facts
from corpus.measure import Measure
from index.measures import Measures, Near, tags
from index.search import Filters, Index
from qa.profile import Profile

_LONGEST = 300
"""Characters of a story that are compared; the sentences that facts were read from come first."""
_MOST = 24
"""Phrases that are searched for one profile."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What each feature counts. Likeness is in standard deviations over the measures; the others lie in 0 … 1.5."""

    story: float = 0.65
    """Likeness to the whole story."""
    story_words: float = 0.2
    """BM25 with the story, as a share of the best."""
    need: float = 0.3
    """Likeness to the nearest phrase for what the asker does or wants (match_needs.tsv), or its fields."""
    need_words: float = 1.1
    """BM25 with the best of these phrases."""
    who: float = 0.4
    """Likeness to the nearest phrase for what the asker is."""
    who_words: float = 0.75
    kind: float = 0.8
    """How rare the kind of support is that serves one of its needs."""
    topic: float = 0.55
    """Topics in common, rare ones counting more."""
    field: float = 0.4
    """Key fields in common, alike."""
    other_field: float = -0.45
    """It names key fields, the asker's are known, and none is shared."""
    beneficiary: float = 0.4
    """How rare the narrowest beneficiary is that the asker is."""
    other_beneficiary: float = -0.2
    """It names beneficiaries, the asker is known, and none is of the asker's kind."""
    place: float = 0.7
    """Of the asker's own province or city; taken off for another one."""
    strength: float = 0.05
    """给予 1, 落实 ¾, 鼓励 ½, 探索 ¼, 研究 0."""
    amount: float = 0.1
    """A sum or ratio is printed."""


_STRENGTHS = {"给予": 1.0, "落实": 0.75, "鼓励": 0.5, "探索": 0.25, "研究": 0.0}


@dataclass(frozen=True, slots=True)
class Need:
    """What serves a value of a profile: kinds of measures, and words in which policies offer them."""

    kinds: frozenset[str]
    words: str


@cache
def needs() -> Mapping[tuple[str, str], Need]:
    """(fact, value) → what serves it, from match_needs.tsv."""
    lines = Path(__file__).with_name("match_needs.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {(f, v): Need(frozenset(kinds.split(";")), f"{v} {words}") for f, v, kinds, words in rows}


@cache
def phrases() -> tuple[str, ...]:
    """All that profiles may be searched with, beside their stories; to be learnt by `Measures.learn` at the start."""
    return (*(n.words for n in needs().values()), *facts.values("field"))


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a profile is looked for: per fact the stated values with all that they imply."""

    stated: Mapping[str, tuple[str, ...]]
    wanted: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, profile: Profile) -> Asked:
        stated = {f: tuple(str(k.value) for k in known if not k.denied) for f, known in profile.facts.items()}
        wanted = {f: frozenset(v for value in values for v in facts.implied(f, value)) for f, values in stated.items()}
        return cls(stated, wanted)

    def kinds(self) -> frozenset[str]:
        """Kinds of asker (企业, 个人 …) that its beneficiary values belong to."""
        return frozenset(g for v in self.wanted.get("who", ()) if (g := facts.group("who", v)))


def phrases_for(asked: Asked) -> tuple[list[str], list[str]]:
    """(phrases for what the asker wants, phrases for what it is)."""
    wanted = [need.words for f in ("activity", "people") for v in asked.stated.get(f, ()) if (need := needs().get((f, v)))]
    wanted += [v for v in asked.stated.get("field", ()) if v in facts.values("field")]
    own = [need.words for v in asked.stated.get("who", ()) if (need := needs().get(("who", v)))]
    return wanted[: _MOST * 2 // 3], own[: _MOST // 3]


def candidates(index: Index, measures: Measures, profile: Profile, asked: Asked, filters: Filters | None) -> Near:
    """Clauses worth a look: near the story, near one of its needs, or of a topic of its own."""
    wanted, own = phrases_for(asked)
    told = story(profile) or " ".join(v for f in ("who", "activity", "field", "people") for v in asked.stated.get(f, ()))
    return measures.near(index, told, [*wanted, *own], _tagged(measures, asked), filters)


def _tagged(measures: Measures, asked: Asked) -> Iterable[str]:
    """Clauses that share a rare topic, field or beneficiary with the asker; common ones bring nothing near."""
    most = max(20, len(measures) // 20)
    for fact in ("activity", "field", "people", "who"):
        for value in asked.wanted.get(fact, ()):
            found = measures.about(fact, value)
            if len(found) <= most:
                yield from found


def story(profile: Profile) -> str:
    """What the asker told, cut to the sentences that facts were read from when it is long."""
    text = profile.say.strip()
    if len(text) <= _LONGEST:
        return text
    spans = [(k.start, k.end) for known in profile.facts.values() for k in known if k.start >= 0]
    pieces, at = [], 0
    for piece in _sentences(profile.say):
        end = at + len(piece)
        if any(start < end and at < stop for start, stop in spans):
            pieces.append(piece)
        at = end
    return ("".join(pieces) or text)[:_LONGEST]


def _sentences(text: str) -> list[str]:
    out, begin = [], 0
    for at, letter in enumerate(text):
        if letter in "。！？；\n，":
            out.append(text[begin : at + 1])
            begin = at + 1
    return [*out, text[begin:]]


class Ranker:
    """Scores of clauses for one asker."""

    def __init__(self, measures: Measures, asked: Asked, weights: Weights) -> None:
        self._measures, self._asked, self._weights = measures, asked, weights
        self._total = max(2, len(measures))
        self.rarity = cache(self._rarity)
        keys = [(f, v) for f in ("activity", "people") for v in asked.stated.get(f, ())]
        self._kinds = frozenset(k for key in keys if key in needs() for k in needs()[key].kinds)
        self._own_kinds = asked.kinds()

    def wording(self, near: Near) -> list[float]:
        """Per clause of `near` what the likeness of its words counts."""
        w, wanted = self._weights, len(phrases_for(self._asked)[0])
        score = w.story * near.likeness[:, 0] + w.story_words * near.words[:, 0]
        for part, like, words in ((slice(1, 1 + wanted), w.need, w.need_words), (slice(1 + wanted, None), w.who, w.who_words)):
            if near.likeness[:, part].shape[1]:
                score = score + like * near.likeness[:, part].max(axis=1) + words * near.words[:, part].max(axis=1)
        return [float(s) for s in score]

    def about(self, measure: Measure) -> float:
        """How closely what a measure is about meets the asker, whatever its wording."""
        w, wanted = self._weights, self._asked.wanted
        score = w.strength * _STRENGTHS[measure.strength] + w.amount * bool(measure.amounts)
        named: dict[str, set[str]] = {}
        for fact, value in tags(measure):
            named.setdefault(fact, set()).add(value)
        for fact, weight in (("activity", w.topic), ("field", w.field)):
            shared = named.get(fact, _NONE) & wanted.get(fact, _NONE)
            score += weight * min(1.5, sum(self.rarity(fact, v) for v in shared))
            if fact == "field" and not shared and named.get(fact) and wanted.get(fact):
                score += w.other_field
        kinds = self._kinds & {measure.kind, *measure.kinds}
        score += w.kind * max((self.rarity("kind", k) for k in kinds), default=0.0)
        mine = wanted.get("who", _NONE) | wanted.get("people", _NONE)
        shared_who = [(f, v) for f in ("who", "people") for v in named.get(f, _NONE) & mine]
        score += w.beneficiary * max((self.rarity(f, v) for f, v in shared_who), default=0.0)
        others = named.get("who", _NONE)
        if others and self._own_kinds and not shared_who and not any(facts.group("who", v) in self._own_kinds for v in others):
            score += w.other_beneficiary
        return score

    def place(self, held: bool | None) -> float:
        """`held`: whether the document is of the asker's own place; None for the whole country, or where it is unknown."""
        return 0.0 if held is None else self._weights.place if held else -self._weights.place

    def _rarity(self, fact: str, value: str) -> float:
        """1 for what one clause is about, 0 for what all are about."""
        return 1 - math.log(1 + len(self._measures.about(fact, value))) / math.log(1 + self._total)


_NONE: frozenset[str] = frozenset()
