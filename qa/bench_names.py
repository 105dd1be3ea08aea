"""What the benchmark's measures are called on the page, in reports and on the terminal.

The keys in run.jsonl and summary.json stay what they are: others read these files.
"""

from __future__ import annotations

import re

_NAMES = {
    "must": ("关键说法命中率", "key terms found"),
    "citation precision": ("引用精确率", ""),
    "citation recall": ("引用召回率", ""),
    "figures": ("数字有出处率", "every figure has a source"),
    "refused": ("正确拒答率", "rightly refused"),
    "wrongly refused": ("误拒率", "wrongly refused"),
    "retrieve": ("检索用时（毫秒）", "retrieval (ms)"),
    "translate": ("译问题用时（毫秒）", "translating the question (ms)"),
    "expand": ("补公文用语用时（毫秒）", "official words for the question (ms)"),
    "first_token": ("首字用时（毫秒）", "first token (ms)"),
    "total": ("全文用时（毫秒）", "whole answer (ms)"),
    "total_ms": ("用时（毫秒）", "time (ms)"),
    "not met": ("误判为符合率", "wrongly called fitting"),
    "unknown": ("待确认判对率", "rightly called open"),
    "with span": ("判断有出处率", "verdicts with a source"),
}
"""Key → Chinese and English. No English: the key is the usual term, which Chinese readers know, too."""
_KINDS = (
    (re.compile(r"(?:recall|R)@\d+"), "召回率", ""),
    (re.compile(r"precision@\d+"), "精确率", ""),
    (re.compile(r"nDCG@\d+"), "归一化折损累积增益", ""),
    (re.compile(r"RR@\d+"), "倒数排名", ""),
    (re.compile(r"recall in (\d+)"), r"前 \1 字内召回率", r"recall within \1 characters"),
    (re.compile(r"recall in (\d+) cut"), r"截到 \1 字的召回率", r"recall of the first \1 characters"),
)
"""The same for keys that hold a number."""


def named(key: str, language: str = "zh") -> str:
    """The measure as a heading: in Chinese with the usual term beside it; a key that has no name as it is."""
    own, english = _pair(key)
    if language == "en":
        return english or key
    return own if own and english else f"{own} {key}".strip()


def chinese(key: str) -> str:
    """The Chinese name alone, for a line that the key stands in already; empty for a key that has none."""
    return _pair(key)[0]


def _pair(key: str) -> tuple[str, str]:
    if key in _NAMES:
        return _NAMES[key]
    for pattern, own, english in _KINDS:
        if match := pattern.fullmatch(key):
            return match.expand(own), match.expand(english)
    return "", ""
