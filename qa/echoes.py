"""What a sentence of the writer only says again of the asker: “我们是一家小公司，想买设备，…”."""

from __future__ import annotations

import re

from index.tokens import content_words

_ASKER = re.compile(r"我|您|你|咱|俺|本人")
_AS_ASKER = re.compile(r"我(?![国省市县区])|咱|俺|本人")
"""The writer speaks as if it were the asker (“我们是辽宁的。”)."""
_SHORTEST = 6
"""Characters that must be left of a sentence."""


def as_asker(text: str) -> bool:
    """True when a sentence begins as if the asker spoke."""
    return _AS_ASKER.match(text) is not None


def without_asker(text: str, question: str) -> str:
    """The sentence without what it says of the asker in the asker's own words: “我们是一家小公司，想买设备，…”."""
    asked, words = own_words(question), frozenset(content_words(question))
    segments = re.findall(r"[^，,；;：:]+[，,；;：:]?", text)

    def again(segment: str) -> bool:
        mixed = _AS_ASKER.search(segment) and frozenset(content_words(segment)) <= words
        return bool(mixed) or own_words(segment).replace("可以", "") in asked

    left = 0
    while left < len(segments) - 1 and again(segments[left]) and (left or _ASKER.search(segments[0])):
        left += 1
    rest = "".join(segments[left:])
    return rest if len(own_words(rest)) >= _SHORTEST else text


def own_words(text: str) -> str:
    """A text without stops and without the pronouns that change when somebody else says it."""
    return re.sub(r"[\W_您你我咱俺们的]", "", text)
