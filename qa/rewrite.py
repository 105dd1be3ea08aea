"""A follow-up → a whole question, by rule: what the earlier question was about, with the new words in place."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.lookup import NUMBER
from index.places import places
from index.question import swap
from index.route import without_names
from index.tokens import content_words

_LEANS = re.compile(
    r"^(?:那么?|那它|它|他们|她们|这|那|其|还有|另外|然后|为什么|为啥|具体|比如|再(?=过|往|下|说|问|有|多|后)|如果|要是)|(?:它|他们|这[个些项几一类种样]|那[个些项几一类种]|(?<!应)该(?=[项政文规计工意办方条款])|其中|上面|刚才|前面|上述)|(?:呢|呢？|呢\?)$"
)
_CORRECTION = re.compile(
    r"^(?:不是|不对|错了|不)[，,。 ]*(?:我(?:是)?(?:问|说|指|想问)的?是|我要?问|我说|是)?(?P<new>.{1,30}?)(?:的)?[。？?！!]*$"
)
_OTHER = re.compile(r"^(?:那么?|另外|还有|而)?[，, ]*(?P<new>[^，。？?]{1,14}?)(?:的|方面)?呢[？?]*$")
_SHORT = 12  # characters; a shorter question with nothing of its own leans on the one before


def conversation(turns: Sequence[str], regions: Sequence[str]) -> list[str]:
    """The user's turns, as typed, → whole questions, oldest first: what a conversation hands on to its next turn."""
    whole: list[str] = []
    for turn in turns:
        whole.append(standalone(turn, whole, regions))
    return whole


def standalone(question: str, earlier: Sequence[str], regions: Sequence[str]) -> str:
    """The question as it would be asked first; unchanged without history or when it is whole already.

    `earlier` are the whole questions of this conversation, oldest first.
    """
    if not earlier:
        return question
    previous = earlier[-1]
    names = [*regions, *places(question), *places(previous)]
    other = _CORRECTION.match(question) or _OTHER.match(question)
    if other:
        new = other["new"].strip()
        return f"{new}，{without_names(previous)}" if NUMBER.search(new) else swap(previous, new, names)
    if NUMBER.search(question) or "《" in question:  # another document: the name of the one before must go
        previous = without_names(previous)
    words = content_words(question)
    if _LEANS.search(question) or (len(question) <= _SHORT and len(words) <= 2):
        return f"{previous.rstrip('？?。 ')}，{re.sub(r'^(?:那么?|然后)[，, ]*', '', question)}"
    return question


def reading(question: str, whole: str, earlier: Sequence[str]) -> str:
    """The other way to read a turn of a conversation, for retrieval; empty when there is none.

    A rule that joins may be wrong, and so may one that leaves a turn alone: the clauses are looked for in both
    readings.
    """
    if not earlier:
        return ""
    return question if whole != question else f"{earlier[-1]} {question}"
