"""What a document says once for all its measures: who carries it out, how long it holds, what it excludes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from corpus.measure import Agency, Leaf
from corpus.measure_fields import named
from corpus.records import Document, Span

_THIS = r"(?:本(?:实施)?(?:办法|细则|通知|政策|规定|措施|意见|方案)|(?:专项|扶持|补助|补贴|奖励|奖补)?资金)"
_BODIES = r"[一-鿿、]{2,60}?"
_CARRIED = re.compile(
    rf"{_THIS}由(?P<lead>{_BODIES})(?:会同(?P<with>{_BODIES}))?(?:等部门)?(?:共同)?(?:负责|组织实施|审核|拨付|管理|解释|牵头|受理)"
)
_HOLDS = re.compile(
    r"自[^，。；]{2,20}(?:之日|日)起(?:施行|实施|执行|生效)?(?:，(?:试行|有效期)[^，。；]{1,10})?(?:至[^，。；]{4,14}止)?|有效期(?:至|为"
    r"|到)?[\d一二三四五][^，。；）]{0,10}"
)
_GENERAL = re.compile(
    r"不得重复(?:享受|申报|支持|奖励|补助|资助)|就高不重复|不重复(?:享受|奖励|补助|支持)|不予(?:支持|奖励|补助|资助|补贴|兑现)|除外"
)
_STOPS = "。；\n"
_LABEL = re.compile(
    r"\s*(?:[（(][一二三四五六七八九十\d]{1,3}[）)]|[一二三四五六七八九十]{1,3}、|\d{1,3}[.．、]|第[一二三四五六七八九十百]{1,4}条)?\s*"
)
_KEPT = 16  # documents that are remembered


@dataclass(frozen=True, slots=True)
class Whole:
    agencies: tuple[Agency, ...] = ()
    time: tuple[Span, ...] = ()
    excluded: tuple[Span, ...] = ()
    """Sentences such as “同一项目不得重复享受”, “列入失信名单的企业不予支持”."""


_READ: dict[int, tuple[Document, Whole]] = {}


def whole(document: Document) -> Whole:
    """Read once for each document."""
    kept = _READ.get(id(document))
    if kept is None or kept[0] is not document:
        if len(_READ) >= _KEPT:
            _READ.pop(next(iter(_READ)))
        kept = _READ[id(document)] = (document, _read(document.text))
    return kept[1]


def exclusions(document: Document, start: int, end: int, own: bool) -> list[Leaf]:
    """The excluding sentences between two offsets (`own`), or those of the whole document outside them."""
    spans = whole(document).excluded
    inside = [s for s in spans if start <= s[0] and s[1] <= end]
    chosen = inside if own else [s for s in spans if s not in inside and not _local(document.text, s)]
    return [Leaf("gate", "other", "stated", (), span) for span in chosen]


def _local(text: str, span: Span) -> bool:
    """“…除外” behind another sentence speaks of that, not of the whole document."""
    opens = _LABEL.fullmatch(text[text.rfind("\n", 0, span[0]) + 1 : span[0]])
    return "除外" in text[span[0] : span[1]] and opens is None


def _read(text: str) -> Whole:
    agencies: dict[str, Agency] = {}
    for match in _CARRIED.finditer(text):
        for group, lead in (("lead", True), ("with", False)):
            if match[group]:
                for agency in named(text, *match.span(group), lead=lead):
                    agencies.setdefault(agency.name, agency)
    excluded = dict.fromkeys(_sentence(text, match.start()) for match in _GENERAL.finditer(text))
    carried = next(_HOLDS.finditer(text), None) if re.search(r"有效期|起(?:施行|实施|执行)", text) else None
    return Whole(tuple(agencies.values()), (carried.span(),) if carried else (), tuple(excluded))


def _sentence(text: str, at: int) -> Span:
    """The sentence around an offset, without its number."""
    start = max(text.rfind(stop, 0, at) for stop in _STOPS) + 1
    end = min((n for stop in _STOPS if (n := text.find(stop, at)) >= 0), default=len(text))
    label = _LABEL.match(text, start, end)
    return (label.end() if label else start), end
