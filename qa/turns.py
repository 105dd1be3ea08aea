"""Conversations as they are kept: a turn is a question with the record of its answer, as given."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Json = dict[str, Any]
Status = Literal["writing", "done", "stopped", "failed"]


class StoreError(RuntimeError):
    """The store cannot do what was asked; the message (Chinese) names the thing, the reason and the remedy."""


class MissingError(StoreError):
    """No such conversation, turn, share or document, or it belongs to somebody else: the words are the same."""


class BusyError(RuntimeError):
    """Too many are waiting for an answer; `retry` says in how many seconds to try again."""

    def __init__(self, message: str, retry: int = 15) -> None:
        super().__init__(message)
        self.retry = retry


@dataclass(frozen=True, slots=True)
class Rating:
    rating: Literal["up", "down"]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation and what was answered.

    `record` is what `qa.wire.answer_json` gave, with `id`, `conversation` and `documents` (document id → sha256 of the
    kept text); while it is being written it holds what the evidence event held, or nothing yet.
    """

    id: str
    conversation: str
    number: int
    """1, 2, … in the conversation as shown."""
    question: str
    status: Status
    created: datetime
    """UTC."""
    filters: Json = field(default_factory=dict)
    earlier: tuple[str, ...] = ()
    """Questions before it that the client sent along itself."""
    record: Json | None = None
    problem: str = ""
    """Why it was stopped or failed, in Chinese for the reader."""
    rating: Rating | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """The turns that are shown, oldest first; replaced ones are left out."""

    id: str
    owner: str = field(repr=False)
    title: str
    created: datetime
    updated: datetime
    shared: str | None = field(default=None, repr=False)
    """The token of its share link."""
    turns: tuple[Turn, ...] = ()
