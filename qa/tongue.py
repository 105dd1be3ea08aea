"""The asker's language: English and traditional Chinese questions find the same clauses and are answered in kind.

The answer is made and checked in Chinese, where the clauses are; then each checked sentence is turned into the
asker's language. Quotations stay verbatim. A translation that loses a figure is not shown: the Chinese stays.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import prompts
from corpus.quantities import quantities
from index.tokens import simplified, traditional
from qa.records import Checked
from qa.writer import Writer
from qa.writing import WriterError

Language = Literal["zh", "zh-Hant", "en"]
_TOKENS = 240
"""A clause's own sentence of a hundred characters needs nearly so many in English."""
_BOTH = frozenset("乾藉著瞭覆徵佔麽")
"""Characters that simplified texts have too (乾县、藉口)."""
_STATES = re.compile(r"^(?P<who>.{1,60}?)写明：(?P<quote>「.*」)。$", re.DOTALL)
_LISTS = re.compile(r"^条款列出(?:的有)?：(?P<items>.*)。$", re.DOTALL)
_BODIES = re.compile(r"^(?:牵头|责任)单位|^[^，。]{2,40}(?:负责|牵头)", re.DOTALL)
_WHO = {"条款": "The clause states", "另": "It also states"}


def language(text: str) -> Language:
    """The language of a question: English when it has no Chinese character, traditional when converting changes it."""
    if not re.search(r"[\u4e00-\u9fff]", text):
        return "en" if len(re.findall(r"[A-Za-z]{2,}", text)) > 1 else "zh"
    changed = {a for a, b in zip(text, simplified(text), strict=False) if a != b}
    return "zh-Hant" if changed - _BOTH else "zh"


def in_chinese(question: str, writer: Writer) -> str:
    """A foreign question in Chinese, by the writer; the question itself when that fails."""
    try:
        text = "".join(writer.stream(prompts.load("ask_chinese").messages(question=question), _TOKENS)).strip()
    except WriterError:
        return question
    first = text.split("\n", 1)[0].strip()
    return first if re.search(r"[\u4e00-\u9fff]", first) else question


def spoken(said: Sequence[Checked], tongue: Language, writer: Writer) -> list[Checked]:
    """The checked sentences in the asker's language; verdicts and citations unchanged."""
    if tongue == "zh":
        return list(said)
    if tongue == "zh-Hant":
        return [replace(c, text=in_traditional(c.text)) for c in said]
    return [replace(c, text=_english(c.text, writer)) for c in said]


def in_traditional(text: str) -> str:
    """Traditional characters, except inside 「quotations」."""
    return "".join(part if part.startswith("「") else traditional(part) for part in re.split(r"(「[^」]*」)", text))


def _english(text: str, writer: Writer) -> str:
    """One sentence; the program's own phrases by rule, the rest by the writer."""
    if states := _STATES.match(text):
        who = _WHO.get(states["who"], f"{states['who']} states")
        return f"{who}: {states['quote']}. "
    if lists := _LISTS.match(text):
        items = "; ".join(f"「{item}」" for item in lists["items"].split("；"))
        return f"The clauses list: {items}. "
    if _BODIES.match(text):
        return f"Responsible: 「{text.rstrip('。')}」. "
    try:
        messages = prompts.load("say_english").messages(sentence=text)
        said = "".join(writer.stream(messages, _TOKENS)).strip().split("\n", 1)[0]
    except WriterError:
        return text
    return f"{said} " if said and _same_figures(text, said) else text


def _same_figures(text: str, said: str) -> bool:
    """True when a translation tells the same numbers by value, and is no more than a sentence without links."""
    if re.search(r"[\u4e00-\u9fff<>]|https?:|www\.|\]\(", said) or len(said) > _LONGEST * max(len(text), 20):
        return False
    want = {round(q.value, 6) for q in quantities(text)}
    told = set()
    for match in _ENGLISH.finditer(said.lower()):
        number = match["digits"].replace(",", "") if match["digits"] else str(_NUMBERS.index(match["word"]) + 1)
        told.add(round(float(number) * _SCALES.get(match["scale"] or "", 1.0), 6))
    # Good English leaves out a one (一项 → the); no other may be lost, none added.
    return told <= want and all(v in told for v in want if v > _SMALL)


_LONGEST = 8  # letters for a Chinese character
_SMALL = 1
_NUMBERS = "one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905 - reads better
_SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_ENGLISH = re.compile(
    rf"(?:(?<![a-z\d.])(?P<digits>\d[\d,]*(?:\.\d+)?)|\b(?P<word>{'|'.join(_NUMBERS)})\b)"
    rf"(?:[ -]?(?P<scale>{'|'.join(_SCALES)})\b)?"
)
