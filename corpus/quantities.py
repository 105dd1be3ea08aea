"""Figures in Chinese text: value, unit, and the bound word beside it; Chinese and Arabic numerals alike.

quantities("最高补助50万元")       → [Quantity(500000, "元", "le")]
quantities("不低于百分之五十")      → [Quantity(50, "%", "ge")]
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from corpus import numerals

_CN = f"[{numerals.CHARACTERS}]{{1,12}}"  # longer ones are no figures
_SCALES = {"万亿": 1e12, "亿": 1e8, "千万": 1e7, "百万": 1e6, "万": 1e4, "千": 1e3}
_UNITS = (
    "个百分点|百分点|%|％|亿元|万元|美元|元|个工作日|工作日|个月|个小时|小时|分钟|年|月|日|天|倍|成|岁|周岁|家|件|人年|人次|人|项|个|位|名|所|次|户"
    "|公里|平方公里|平方米|纳米|微米|米|吨|千瓦|亩|条|款|章|篇|节|号|步|类|种|批|期|届|级|省|市|县|支|座|台|套|门|轮"
)
_CN_UNITS = (
    "个百分点|百分点|万元|亿元|元|个工作日|工作日|个月|个小时|小时|年|天|日|倍|成|周岁|岁|家|件"
    "|人年|人次|人|项|步|名|位|所|类|次|个"
)
_CN_LARGE = rf"{_CN}万{_CN}|{_CN}"
_NUMBER = re.compile(
    rf"(?<![\d.])(?P<arabic>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d{{1,18}}(?:\.\d{{1,9}})?(?!\d))\s*(?P<scale>万亿|亿|千万|百万|万|千(?![瓦米克伏兆帕]))?(?P<unit>{_UNITS})?(?![A-Za-z])"
    rf"|百分之(?P<percent>{_CN}(?:点{_CN})?|\d+(?:\.\d+)?)"
    r"|(?P<half>一半|半数)"
    rf"|(?<![第{numerals.CHARACTERS}])(?P<chinese>{_CN}点{_CN}(?=[万亿倍个])|{_CN_LARGE})(?P<cscale>万亿|亿|万)?(?P<cunit>{_CN_UNITS})"
    r"|(?<=每)(?P<round>万|百万|千)(?P<runit>人|名|家|户)"
)
_BEFORE = (
    (
        "ge",
        re.compile(
            r"(?:不低于|不少于|不小于|不得低于|不得少于|至少|最低|最少|逾|超过|超(?=\Z)|高于|大于|多于|达到或超过)[^，。；、\d]{0,8}\Z"
        ),
    ),
    (
        "le",
        re.compile(
            r"(?:不超过|不高于|不多于|不大于|不得超过|不得高于|至多|最多|最高|最大|低于|少于|小于|控制在)[^，。；、\d]{0,8}\Z"
        ),
    ),
    ("about", re.compile(r"(?:约|大约|大概|近|接近)\Z")),
)
_AFTER = (
    ("ge", re.compile(r"(?:及|或)?以上|(?:及|或)?更多")),
    ("le", re.compile(r"(?:及|或)?以下|以内|之内")),
    ("about", re.compile(r"左右|上下")),
)
_NEGATED = re.compile(r"不(?:得|应|能|可|会|准|许|允许|再)?\Z")
_OFTEN_IDLE = frozenset("家件人项步名位所类次个")  # 一个, 一批: no figure is meant


@dataclass(frozen=True, slots=True)
class Quantity:
    value: float
    unit: str
    """“元” for every amount of yuan whatever its scale; “” when none stands there."""
    bound: str = ""
    """ge (以上、不低于), le (不超过、最高), about (左右), or “”."""
    printed: str = ""

    def same_figure(self, other: Quantity) -> bool:
        """Equal value, and equal unit where both have one (a table's cell leaves it to its head)."""
        if abs(self.value - other.value) > 1e-9 * max(1.0, abs(self.value)):
            return False
        return self.unit == other.unit or not self.unit or not other.unit


def quantities(text: str) -> list[Quantity]:
    """All figures of a text in order. Numbers inside names such as 5G or C919 are left out."""
    found = []
    for match in _NUMBER.finditer(text):
        before = text[max(0, match.start() - 1) : match.start()]
        in_name = before.isascii() and before.isalpha()
        quantity = None if in_name and not match["unit"] else _read(match)  # C919, but GDP2.5%
        if quantity:
            value, unit = quantity
            found.append(Quantity(value, unit, _bound(text, match), match.group().strip()))
    return found


def _read(match: re.Match[str]) -> tuple[float, str] | None:
    if match["percent"]:
        return _value(match["percent"]), "%"
    if match["half"]:
        return 50.0, "%"
    if match["round"]:
        return _normal({"千": 1e3, **_SCALES}[match["round"]], match["runit"])
    if match["arabic"]:
        value = float(match["arabic"].replace(",", "")) * _SCALES.get(match["scale"] or "", 1)
        unit = match["unit"] or ""
        if not unit and not match["scale"] and re.fullmatch(r"(?:19|20)\d\d", match["arabic"]):
            unit = "年"
    else:
        value = _value(match["chinese"]) * _SCALES.get(match["cscale"] or "", 1)
        unit = match["cunit"]
        if value <= 1 and unit in _OFTEN_IDLE:
            return None
    return _normal(value, unit)


_SAME_UNIT = {"％": "%", "百分点": "个百分点", "周岁": "岁", "工作日": "个工作日", "天": "日", "名": "人", "位": "人"}


def _normal(value: float, unit: str) -> tuple[float, str]:
    for scaled, factor in (("亿元", 1e8), ("万元", 1e4)):
        if unit == scaled:
            return value * factor, "元"
    if unit == "成":
        return value * 10, "%"
    return value, _SAME_UNIT.get(unit, unit)


def _value(text: str) -> float:
    if text[0].isdecimal():
        return float(text)
    whole, _, decimals = text.partition("点")
    large, _, small = whole.rpartition("万")
    value = numerals.parse(small) + (10_000 * numerals.parse(large) if large else 0)
    return float(f"{value}.{''.join(str(numerals.parse(c)) for c in decimals)}") if decimals else float(value)


def _bound(text: str, match: re.Match[str]) -> str:
    before = text[max(0, match.start() - 14) : match.start()]
    for name, pattern in _BEFORE:
        found = pattern.search(before)
        if found:
            negated = _NEGATED.search(before[: found.start()])
            return {"ge": "le", "le": "ge"}.get(name, name) if negated else name
    after = text[match.end() : match.end() + 4]
    return next((name for name, pattern in _AFTER if pattern.match(after)), "")
