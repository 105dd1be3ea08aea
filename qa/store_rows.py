"""Rows of the store as values, and values as rows."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from qa.turns import Conversation, Json, Rating, Turn

_TITLE = 40
"""Characters of the first question that name a conversation."""


def new_id() -> str:
    """Of a conversation or turn: 128 random bits, for whoever knows a turn's id may read it."""
    return secrets.token_hex(16)


def dump(value: Any) -> str:
    """JSON as it is stored; NUL and lone surrogates are escaped, so nothing of a record is lost in any database."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text if text.isascii() or _encodable(text) else json.dumps(value, separators=(",", ":"))


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def title_of(question: str) -> str:
    return " ".join(question.split())[:_TITLE] or "（空白）"


def turn(row: Row[Any], private: bool = True) -> Turn:
    """A row of `turns`; without `private` the rating stays out, it is between the asker and the operator."""
    record: Json | None = json.loads(row.record) if row.record else None
    return Turn(
        id=row.id,
        conversation=row.conversation,
        number=row.number,
        question=row.question,
        status=row.status,
        created=row.created,
        filters=json.loads(row.filters),
        earlier=tuple(json.loads(row.earlier)),
        record=record,
        problem=row.problem,
        rating=Rating(row.rating, row.reason) if row.rating and private else None,
    )


def conversation(row: Row[Any], turns: Sequence[Turn] = ()) -> Conversation:
    """A row of `conversations` with the token of its share as `token`."""
    return Conversation(row.id, row.owner, row.title, row.created, row.updated, row.token, tuple(turns))
