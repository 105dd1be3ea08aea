"""What is known of an asker, each fact with the words it was read from; and the three-valued test whether a value holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from corpus import facts as vocabulary
from qa import profile_places, profile_size

NUMBERS = ("staff", "revenue", "age")
NAMES = (
    "who",
    "region",
    "size",
    "staff",
    "revenue",
    "age",
    "industry",
    "field",
    "ownership",
    "qualification",
    "activity",
    "people",
)
"""The facts of a profile, in the order in which they are shown."""
_OWNERS = {"国有企业": "国有", "中央企业": "国有", "民营企业": "民营", "外资企业": "外资"}
_SIZES = {"小微企业": {"小型", "微型"}, "中小企业": {"中型", "小型", "微型"}, "大企业": {"大型"}}
_PERSON = "个人"
_PLACES = frozenset({"县域", "贫困地区", "资源型城市", "老工业区"})
"""Classes of places: whoever is there may be meant."""
_ANY_BODY = frozenset(
    {"事业单位", "重点实验室", "新型研发机构", "园区", "科技服务机构", "技术转移机构", "知识产权服务机构", "众创空间", "孵化器"}
    | {"医疗机构", "军工单位", "产业联盟"}
)
"""What a company, a university or an institute may be as well: never excluded by the kind of asker."""


@dataclass(frozen=True, slots=True)
class Known:
    """One fact: its value and the asker's words for it, `say[start:end]`; both −1 when a form gave it.

    Attributes:
        value: a name of facts.tsv, a place, or a number (people, yuan, years).
        denied: the asker said that it is not so.
        reason: why it is not plainly stated but concluded, in Chinese; empty when stated.
        low, high: for a number said roughly (二三十人, 不到20人), the least and the most it may be.
        provisional: concluded from part of what would decide it (a size without the revenue); `holds` does not lean on it.
    """

    value: str | float
    start: int = -1
    end: int = -1
    denied: bool = False
    reason: str = ""
    low: float | None = None
    high: float | None = None
    provisional: bool = False

    @property
    def bounds(self) -> tuple[float, float]:
        """Least and most of a number; equal when it was said exactly."""
        exact = float(self.value)
        return (exact if self.low is None else self.low, exact if self.high is None else self.high)


Facts = dict[str, tuple[Known, ...]]


@dataclass(frozen=True, slots=True)
class Profile:
    """An asker as understood. Nothing in it is guessed: what is contradictory or impossible stands in `problems` only.

    Attributes:
        say: the asker's words, to which the spans of the facts belong.
        facts: fact → what is known of it, in the order of `NAMES`; a fact of which nothing is known is absent.
        problems: Chinese sentences, each naming what does not go together or is not known.
        question: one question back that clears the first problem; empty when there is none.
        pointed: kinds of askers (groups of “who”) that the words speak of without saying that the asker is one.
    """

    say: str = ""
    facts: Facts = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    question: str = ""
    pointed: frozenset[str] = frozenset()

    def known(self, fact: str) -> tuple[Known, ...]:
        """What the asker is, has or wants of a fact; denials left out."""
        return tuple(k for k in self.facts.get(fact, ()) if not k.denied)

    def words(self, known: Known) -> str:
        """The asker's words for a fact; the value itself when it came from a form."""
        return self.say[known.start : known.end] if known.start >= 0 else _plain(known.value)

    def holds(self, fact: str, value: str) -> bool | None:
        """True when stated or implied, False when denied or excluded by what is stated, None when not known.

        A number holds when it equals the stated one; `compares` takes bounds.
        """
        if fact in NUMBERS:
            return _both(self.compares(fact, "ge", float(value)), self.compares(fact, "le", float(value)))
        if fact == "region":
            return profile_places.holds(
                [str(k.value) for k in self.known("region")],
                [str(k.value) for k in self.facts.get("region", ()) if k.denied],
                value,
            )
        if fact == "size":
            return _settled(self.sizes(), {value})
        stated = self._stated(fact, value)
        if stated is None and fact == "who":
            return self._who(value)
        if stated is None and fact == "people" and self._stated("who", value):
            return True
        if stated is None and fact == "qualification" and value in vocabulary.values("who"):
            return self._stated("who", value)
        return stated

    def compares(self, fact: str, relation: str, number: float) -> bool | None:
        """Whether staff, revenue (yuan) or age (years) is at least (“ge”) or at most (“le”) a number.

        None when it is not known, or was said too roughly to tell (二三十人 against 25).
        """
        stated = self.known(fact)
        if not stated:
            return None
        low, high = stated[0].bounds
        if relation == "ge":
            return True if low >= number else False if high < number else None
        return True if high <= number else False if low > number else None

    def sizes(self) -> frozenset[str]:
        """Sizes that the stated words and numbers leave open; all four when they say nothing."""
        left = set(profile_size.SIZES)
        for known in self.facts.get("size", ()):
            if known.denied:
                left.discard(str(known.value))
            elif not known.provisional:
                left &= {str(known.value)}
        for known in self.known("who"):
            for name, sizes in _SIZES.items():
                if name in vocabulary.implied("who", str(known.value)):
                    left &= sizes
        return frozenset(left & self.counted() or left)

    def counted(self) -> frozenset[str]:
        """Sizes that staff, revenue and industry leave open under the official classification."""
        staff, revenue = ((known[0].bounds if (known := self.known(fact)) else None) for fact in ("staff", "revenue"))
        industries = [str(k.value) for k in self.known("industry")]
        return profile_size.open_sizes(industries, [str(k.value) for k in self.known("field")], staff, revenue)

    def kinds(self) -> frozenset[str]:
        """Kinds of asker (企业, 高校, 个人 …) that are certain."""
        return frozenset(filter(None, (vocabulary.group("who", str(k.value)) for k in self.known("who"))))

    def _stated(self, fact: str, value: str) -> bool | None:
        wanted = vocabulary.implied(fact, value)
        for known in reversed(self.facts.get(fact, ())):
            said = str(known.value)
            if known.denied and said in wanted:
                return False
            if not known.denied and value in vocabulary.implied(fact, said):
                return True
        if any(vocabulary.excludes(fact, str(k.value), value) for k in self.known(fact)):
            return False
        return None

    def _who(self, value: str) -> bool | None:
        """A class of askers that is not named, from what goes with it: size, ownership, qualification, kind of asker."""
        kinds = self.kinds()
        if value in _SIZES and ("企业" in kinds or self.known("size")):
            return _settled(self.sizes(), _SIZES[value])
        owner = _OWNERS.get(value)
        if owner and self._stated("ownership", owner) is False:
            return False
        if owner and value != "中央企业" and "企业" in kinds and self._stated("ownership", owner):
            return True
        if value in vocabulary.values("qualification"):
            held = self._stated("qualification", value)
            if held is not None:
                return held
        group = vocabulary.group("who", value)
        if not kinds or not group or group in kinds | self.pointed or (group == _PERSON and kinds != {_PERSON}):
            return None
        if value in _PLACES or (value in _ANY_BODY and kinds != {_PERSON}):
            return None
        banking = value == "金融机构" and "企业" in kinds and not self.known("industry")
        return None if banking else False

    def to_json(self) -> dict[str, object]:
        """The facts with the asker's words, the problems and the question; keys in a fixed order."""
        return {
            "facts": {name: [self._entry(k) for k in self.facts[name]] for name in NAMES if self.facts.get(name)},
            "problems": list(self.problems),
            "question": self.question or None,
            "summary": self.summary(),
        }

    def _entry(self, known: Known) -> dict[str, object]:
        number = isinstance(known.value, float) and known.value.is_integer()
        entry: dict[str, object] = {"value": int(known.value) if number else known.value, "words": self.words(known)}
        if known.start >= 0:
            entry |= {"start": known.start, "end": known.end}
        for name in ("denied", "provisional"):
            if getattr(known, name):
                entry[name] = True
        if known.low is not None or known.high is not None:
            low, high = known.bounds
            entry |= {"low": low, "high": high if high != float("inf") else None}
        if known.reason:
            entry["reason"] = known.reason
        return entry

    def summary(self) -> str:
        """One Chinese line for showing back."""
        shown = [text for name in NAMES if (text := self._shown(name))]
        if not shown:
            return "我还不了解您的情况。"
        return f"我理解的情况：{'；'.join(shown)}。请更正。"

    def _shown(self, name: str) -> str:
        stated = self.known(name)
        denied = "、".join(f"不是{k.value}" for k in self.facts.get(name, ()) if k.denied and name != "activity")
        if name in NUMBERS:
            return _number(name, self.words(stated[0]), stated[0]) if stated else ""
        if name == "region":
            text = "、".join(profile_places.printed([str(k.value) for k in stated]))
        elif name == "size":
            text = "、".join(f"{k.value}{'（暂按）' if k.provisional else ''}" for k in stated)
        else:
            told = {str(k.value) for other in _TOLD_IN.get(name, ()) for k in self.known(other)}
            text = "、".join(_finest(name, [str(k.value) for k in stated if k.value not in told])) or (
                "企业" if name == "who" and "企业" in self.kinds() else ""
            )
        if name == "activity":
            off = "、".join(str(k.value) for k in self.facts.get(name, ()) if k.denied)
            return "；".join(filter(None, (text and f"关心{text}", off and f"不需要{off}")))
        return "、".join(filter(None, (text and _LEAD.get(name, "") + text, denied)))


_TOLD_IN = {"who": ("qualification",), "people": ("who",)}
"""Facts whose values need not be shown twice."""
_LEAD = {"people": "有或想引进：", "ownership": "", "industry": "行业："}


def _finest(fact: str, values: list[str]) -> Iterable[str]:
    """Values without those that another one implies."""
    wider = {w for v in values for w in vocabulary.implied(fact, v) if w != v}
    return [v for v in dict.fromkeys(values) if v not in wider]


def _number(fact: str, words: str, known: Known) -> str:
    if fact == "age":
        return f"成立 {_plain(known.value)} 年" if known.low is None else f"成立时间：{words}"
    if known.low is not None:
        return {"staff": "从业人员", "revenue": "营业收入"}[fact] + f"：{words}"
    if fact == "staff":
        return f"从业人员 {_plain(known.value)} 人"
    value = float(known.value)
    scaled = f"{value / 1e8:g} 亿元" if value >= 1e8 else f"{value / 1e4:g} 万元" if value >= 1e4 else f"{value:g} 元"
    return f"营业收入 {scaled}"


def _plain(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _settled(left: frozenset[str], wanted: set[str]) -> bool | None:
    return True if left <= wanted else None if left & wanted else False


def _both(one: bool | None, other: bool | None) -> bool | None:
    return False if False in (one, other) else None if None in (one, other) else True
