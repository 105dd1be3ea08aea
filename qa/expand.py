"""Everyday words → official ones, by the writer: a second reading for questions that no clause is much like.

“老板拖着工钱不给” shares no word with a clause about 劳动报酬; a few keywords of official style find it. It costs
about a second, so the clauses found first are shown before, and only questions in everyday words are read again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import prompts
from index.search import Hit
from qa.writer import Writer
from qa.writing import WriterError

_LOOKED_AT = 5  # hits
_TOKENS = 32
_WORDS = 10


def everyday(hits: Sequence[Hit], percent: int) -> bool:
    """True for a question that no clause is `percent` alike and that names no clause by its address."""
    near = max((h.similarity for h in hits[:_LOOKED_AT]), default=0.0)
    return bool(hits) and near < percent / 100 and "address" not in hits[0].ranks


def keywords(question: str, writer: Writer) -> str:
    """Up to ten official keywords for a question; empty when the writer fails or gives none."""
    try:
        text = "".join(writer.stream(prompts.load("expand").messages(question=question), _TOKENS))
    except WriterError:
        return ""  # the first reading stands
    words = [w for w in re.split(r"[\s，、,。；;：:]+", text) if re.fullmatch(r"[\u4e00-\u9fffA-Za-z0-9“”+-]{2,14}", w)]
    return " ".join(list(dict.fromkeys(words))[:_WORDS])
