"""What somebody told the page of itself – sentence, form, answers, corrections – put together into one Profile.

    told = Told(say="我们是沈阳一家小公司", form={"staff": "30"}, removed=(("who", "小微企业"),))
    asker = profile(told)

Later things win: a reply over the sentence, the form over both, an answer to a question over all. What was taken out
stays out. Contradictions are found over everything together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from corpus import facts as vocabulary
from qa import profile_places, profile_read
from qa.match_ask import QUESTIONS
from qa.profile import NUMBERS, Facts, Known, Profile, choices, from_form, merge, read

FORM_OF = {
    "industry": "industry",
    "field": "fields",
    "qualification": "qualifications",
    "activity": "activities",
}
"""Fact → key of the form where they differ."""
_ONE = (*NUMBERS, "region", "size", "ownership")
"""Facts of which an asker has one, and which a contradiction takes out of a profile."""
_ABOUT = (
    (re.compile(r"规模|人数|划型"), ("size", "staff", "revenue")),
    (re.compile(r"所有制"), ("ownership",)),
    (re.compile(r"地名|所在地|不止一处|境外"), ("region",)),
    (re.compile(r"个人没有营业收入"), ("who", "revenue")),
    (re.compile(r""), NUMBERS),
)
"""What a problem of a profile speaks of → facts any of which settles it when it is told later."""
_SHOWN = 12
"""Choices of a question that become buttons."""


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that the asker told, as plain values.

    Attributes:
        say: the sentence.
        replies: sentences that answer a question back, oldest first.
        form: key of `from_form` → value.
        answers: fact → values chosen as the answer to a question.
        denied: fact → values that the asker says it is not.
        removed: (fact, value) of the sentence and the replies that were taken out again.
    """

    say: str = ""
    replies: tuple[str, ...] = ()
    form: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    denied: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    removed: tuple[tuple[str, str], ...] = ()

    @property
    def empty(self) -> bool:
        return not (self.say.strip() or self.replies or self.form or self.answers or self.denied)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question back, ready for buttons: `choices` are values that fill `fact`; a number has none."""

    text: str
    fact: str = ""
    choices: tuple[str, ...] = ()

    @property
    def number(self) -> bool:
        return self.fact in NUMBERS


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that was understood. `origin`: said, form, answer or concluded; `words`: the asker's own, or the reason."""

    fact: str
    value: str
    shown: str
    origin: str
    words: str
    denied: bool = False


def profile(told: Told) -> Profile:
    """The asker as understood.

    Raises:
        ProfileError: a value of the form or an answer is impossible; the message (Chinese) says which.
    """
    spoken = read(told.say) if told.say.strip() else Profile()
    open_problems = list(spoken.problems)
    for reply in told.replies:
        later = read(reply)
        open_problems = [p for p in open_problems if not _settles(p, later.facts)] + list(later.problems)
        spoken = merge(spoken, later)
    if told.removed:
        kept = {n: tuple(k for k in known if (n, str(k.value)) not in told.removed) for n, known in spoken.facts.items()}
        spoken = replace(spoken, facts={n: known for n, known in kept.items() if known})
    filled = _filled(told)
    if not filled.facts and not filled.problems:
        whole = profile_read.finish(spoken.say, _given(spoken), spoken.pointed, [])
        asked = spoken.question
    elif not spoken.say:
        return filled
    else:
        whole = merge(replace(spoken, facts=_given(spoken)), filled)
        open_problems = [p for p in open_problems if not _settles(p, filled.facts)]
        asked = spoken.question
    if whole.facts:
        open_problems = [p for p in open_problems if p not in (profile_read.EMPTY[0], profile_read._NOTHING[0])]
    problems = tuple(dict.fromkeys((*whole.problems, *open_problems)))
    return replace(whole, problems=problems, question=whole.question or (asked if open_problems else ""))


def _given(spoken: Profile) -> Facts:
    """The facts without what was concluded from others: it is concluded again from those that are left."""
    kept = {n: tuple(k for k in known if not _concluded(n, k)) for n, known in spoken.facts.items()}
    return {n: known for n, known in kept.items() if known}


def _concluded(fact: str, known: Known) -> bool:
    return fact == "size" and bool(known.reason)


def _settles(problem: str, later: Facts) -> bool:
    """Whether something that was told later clears a problem."""
    about = next(facts for pattern, facts in _ABOUT if pattern.search(problem))
    return any(name in later for name in about)


def _filled(told: Told) -> Profile:
    """The form with the answers over it."""
    form = dict(told.form)
    for fact, values in told.answers.items():
        key = FORM_OF.get(fact, fact)
        old = form.get(key)
        form[key] = values[-1] if fact in _ONE else list(dict.fromkeys([*(old if isinstance(old, list) else []), *values]))
    made = from_form(form) if form else Profile()
    facts = {n: tuple(k for k in known if not _concluded(n, k)) for n, known in made.facts.items()}
    for fact, values in told.denied.items():
        facts[fact] = (*facts.get(fact, ()), *(Known(v, denied=True) for v in values))
    if not form:
        return profile_read.finish("", facts, frozenset(), [])
    doubts = list(zip(made.problems, [made.question, *[""] * len(made.problems)], strict=False))
    return profile_read.finish("", {n: known for n, known in facts.items() if known}, frozenset(), doubts)


def asked(question: str | None) -> Asked | None:
    """A question of the matcher taken apart into its fact and the values that a button can fill in.

    Words that only a clause prints are no values of a profile: they become no buttons. Where all are of that kind, the
    question stands as it was put, to be answered in a sentence.
    """
    if not question:
        return None
    fact = next((f for f, text in QUESTIONS.items() if question.startswith(text)), "")
    if not fact:
        return Asked(question)
    offered = question.partition("可选：")[2].partition("；")[0].split("、")
    allowed = choices()[FORM_OF.get(fact, fact)]
    if fact in ("size", "ownership"):
        return Asked(QUESTIONS[fact], fact, tuple(allowed))
    if fact == "region":
        return Asked(QUESTIONS[fact], fact, tuple(v for v in offered if v)[:_SHOWN])
    if fact in NUMBERS:
        return Asked(question, fact)
    pressed = tuple(v for v in offered if v in allowed)[:_SHOWN]
    return Asked(QUESTIONS[fact], fact, pressed) if pressed else Asked(question)


def chips(asker: Profile, told: Told) -> list[Chip]:
    """What was understood, one entry for each value; a region, whatever its depth, is one."""
    out: list[Chip] = []
    for fact, known in asker.facts.items():
        if fact == "region":
            stated = [k for k in known if not k.denied]
            if stated:
                out.append(_region(asker, stated, told))
            out += [_chip(asker, fact, k, told) for k in known if k.denied]
            continue
        out += [_chip(asker, fact, k, told) for k in known]
    # One word may tell two facts (高企: who one is, and what one holds), and 小公司 also tells 企业: shown once, the finest.
    first = {(c.value, c.denied): c for c in reversed(out)}
    wider = {w for c in out if not c.denied for w in vocabulary.implied(c.fact, c.value) if w != c.value}
    return [c for c in out if first[c.value, c.denied] is c and (c.denied or c.value not in wider)]


def _region(asker: Profile, stated: list[Known], told: Told) -> Chip:
    shown = "、".join(profile_places.printed([str(k.value) for k in stated]))
    first = _chip(asker, "region", stated[0], told)
    return Chip("region", "", shown, first.origin, first.words)


def _chip(asker: Profile, fact: str, known: Known, told: Told) -> Chip:
    value = f"{known.value:g}" if isinstance(known.value, float) and not known.value.is_integer() else str(known.value)
    value = str(int(known.value)) if isinstance(known.value, float) and known.value.is_integer() else value
    if _concluded(fact, known):
        origin, words = "concluded", known.reason
    elif known.start >= 0:
        origin, words = "said", asker.words(known)
    else:
        origin, words = ("answer" if fact in {**told.answers, **told.denied} else "form"), ""
    return Chip(fact, value, _shown(asker, fact, known, value), origin, words, known.denied)


def _shown(asker: Profile, fact: str, known: Known, value: str) -> str:
    if fact == "industry":
        return value.partition(" ")[2] or value
    if fact not in NUMBERS:
        return value
    if known.low is not None:
        return asker.words(known)
    if fact == "revenue":
        amount = float(known.value)
        return f"{amount / 1e8:g} 亿元" if amount >= 1e8 else f"{amount / 1e4:g} 万元" if amount >= 1e4 else f"{amount:g} 元"
    return f"{value} {'人' if fact == 'staff' else '年'}"


def without(told: Told, fact: str, value: str) -> Told:
    """The same without one chip, wherever it came from; for a region all of it."""
    spoken = profile(replace(told, form={}, answers={}, denied={}, removed=()))
    same = [
        (name, str(k.value))
        for name, known in spoken.facts.items()
        for k in known
        if (name == fact and (fact == "region" or fact in NUMBERS)) or (value and _same(k.value, value))
    ]
    form = {key: left for key, old in told.form.items() if (left := _left(key, old, fact, value)) not in (None, "", [])}
    answers = {f: kept for f, old in told.answers.items() if (kept := _values_left(f, old, fact, value))}
    denied = {f: kept for f, old in told.denied.items() if (kept := _values_left(f, old, fact, value))}
    removed = tuple(dict.fromkeys((*told.removed, *same)))
    return replace(told, form=form, answers=answers, denied=denied, removed=removed)


def _same(known: str | float, value: str) -> bool:
    return isinstance(known, str) and known == value


def _left(key: str, old: Any, fact: str, value: str) -> Any:
    if key == FORM_OF.get(fact, fact) and (fact in _ONE or not value):
        return None
    if isinstance(old, list):
        return [v for v in old if v != value]
    return None if old == value else old


def _values_left(name: str, old: tuple[str, ...], fact: str, value: str) -> tuple[str, ...]:
    if name == fact and (fact in _ONE or not value):
        return ()
    return tuple(v for v in old if v != value)
