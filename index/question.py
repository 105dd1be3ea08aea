"""What a question asks, before anything is searched: its parts, and its words as officials would write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from corpus.records import Document
from index.tokens import fold

_PART = re.compile(r"[^？?；;]+[？?；;]*")
_ASKS = re.compile(r"[？?]|什么|哪|多少|几|如何|怎么|怎样|是否|吗|呢|能不能|有没有|谁")
_SWAP = re.compile(r"^(?:那么?|另外|还有|而)?[，, ]*(?P<new>[^，。？?]{1,12}?)(?:的|方面)?呢[？?]*$")
_NATION = ("全国", "国家", "我国", "中国", "中央")


def parts(question: str, regions: Sequence[str]) -> list[str]:
    """The questions inside a question, each whole; one element when it asks one thing.

    “到2020年全国…多少？辽宁呢？” gives two: the second takes the first's words with 辽宁 in the place of
    全国. Sentences that only tell something stay with the question after them.
    """
    found: list[str] = []
    told = ""
    for match in _PART.finditer(question):
        part = match.group().strip()
        if not part:
            continue
        other = _SWAP.match(part)
        if other and found:
            found.append(swap(found[-1], other["new"].strip(), regions))
        elif not _ASKS.search(part):
            told += part
        elif found and len(part) < 10:
            found.append(f"{found[-1].rstrip('？?')}，{part}")
        else:
            found.append(told + part)
            told = ""
    if told and found:
        found[-1] += told
    return found if len(found) > 1 else [question]


def swap(previous: str, new: str, regions: Sequence[str]) -> str:
    """The previous question about something else: a region for a region, a year for a year, else put in front."""
    places = "|".join([*_NATION, *map(re.escape, sorted(regions, key=len, reverse=True))])
    for pattern, old, titles in (
        (places, places, False),
        (r"(?:19|20)\d{2}年?", r"(?:19|20)\d{2}年", False),  # the 2025 of 中国制造2025 is no year of the question
        (r"《[^》]+》", r"《[^》]+》", True),
    ):
        # A name or a year inside a title, as in 《中国制造2025》, is not what a question is about.
        inside = re.search(pattern, new if titles else _untitled(new))
        before = re.search(old, previous if titles else _untitled(previous))
        if inside and before:
            whole = new[inside.start() :] if len(new) <= len(inside.group()) + 4 else inside.group()
            return previous[: before.start()] + whole + previous[before.end() :]
    return f"{new}，{previous}"


def _untitled(text: str) -> str:
    """The text with its 《titles》 blanked out, of the same length."""
    return re.sub(r"《[^》]+》", lambda m: "□" * len(m.group()), text)


def official(question: str) -> str:
    """The question with official words for its everyday ones behind it; unchanged when it has none."""
    text = fold(question)
    added = [words for everyday, words in _lexicon() if any(e in text for e in everyday)]
    new = [w for w in " ".join(added).split() if w not in text]
    return f"{question} {' '.join(dict.fromkeys(new))}" if new else question


def scope(question: str, documents: Sequence[Document]) -> set[str]:
    """Ids of the documents whose region or level the question names; empty when it names none, or all fit."""
    text = fold(question)
    wanted: set[str] = set()
    for document in documents:
        region = re.sub(r"(?:省|市|自治区)$", "", document.region)
        if region and region != "全国" and region in text:
            wanted.add(document.id)
        if document.level == "国家" and document.region == "全国" and any(w in text for w in _NATION[:2]):
            wanted.add(document.id)
    return wanted if len(wanted) < len(documents) else set()


@lru_cache(maxsize=1)
def _lexicon() -> list[tuple[tuple[str, ...], str]]:
    lines = (Path(__file__).parent / "lexicon.tsv").read_text("utf-8").splitlines()
    entries = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(tuple(fold(e) for e in everyday.split("|")), words) for everyday, words in entries]
