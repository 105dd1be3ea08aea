"""From when until when a measure can be had, as printed: 有效期至2018年12月31日, 自发布之日起施行，有效期3年.

A target (到2020年达到…) or a task's deadline (2017年底前出台) is no window: nothing is said about those who apply.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from corpus.measure import Measure
from corpus.numerals import parse
from corpus.records import Document, Span

State = Literal["open", "not_yet", "ended"]
_DAY = r"(?P<{0}y>20\d\d)\s*年(?:\s*(?P<{0}m>1[0-2]|0?[1-9])\s*月(?:\s*(?P<{0}d>3[01]|[12]\d|0?[1-9])\s*日)?|(?P<{0}e>底|末))?"
_COUNT = r"(?P<n>\d{1,2}|[一二两三四五六七八九十]{1,3})"
_UNTIL = re.compile(
    rf"(?:有效期|执行期|试行期|期限|时限|时间|受理|申报|申请|报名)[^。；\n]{{0,24}}?(?:至|到|截止|截至|为)\s*{_DAY.format('u')}"
    rf"|(?:截止|截至)(?:时间|日期|期限)?(?:为|：|:|到|至)?\s*{_DAY.format('v')}"
    rf"|(?:执行|施行|实施|试行|有效)(?:期)?(?:至|到)\s*{_DAY.format('w')}"
    rf"|{_DAY.format('x')}\s*(?:前|之前|以前)[^。；\n]{{0,10}}?(?:申报|申请|报名|提交|报送材料)"
)
_FROM = re.compile(rf"自\s*{_DAY.format('f')}\s*起(?:[^。；\n]{{0,12}}?(?:至|到)\s*{_DAY.format('t')}(?:止)?)?")
_FROM_ISSUE = re.compile(r"自(?:发布|印发|公布|颁布|下发|施行|实施)之日起")
_FOR = re.compile(rf"(?:有效期|试行期|执行期|试行|施行|执行|实施|期限)(?:限)?(?:为|是|暂定|：|:)?\s*{_COUNT}\s*(?P<unit>年|个月)")
_VALIDITY = re.compile(
    r"[^。；;\n]*(?:有效期|试行期|执行期|自(?:发布|印发|公布|颁布|20\d\d)[^。；;\n]*起[^。；;\n]*(?:施行|执行|实施|试行))[^。；;\n]*"
)
_SHARED = re.compile(
    r"本(?:办法|意见|通知|细则|政策|措施|规定|方案|条例|若干|文件)|^\s*(?:第?[一二三四五六七八九十百]+[、条])?\s*[、，]?\s*(?:自|有效期)"
)


@dataclass(frozen=True, slots=True)
class Window:
    """First and last day; None where it is not printed. `span` is where it stands in the document's text."""

    start: date | None
    end: date | None
    span: Span

    def state(self, day: date) -> State:
        if self.end is not None and day > self.end:
            return "ended"
        if self.start is not None and day < self.start:
            return "not_yet"
        return "open"


def windows(measure: Measure) -> list[Window]:
    """Printed beside the measure, or for its whole document; empty when neither says anything."""
    document = measure.clause.document
    own = [found for span in measure.time if (found := _window(document.text[span[0] : span[1]], span, document))]
    return [*own, *_of_document(document)]


@lru_cache(maxsize=4096)
def _of_document(document: Document) -> tuple[Window, ...]:
    out = []
    for match in _VALIDITY.finditer(document.text):
        if _SHARED.search(match.group()):
            found = _window(match.group(), match.span(), document)
            out += [found] if found else []
    return tuple(out)


def _window(text: str, span: Span, document: Document) -> Window | None:
    start = end = None
    first = _FROM.search(text)
    if first:
        start, end = _day(first, "f"), _day(first, "t", last=True)
    until = _UNTIL.search(text)
    if until:
        end = next((day for key in "uvwx" if (day := _day(until, key, last=True))), end)
    issued = bool(_FROM_ISSUE.search(text))
    if issued and document.issued:
        start = start or document.issued
    lasting = _FOR.search(text)
    # Without the day of issue the year alone is known: the last day that is possible, so that nothing ends too early.
    begin = start or document.issued or (date(document.year, 12, 31) if document.year else None)
    if lasting and end is None and begin and (first or issued or "有效期" in text):
        end = _later(begin, lasting["n"], lasting["unit"])
    return Window(start, end, span) if start or end else None


def _day(match: re.Match[str], key: str, last: bool = False) -> date | None:
    """A printed day; of a month or a year alone its first day, or its last."""
    year, month, day = (int(match[f"{key}{part}"] or 0) for part in "ymd")
    if not year:
        return None
    try:
        if month and day:
            return date(year, month, day)
        if last:
            return (date(year + (month or 12) // 12, (month or 12) % 12 + 1, 1)) - timedelta(days=1)
        return date(year, month or 1, 1)
    except ValueError:  # 2月30日
        return None


def _later(begin: date, count: str, unit: str) -> date | None:
    amount = parse(count)
    months = begin.year * 12 + begin.month - 1 + (amount if unit == "个月" else 12 * amount)
    year, month = divmod(months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=begin.day - 1), following - timedelta(days=1))
