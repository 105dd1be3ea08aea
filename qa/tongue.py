"""The asker's language: English and traditional Chinese questions find the same clauses and are answered in kind.

The answer is made and checked in Chinese, where the clauses are; then each checked sentence is turned into the
asker's language. Quotations stay verbatim. A translation that changes a figure or a bound is not shown: the clause's
words stand there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from index.tokens import simplified, traditional
from qa import english
from qa.records import Checked
from qa.writer import Writer

Language = Literal["zh", "zh-Hant", "en"]
_BOTH = frozenset("乾藉著瞭覆徵佔麽")
"""Characters that simplified texts have too (乾县、藉口)."""


def language(text: str) -> Language:
    """The language of a question: English when it has no Chinese character, traditional when converting changes it."""
    if not re.search(r"[\u4e00-\u9fff]", text):
        return "en" if len(re.findall(r"[A-Za-z]{2,}", text)) > 1 else "zh"
    changed = {a for a, b in zip(text, simplified(text), strict=False) if a != b}
    return "zh-Hant" if changed - _BOTH else "zh"


def spoken(said: Sequence[Checked], tongue: Language, writer: Writer) -> list[Checked]:
    """The checked sentences in the asker's language; verdicts and citations unchanged."""
    if tongue == "zh":
        return list(said)
    if tongue == "zh-Hant":
        return [replace(c, text=in_traditional(c.text)) for c in said]
    return english.said(said, writer)


def in_traditional(text: str) -> str:
    """Traditional characters, except inside 「quotations」."""
    return "".join(part if part.startswith("「") else traditional(part) for part in re.split(r"(「[^」]*」)", text))
