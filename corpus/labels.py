"""The label at the start of a line: which numbering system, which value, how its address prints it.

Nothing here knows a document; a label is recognised from its own characters and what follows it. Whether it
opens a new level or continues one is decided in `outline.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from corpus import numerals

_CN = f"[{numerals.CHARACTERS}]+"

STRUCTURE = {"篇": 1, "编": 1, "部分": 1, "分编": 2, "章": 3, "节": 4, "条": 5}
"""Kinds whose order is fixed whatever the document does; smaller is further out."""


@dataclass(frozen=True, slots=True)
class Label:
    kind: str
    """篇 编 分编 部分 章 节 条, or dun 一、 / adun 1、 / paren （一） / dot 1. / pnum （1） / rnum 1） /
    circle ① / decimalN 1.1 / dash —— / box 专栏 / annex 附件."""
    value: int
    canonical: str
    """As in an Address; empty for a dash, whose place in its list is its name."""
    length: int
    """Characters of the line that the label takes, blanks after it included."""
    rest: str
    """The line after the label."""
    marks: int = 0
    """Markdown heading marks in front."""


_STRUCTURE = re.compile(rf"第({_CN}|\d{{1,4}})(分编|部分|[篇编章节条])(?:之({_CN}))?(?P<blank>[ \t:：]*)")
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("dun", re.compile(rf"({_CN})、 ?")),
    ("paren", re.compile(rf"[（(] ?({_CN}) ?[）)] ?[、.]?")),
    ("decimal", re.compile(r"(\d{1,2}(?:\.\d{1,2}){1,3})[ \t、]+(?=\D)")),
    ("dot", re.compile(r"(\d{1,3}|[lI])[.．] ?(?=\D|(?:19|20)\d\d\D)")),  # 29.2017—2020年, but not 2.5%
    ("adun", re.compile(r"(\d{1,3})、 ?")),
    ("pnum", re.compile(r"[（(] ?(\d{1,3}) ?[）)] ?")),
    ("rnum", re.compile(r"(\d{1,2})[)）] ?")),
    ("circle", re.compile(r"([①-⑳]) ?")),
    ("dash", re.compile(r"(——|──|--(?!-)|[•●■◆▪] ?|[-*] (?=\S))")),
)
_BOX = re.compile(r"专栏 ?(\d*)[ 　:：]*(?=\S)")
_ANNEX = re.compile(rf"(?!附 *则)附(?:件|录|表)? ?(\d*|{_CN})[:：]?(?:\s|\Z)|附[:：]")
_SENTENCE_END = re.compile(r"[。；！？;!?]")
# What follows a cross-reference (第三条规定…, （一）至（三）项) and not a label.
_ARTICLE_REFERENCE = re.compile(
    rf"(?:[至、和或及与]|或者|以及)[第本前其]|第(?:{_CN}|\d+)[款项目]|规定|所[列称述指规]|中(?:的|所|规定|有|，)|的|，|以外|之一|各款"
)
_ITEM_REFERENCE = re.compile(rf"(?:[至、和或及与]|或者|以及)?[（(]{_CN}[）)]|项(?![目下])|的|，|以外|之一的|各款")


def recognise(line: str) -> Label | None:
    """The label that a line starts with, or None. Markdown heading marks in front are passed over."""
    lead = re.match(r"[\t ]*(?:#{1,6} *)?(?:\*\*)?", line)
    skip = lead.end() if lead else 0
    body = line[skip:]
    label = _structure(body) or _box(body) or _annex(body)
    for kind, pattern in () if label else _PATTERNS:
        match = pattern.match(body)
        if match and not _false(kind, body[match.end() :]):
            label = _numbered(kind, match, body)
            break
    if label is None:
        return None
    return Label(label.kind, label.value, label.canonical, label.length + skip, label.rest, line[:skip].count("#"))


def is_short_title(text: str, limit: int = 60) -> bool:
    """A line that can only be a title: short, no sentence in it (a final stop is allowed)."""
    return 0 < len(text) <= limit and not _SENTENCE_END.search(text.rstrip("。")) and not text.endswith(("，", "、"))


def _structure(body: str) -> Label | None:
    match = _STRUCTURE.match(body)
    if not match:
        return None
    numeral, kind, branch = match.group(1), match.group(2), match.group(3)
    rest = body[match.end() :]
    if not match.group("blank") and rest and (kind != "条" or _ARTICLE_REFERENCE.match(rest)):
        return None
    if kind != "条" and not is_short_title(rest or "章"):
        return None
    canonical = f"第{numeral}{kind}" + (f"之{branch}" if branch else "")
    return Label(kind, numerals.parse(numeral), canonical, match.end(), rest)


def _box(body: str) -> Label | None:
    match = _BOX.match(body)
    if not match or not is_short_title(body):
        return None
    return Label("box", int(match.group(1) or 0), f"专栏{match.group(1)}", match.end(), body[match.end() :])


def _annex(body: str) -> Label | None:
    match = _ANNEX.match(body)
    if not match or not is_short_title(body):
        return None
    return Label("annex", numerals.parse(match.group(1) or "0"), "附", match.end(), body[match.end() :])


def _false(kind: str, rest: str) -> bool:
    if kind == "dun":  # 一、二、三产业融合
        return re.match(rf"{_CN}[、是产]", rest) is not None
    if kind == "paren":
        return _ITEM_REFERENCE.match(rest) is not None
    return False


def _numbered(kind: str, match: re.Match[str], body: str) -> Label:
    printed = match.group(1)
    rest = body[match.end() :]
    if kind == "dash":
        return Label(kind, 0, "", match.end(), rest)
    if kind == "circle":
        return Label(kind, ord(printed) - ord("①") + 1, printed, match.end(), rest)
    if kind == "decimal":
        parts = printed.split(".")
        return Label(f"decimal{len(parts)}", int(parts[-1]), printed, match.end(), rest)
    value = 1 if printed in "lI" else numerals.parse(printed)
    canonical = {
        "dun": printed,
        "adun": f"{value}、",
        "dot": str(value),
        "paren": f"（{printed}）",
        "pnum": f"（{value}）",
        "rnum": f"{value}）",
    }[kind]
    return Label(kind, value, canonical, match.end(), rest)
