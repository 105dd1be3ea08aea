"""A profile from a form: every key and value checked, and what is wrong said by name."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date

from corpus import facts as vocabulary
from qa import profile_places, profile_problems, profile_read
from qa.profile_records import NUMBERS, Facts, Known, Profile

_ONE = {"size": "size", "ownership": "ownership"}
_MANY = {
    "who": "who",
    "industry": "industry",
    "fields": "field",
    "qualifications": "qualification",
    "activities": "activity",
    "people": "people",
}
_KEYS = ("who", "region", "size", *NUMBERS, "industry", "fields", "ownership", "qualifications", "activities", "people", "say")
_UNITS = {"staff": "人", "revenue": "元（一年）", "age": "年"}
_MOST = {"staff": 5_000_000, "revenue": 1e14, "age": 1000}
_SHOWN = 12  # allowed values that an error names before it stops


class ProfileError(ValueError):
    """A form that cannot be taken: `key` is at fault, `reason` says why in Chinese, `allowed` what may stand there."""

    def __init__(self, key: str, reason: str, allowed: Sequence[str] = ()) -> None:
        self.key, self.reason, self.allowed = key, reason, tuple(allowed)
        more = "……" if len(self.allowed) > _SHOWN else ""
        may = f"；可以填：{'、'.join(self.allowed[:_SHOWN])}{more}" if self.allowed else ""
        super().__init__(f"{key}：{reason}{may}")


def choices() -> dict[str, tuple[str, ...]]:
    """Key of the form → what may be chosen; empty for numbers and free text. Of industry the letter alone is enough."""
    found: dict[str, tuple[str, ...]] = dict.fromkeys(_KEYS, ())
    found |= {key: vocabulary.values(fact) for key, fact in (_ONE | _MANY).items()}
    return found | {"region": profile_places.provinces()}


def from_form(form: Mapping[str, object], today: date | None = None) -> Profile:
    """The profile that a form tells; `say` is read too, and what the form says of the same fact wins.

    A list stands for several values; None, an empty text or list leave a key unknown.

    Raises:
        ProfileError: for an unknown key, a value of the wrong kind, or one that is not among the choices.
    """
    unknown = next((key for key in form if key not in _KEYS), None)
    if unknown is not None:
        raise ProfileError(str(unknown), "没有这一项", _KEYS)
    say = form.get("say") or ""
    if not isinstance(say, str):
        raise ProfileError("say", "应是一段话")
    facts: Facts = {}
    for key, value in form.items():
        if key != "say" and value not in (None, "", [], ()):
            facts |= _read(key, value)
    told = profile_read.read(say, today) if say.strip() else None
    if told is None:
        doubts: list[profile_problems.Doubt] = [] if facts else [profile_read.EMPTY]
        return profile_read.finish("", facts, frozenset(), doubts)
    return profile_read.merge(told, Profile(facts=facts)) if facts else told


def _read(key: str, value: object) -> Facts:
    if key in NUMBERS:
        return {key: (Known(_number(key, value)),)}
    texts = _texts(key, value)
    if key == "region":
        return {"region": tuple(_region(texts))}
    fact = _ONE.get(key) or _MANY[key]
    if key in _ONE and len(texts) > 1:
        raise ProfileError(key, "只能填一个", vocabulary.values(fact))
    return {fact: tuple(Known(_chosen(key, fact, text)) for text in dict.fromkeys(texts))}


def _texts(key: str, value: object) -> list[str]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list | tuple) or not all(isinstance(v, str) and v.strip() for v in values):
        raise ProfileError(key, f"应是文字，或一列文字：{value!r}", choices()[key])
    return [v.strip() for v in values]


def _chosen(key: str, fact: str, text: str) -> str:
    allowed = vocabulary.values(fact)
    for value in allowed:
        if text in (value, *value.split(" ", 1)) if fact == "industry" else text == value:
            return value
    raise ProfileError(key, f"没有“{text}”这个选项", allowed)


def _region(texts: Sequence[str]) -> list[Known]:
    found: dict[str, Known] = {}
    for text in texts:
        places = profile_places.named(text)
        if not places:
            raise ProfileError("region", f"“{text}”不是我认识的地名，请写省、市、县的名称", profile_places.provinces())
        if text in profile_places.LARGER:
            found[text] = Known(text)
            continue
        if len(places) > 1:
            where = "、".join("".join(profile_places.printed(p.parts)) for p in places[:4])
            raise ProfileError("region", f"“{text}”不止一处：{where}")
        found |= {part: Known(part) for part in places[0].parts}
    return list(found.values())


def _number(key: str, value: object) -> float:
    if isinstance(value, str):
        try:
            value = float(value.replace(",", ""))
        except ValueError:
            raise ProfileError(key, f"应是数字（单位：{_UNITS[key]}）：{value!r}") from None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ProfileError(key, f"应是数字（单位：{_UNITS[key]}）：{value!r}")
    least = 1 if key == "staff" else 0
    if not least <= value <= _MOST[key]:
        raise ProfileError(key, f"{value:g} 不可能；应在 {least} 和 {_MOST[key]:.0f} 之间（单位：{_UNITS[key]}）")
    if key == "staff" and value != int(value):
        raise ProfileError(key, f"人数应是整数：{value:g}")
    return float(value)
