"""Labels as people type them, and how well one fits a label of a document: 第十四条 also means （十四）."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from corpus import numerals

_CN = f"[{numerals.CHARACTERS}]+"
_NUMBER = rf"(?:{_CN}|\d{{1,4}})"
_TOKEN = re.compile(
    rf"第(?P<ordinal>{_NUMBER})个?(?P<unit>分编|部分|[篇编章节条款项目段行])(?P<after>之{_CN})?"
    rf"|(?P<word>专栏|附件?|表格?|行|段落?|注|——|文首)(?P<count>{_NUMBER})?"
    r"|(?P<plain>落款)"
    r"|「(?P<group>[^」]+)」"
    rf"|（(?P<round>{_NUMBER})）"
    r"|(?P<half>\d{1,3})）"
    r"|(?P<circle>[①-⑳])"
    r"|(?P<decimal>\d+(?:\.\d+)+)"
    rf"|(?P<counted>{_NUMBER})(?P<kind>部分|[篇编章节条款项])"
    rf"|(?P<bare>{_NUMBER})(?P<stop>、?)"
)
_BARE_END = re.compile(r"\Z|[\s.．、，,：:；;（(「①-⑳第专附表行段注—零〇一二三四五六七八九十\d]")
_UNITS = {"段落": "段", "表格": "表", "附件": "附", "分编": "编"}
_FITS = {
    "条": ("(cn", "cn", "ar", "(ar"),
    "项": ("(cn", "(ar", "ar", ")", "①"),
    "款": ("段",),
    "段": ("款",),
    "部分": ("cn", "章", "篇"),
    "篇": ("编", "部分"),
    "编": ("篇",),
    "章": ("cn", "部分"),
    "节": ("(cn", "cn"),
    "目": ("ar", "(ar"),
    "(cn": ("(ar", "条", "cn", "ar"),
    "(ar": (")", "ar", "(cn", "①"),
    "cn": ("(cn", "条", "部分", "章", "ar"),
    "ar": ("(ar", ")", "①", "条", "(cn", "cn"),
    ")": ("(ar", "ar", "①"),
    "①": ("(ar", ")", "ar"),
}
"""What a typed kind of label may stand for beside itself, likeliest first."""
_FIRST, _STEP = 0.9, 0.08
_OTHER_NUMERALS = 0.1  # 第15条 is 15 rather than （十五）


@dataclass(frozen=True, slots=True)
class Label:
    """One label: its kind (条, (cn for （一）, ar for 1. …), its number, 0 for none; what tells equal numbers apart."""

    kind: str
    value: int
    more: str = ""
    """之一 of 第十条之一, the words of 「重大工程」."""
    text: str = field(default="", compare=False)
    """As it was typed."""


def folded(text: str) -> str:
    """Full-width letters and digits, odd brackets and blanks as one kind each."""
    text = "".join(
        unicodedata.normalize("NFKC", c) if unicodedata.east_asian_width(c) == "F" and c.isalnum() else c for c in text
    )
    return re.sub(r"\s+", " ", text.translate({ord("("): "（", ord(")"): "）"})).strip()


def labels(text: str) -> list[Label]:
    """The labels in a folded text, in order; numbers that measure something (2020年, 60%) are none."""
    found: list[Label] = []
    at = 0
    free = True  # a bare number counts only where something ends in front of it
    while at < len(text):
        match = _TOKEN.match(text, at)
        label = _label(match) if match else None
        if match and label and _stands(match, text, free):
            found.append(label)
            at, free = match.end(), True
            continue
        step = len(match.group("bare")) if match and match.group("bare") else 1
        free = not text[at : at + step][-1].isalnum()
        at += step
    return found


@lru_cache(maxsize=65536)
def own(label: str) -> Label:
    """A label of an address, in the same terms as a typed one."""
    base, _, again = label.partition("「第")
    if not base:  # an unnumbered group heading
        return Label("「", 0, label.strip("「」"), label)
    match = _TOKEN.match(base)
    read = _label(match) if match else None
    if read is None:
        return Label(base, 0, again, label)
    return Label(read.kind, read.value, read.more + again, label)


def fit(asked: Label, have: Label, any_number: bool = False) -> float:
    """How well a typed label fits one of an address: 1 for the same, 0 for none.

    Args:
        any_number: compare the kinds only.
    """
    if not any_number and asked.value != have.value:
        return 0.0
    if asked.kind == have.kind:
        if asked.more != have.more:
            return 0.0 if asked.more or asked.kind == "「" else 0.8  # 3 for 3「第2处」
        return 1.0 if asked.text[:1].isdecimal() or have.kind != "ar" else 0.95
    others = _FITS.get(asked.kind, ())
    if have.kind not in others:
        return 0.0
    arabic = any(c.isdecimal() for c in asked.text)
    return _FIRST - _STEP * others.index(have.kind) - _OTHER_NUMERALS * (arabic != any(c.isdecimal() for c in have.text))


def _stands(match: re.Match[str], text: str, free: bool) -> bool:
    """A bare number must stand alone: “一” in 一下 or 2020 in 2020年 is no label."""
    if match["bare"] is None:
        return match["counted"] is None or free
    return free and bool(match["stop"] or _BARE_END.match(text, match.end()))


def _label(match: re.Match[str]) -> Label | None:
    text = match.group().rstrip("、")
    if match["ordinal"] or match["counted"]:
        unit = match["unit"] or match["kind"]
        return Label(_UNITS.get(unit, unit), _value(match["ordinal"] or match["counted"]), match["after"] or "", text)
    if match["word"]:
        return Label(_UNITS.get(match["word"], match["word"]), _value(match["count"] or "1"), "", text)
    if match["plain"]:
        return Label(match["plain"], 0, "", text)
    if match["group"]:
        return Label("「", 0, match["group"], text)
    if match["circle"]:
        return Label("①", ord(match["circle"]) - ord("①") + 1, "", text)
    if match["decimal"]:
        return Label("1.1", 0, match["decimal"], text)
    if match["half"]:
        return Label(")", int(match["half"]), "", text)
    number = match["round"] or match["bare"]
    kind = "ar" if number[0].isdecimal() else "cn"
    return Label(f"({kind}" if match["round"] else kind, _value(number), "", text)


def _value(text: str) -> int:
    return numerals.parse(text)
