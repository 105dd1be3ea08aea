"""Which measures are about the asker, and how closely: likeness of wording, shared topics, fields and beneficiaries.

score = Σ weight × feature. The weights (`Weights`) are round numbers near a listwise logistic regression on
eval/cases/profiles-dev.jsonl; fitted anew with each profile left out in turn, the order is a little worse (eval/LOG.md).
What counts most is `told`, learnt from other askers than these.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus import facts
from corpus.measure import Measure
from index.measures import Measures, Near, tags
from index.question import official
from index.search import Filters, Index
from index.tokens import simplified
from qa.match_records import Verdict
from qa.profile import Profile

_LONGEST = 300
"""Characters of a story that are compared; the sentences that facts were read from come first."""
_MOST = 24
"""Phrases that are searched for one profile."""
_PARTS, _SHORTEST = 8, 4
"""Parts of a story between commas that are searched alone, and the characters that each has at least."""
_BEST = 3
"""Terms that together say more of a clause than the best one."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What each feature counts. Likeness is in standard deviations over the measures; the others lie in 0 … 1.5."""

    told: float = 5.0
    """Likeness to the story as told, by the layers trained on askers (index/askers.py)."""
    story: float = 0.6
    """Likeness to the whole story in official words."""
    whole: float = 0.2
    """The same of the whole clause instead of its nearest sentence."""
    story_words: float = 0.1
    """BM25 with the story, as a share of the best."""
    part_words: float = 0.3
    """BM25 with the best part of the story."""
    need: float = 0.15
    """Likeness to the nearest phrase for what the asker does or wants (match_needs.tsv), or its fields."""
    need_words: float = 0.5
    """BM25 with the best of these phrases."""
    need_term: float = 0.5
    """BM25 with the best single term of them."""
    need_terms: float = 0.5
    """The mean of the best three."""
    who: float = 0.2
    """Likeness to the nearest phrase for what the asker is."""
    who_words: float = 0.4
    who_term: float = 0.3
    who_terms: float = 0.3
    kind: float = 0.6
    """How rare the kind of support is that serves one of its needs."""
    topic: float = 0.4
    """Topics in common, rare ones counting more."""
    field: float = 0.3
    """Key fields in common, alike."""
    other_field: float = -0.4
    """It names key fields, the asker's are known, and none is shared."""
    beneficiary: float = 0.2
    """How rare the narrowest beneficiary is that the asker is."""
    other_beneficiary: float = -0.1
    """It names beneficiaries, the asker is known, and none is of the asker's kind."""
    several: float = 0.3
    """Logarithm of one more than the measures that the clause holds."""
    place: float = 0.5
    """Of the asker's own province or city; taken off for another one."""
    met: float = 0.3
    """Every printed gate holds."""
    not_met: float = -0.3
    """One fails for certain."""
    strength: float = 0.0
    """给予 1, 落实 ¾, 鼓励 ½, 探索 ¼, 研究 0."""
    amount: float = 0.0
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


@cache
def terms() -> tuple[str, ...]:
    """The single terms of all needs, to be learnt likewise."""
    return tuple(dict.fromkeys(term for need in needs().values() for term in need.words.split()))


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


@dataclass(frozen=True, slots=True)
class Wording:
    """What is looked for, as words; `Near` has a column for each, in this order."""

    story: str
    """In official words."""
    parts: tuple[str, ...]
    """Of the story, in official words."""
    wanted: tuple[str, ...]
    """Phrases for what the asker does or wants."""
    own: tuple[str, ...]
    """Phrases for what it is."""
    wanted_terms: tuple[str, ...]
    own_terms: tuple[str, ...]
    told: str = ""
    """The story in the asker's own words."""

    @classmethod
    def of(cls, profile: Profile, asked: Asked) -> Wording:
        wanted = [need.words for f in ("activity", "people") for v in asked.stated.get(f, ()) if (need := needs().get((f, v)))]
        wanted += [v for v in asked.stated.get("field", ()) if v in facts.values("field")]
        own = [need.words for v in asked.stated.get("who", ()) if (need := needs().get(("who", v)))]
        wanted, own = wanted[: _MOST * 2 // 3], own[: _MOST // 3]
        told = story(profile) or " ".join(v for f in ("who", "activity", "field", "people") for v in asked.stated.get(f, ()))
        parts = [p for p in _sentences(told) if len(p.strip("，。！？；\n")) >= _SHORTEST]
        words = official(told), tuple(map(official, parts[:_PARTS]))
        return cls(*words, tuple(wanted), tuple(own), _terms(wanted), _terms(own), simplified(told))

    def near(self, index: Index, measures: Measures, filters: Filters | None) -> Near:
        found = (*self.wanted, *self.own), (*self.wanted_terms, *self.own_terms)
        return measures.near(index, self.story, self.parts, *found, filters, self.told)


def _terms(phrases: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term for phrase in phrases for term in phrase.split()))


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

    def wording(self, near: Near, wording: Wording) -> NDArray[np.float32]:
        """Per clause of `near` what the likeness of its words counts."""
        weights = self._weights
        score = np.zeros(len(near.clauses), np.float32)
        for name, feature in features(near, wording).items():
            score += getattr(weights, name) * feature
        return score

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

    def clause(self, measures: int, place: Verdict | None) -> float:
        """What counts of a whole clause: how many measures it holds; whether its document is of the asker's own place."""
        w = self._weights
        at = {"met": 1.0, "not_met": -1.0}.get(place or "", 0.0)
        return w.several * math.log(1 + measures) + w.place * at

    def verdict(self, verdict: Verdict) -> float:
        return {"met": self._weights.met, "not_met": self._weights.not_met}.get(verdict, 0.0)

    def _rarity(self, fact: str, value: str) -> float:
        """1 for what one clause is about, 0 for what all are about."""
        return 1 - math.log(1 + len(self._measures.about(fact, value))) / math.log(1 + self._total)


def features(near: Near, wording: Wording) -> dict[str, NDArray[np.float32]]:
    """Name of a weight → (clauses,) feature of the likeness of words."""
    wanted, own, parts = len(wording.wanted), len(wording.own), 1 + len(wording.parts)
    like = [near.likeness[:, s] for s in (slice(1, 1 + wanted), slice(1 + wanted, None))]
    ends = [1, parts, parts + wanted, parts + wanted + own]
    terms = ends[-1] + len(wording.wanted_terms)
    told, need, who, needed, own_terms = (near.words[:, slice(*s)] for s in (*pairwise(ends), (ends[-1], terms), (terms, None)))
    return {
        "told": near.told,
        "story": near.likeness[:, 0],
        "whole": near.whole,
        "story_words": near.words[:, 0],
        "part_words": _top(told, 1),
        "need": _top(like[0], 1),
        "need_words": _top(need, 1),
        "need_term": _top(needed, 1),
        "need_terms": _top(needed, _BEST),
        "who": _top(like[1], 1),
        "who_words": _top(who, 1),
        "who_term": _top(own_terms, 1),
        "who_terms": _top(own_terms, _BEST),
    }


def _top(columns: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """(rows,) mean of the largest few of each row; zeros without columns."""
    if not columns.shape[1]:
        return np.zeros(len(columns), np.float32)
    best: NDArray[np.float32] = np.sort(columns, axis=1)[:, -count:].mean(axis=1)
    return best


_NONE: frozenset[str] = frozenset()
