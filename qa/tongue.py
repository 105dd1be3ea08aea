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
_TOKENS = 120
_STATES = re.compile(r"^(?P<who>.{1,60}?)写明：(?P<quote>「.*」)。$", re.DOTALL)
_LISTS = re.compile(r"^条款列出(?P<count>\d+)项(?:，其中)?：(?P<items>.*)。$", re.DOTALL)
_BODIES = re.compile(r"^(?:牵头|责任)单位|^[^，。]{2,40}(?:负责|牵头)", re.DOTALL)
_WHO = {"条款": "The clause states", "另": "It also states"}


def language(text: str) -> Language:
    """The language of a question: English when it has no Chinese character, traditional when converting changes it."""
    if not re.search(r"[\u4e00-\u9fff]", text):
        return "en" if len(re.findall(r"[A-Za-z]{2,}", text)) > 1 else "zh"
    return "zh-Hant" if simplified(text) != text else "zh"


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
        return f"The clause lists {lists['count']} items: {items}. "
    if _BODIES.match(text):
        return f"Responsible: 「{text.rstrip('。')}」. "
    try:
        messages = prompts.load("say_english").messages(sentence=text)
        said = "".join(writer.stream(messages, _TOKENS)).strip().split("\n", 1)[0]
    except WriterError:
        return text
    return f"{said} " if said and _same_figures(text, said) else text


def _same_figures(text: str, said: str) -> bool:
    """True when the translation tells the same numbers, none added, and no Chinese is left in it."""
    scale = {"万": 1e4, "亿": 1e8}
    want = {f"{q.value:g}" for q in quantities(text)}
    printed = {m for q in quantities(text) for m in re.findall(r"\d+(?:\.\d+)?", q.printed)}
    told = {f"{float(n.replace(',', '')):g}" for n in re.findall(r"\d[\d,]*(?:\.\d+)?", said)}
    allowed = want | {f"{float(p):g}" for p in printed} | {f"{float(p) * s:g}" for p in printed for s in scale.values()}
    digits = {f"{float(p):g}" for p in printed}
    return told <= allowed and all(d in told or d in _words(said) for d in digits) and not re.search(r"[\u4e00-\u9fff]", said)


_NUMBERS = "one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905 - reads better


def _words(said: str) -> set[str]:
    """Numbers spelt out in English, as digits."""
    return {str(n) for n, word in enumerate(_NUMBERS, 1) if re.search(rf"\b{word}\b", said, re.IGNORECASE)}
