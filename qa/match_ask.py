"""The next best question: the one unknown fact that decides most of the best measures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from corpus import facts
from qa.match_records import Judged, Result
from qa.profile import NUMBERS, Profile

_LOOKED_AT = 30
"""First results whose open conditions are counted; rank n counts 1 / (1 + n / 10)."""
_CHOICES = 6
_NARROWING = ("field", "qualification", "ownership", "size", "region")
"""Facts whose values in front of a class make it a narrower one that an asker can recognise."""
QUESTIONS = {
    "region": "您（单位）在哪个省、哪个市？",
    "who": "您或您的单位属于下面哪一类？",
    "qualification": "有没有下面的资格或认定？",
    "people": "您那里有没有，或者想引进下面的人才？",
    "field": "主要做哪个领域？",
    "industry": "属于哪个行业？",
    "ownership": "是国有、民营、外资、合资还是集体的？",
    "size": "是微型、小型、中型还是大型企业？",
    "activity": "正在做，或者打算做下面的哪些事？",
    "staff": "从业人员有多少人？",
    "revenue": "上一年的营业收入是多少？",
    "age": "成立（注册）几年了？",
}
_START = "您是企业、单位还是个人？在哪个省、市？想做什么？"


def question(profile: Profile, results: Sequence[Result]) -> str | None:
    """One Chinese question with choices; None when nothing that a profile could tell is undecided."""
    if profile.problems:
        return profile.question or _START
    if not profile.facts:
        return _START
    worth: dict[str, float] = defaultdict(float)
    choices: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for rank, result in enumerate(results[:_LOOKED_AT]):
        open_gates = [j for j in undecided(result.conditions) if _asks(profile, j, result)] if result.verdict == "unknown" else []
        for judged in open_gates:
            # One of several open conditions decides a measure only together with the others.
            weight = 1 / (1 + rank / 10) / len(open_gates)
            worth[judged.leaf.fact] += weight
            for value in _offered(profile, judged, result):
                choices[judged.leaf.fact][value] += weight
    if not worth:
        return None
    fact = min(worth, key=lambda f: (-worth[f], list(QUESTIONS).index(f)))
    return _put(fact, choices[fact])


def _asks(profile: Profile, judged: Judged, result: Result) -> bool:
    """Whether an answer would tell more than the asker told: of a number always, else one of its values is open."""
    return judged.leaf.fact in NUMBERS or bool(_offered(profile, judged, result))


def _offered(profile: Profile, judged: Judged, result: Result) -> tuple[str, ...]:
    """The choices of an open condition, without what the asker told or denied already.

    Where the asker is of the wider class, the printed words are offered; not where they say no more than the class.
    """
    fact = judged.leaf.fact
    told = {str(k.value) for k in profile.facts.get(fact, ())}
    if fact in NUMBERS:
        return judged.leaf.values
    words = named(profile, judged, result.clause.document.text)
    if words != judged.leaf.values:
        return tuple(w for w in words if w not in told and _readable(fact, w))
    return tuple(v for v in words if v not in told and profile.holds(fact, v) is None)


def _readable(fact: str, words: str) -> bool:
    """Printed words are a choice only where they narrow a class: 机器人企业, not 专家企业 from a list cut in the middle."""
    classes = [row for row in facts.facts() if row.fact == fact]
    for row in classes:
        for match in row.official.finditer(words):
            before = words[: match.start()]
            if match.end() == len(words) and before and any(facts.find(f, before) for f in _NARROWING):
                return True
    return False


def undecided(conditions: Sequence[Judged]) -> list[Judged]:
    """Printed gates that one more fact of the asker would decide."""
    return [
        j for j in conditions if j.leaf.role == "gate" and j.verdict == "unknown" and j.leaf.fact in QUESTIONS and j.leaf.values
    ]


def named(profile: Profile, judged: Judged, text: str) -> tuple[str, ...]:
    """What an open condition asks for: its values, or the printed words where the asker is of the wider class already."""
    if any(profile.holds(judged.leaf.fact, value) for value in judged.leaf.values if judged.leaf.relation == "in"):
        return (text[judged.leaf.span[0] : judged.leaf.span[1]],)
    return judged.leaf.values


def _put(fact: str, values: dict[str, float]) -> str:
    asked = QUESTIONS[fact]
    if fact in NUMBERS:
        unit = {"staff": "人", "revenue": "元", "age": "年"}[fact]
        limits = sorted(values, key=lambda v: -values[v])[:3]
        return f"{asked}（条文里的界线：{'、'.join(f'{v}{unit}' for v in limits)}）"
    if fact in ("ownership", "size"):
        return asked
    best = sorted(values, key=lambda v: (-values[v], v))[:_CHOICES]
    return f"{asked}可选：{'、'.join(best)}；都不是也请告诉我。"
