"""Ratings as case lines for review: what readers disliked becomes a question of the evaluation once somebody checked it.

The lines load as they are, but they are proposals: `evidence` is what was cited, not what is right; `answer` holds the
reader's reason and what was answered, to be replaced by the right answer; `must` is left to the reviewer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from qa.turns import Json, Rating, Turn

_LONGEST = 2000
"""Characters of an answer that a case repeats."""
_ENDS = {ord(end): f"\\u{ord(end):04x}" for end in "\x85\u2028\u2029"}
"""Line ends that JSON leaves as they are, and at which readers of lines cut."""


def lines(ratings: Iterable[tuple[Turn, Rating]]) -> Iterator[str]:
    """One case a line (JSON, without line end), in the order of the ratings.

    Args:
        ratings: as `Store.ratings` gives them; `earlier` of a turn holds what was asked before it.
    """
    for turn, rating in ratings:
        turns = [text for text in (*turn.earlier, turn.question) if text.strip()]
        if turns:
            line = json.dumps(_case(turn, rating, turns), ensure_ascii=False)
            yield line.translate(_ENDS).encode("utf-8", "replace").decode("utf-8")


def _case(turn: Turn, rating: Rating, turns: list[str]) -> Json:
    record = turn.record or {}
    refused = record.get("refusal") is not None
    # A refusal that a reader approves of is right: nothing answers it. One that a reader minds may have an answer.
    kind = "none" if refused and rating.rating == "up" else "followup" if len(turns) > 1 else "fact"
    return {
        "id": f"{rating.rating}-{turn.id}",
        "type": kind,
        "turns": turns,
        "evidence": [] if kind == "none" else _evidence(record),
        "answer": _told(turn, rating),
    }


def _evidence(record: Json) -> list[Json]:
    """Each cited span once, in the order of the answer."""
    spans = {(c["document"], c["quote"].strip()): None for c in record.get("citations", []) if c["quote"].strip()}
    return [{"document": document, "quote": quote} for document, quote in spans]


def _told(turn: Turn, rating: Rating) -> str:
    """What the reviewer reads first."""
    liked = "有帮助" if rating.rating == "up" else "没有帮助"
    said = "；".join(filter(None, [liked, " ".join(rating.reason.split())]))
    record = turn.record or {}
    given = " ".join(str(record.get("text") or turn.problem).split())
    shown = f"{given[:_LONGEST]}…" if len(given) > _LONGEST else given
    return f"【待审】读者：{said}。当时{'拒答' if record.get('refusal') else '回答'}：{shown or '（没有写出）'}"
