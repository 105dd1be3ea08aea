"""Names that a sentence may not make up: words in quotation marks, ordinals (第二步), bodies beside the matter."""

from __future__ import annotations

import re

from corpus import numerals
from qa.checks import bodies, canonical

_QUOTED = re.compile(r"[“「‘]([^“”「」‘’]{2,24})[”」’]")
_ORDINAL = re.compile(rf"第[{numerals.CHARACTERS}\d]{{1,3}}(?:步|阶段|类|批|梯队|层|级|位)")
_PUNCTUATION = re.compile(r"[\s，。、；：,.;:·—-]")


def quoted(text: str, source: str, question: str) -> str:
    """A name in quotation marks that stands neither in the source nor in the question."""
    held = _PUNCTUATION.sub("", f"{source}\n{question}")
    for name in _QUOTED.findall(text):
        if _PUNCTUATION.sub("", name) not in held:
            return f"所引条款中没有“{name}”"
    return ""


def ordinal(text: str, source: str, question: str) -> str:
    """第二步 for what the source says of another step, or of none."""
    for match in _ORDINAL.finditer(text):
        if match.group() not in source and match.group() not in question:
            return f"所引句子说的不是“{match.group()}”"
    return ""


def responsible(text: str, note: str, question: str) -> str:
    """A body said to be in charge that the clause's own note of who is in charge does not name."""
    held = canonical(note)
    for name in bodies(text, ""):
        if name not in held and name not in canonical(question):
            return f"条款写的是“{note}”"
    return ""
