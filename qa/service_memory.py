"""The latest turns in memory, for a service that keeps nothing on disk: running answers and follow-ups work the same."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from qa.turns import Conversation, Json, MissingError, Status, Turn

MOST = 500
"""Conversations that are remembered; the one untouched for longest is forgotten first."""
_TITLE = 40
_MISSING = "没有这段对话，或者它已经删除。"
_NO_TURN = "没有这个回答，或者它已经删除。"


class Memory:
    """The part of qa.store.Store that asking needs."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._lock = most, threading.RLock()
        self._conversations: OrderedDict[str, Conversation] = OrderedDict()
        self._of: dict[str, str] = {}  # turn → conversation
        self._documents: dict[str, Json] = {}

    def begin(
        self,
        owner: str,
        question: str,
        filters: Json,
        conversation: str | None = None,
        replaces: str | None = None,
        earlier: Sequence[str] = (),
    ) -> Turn:
        now = datetime.now(UTC)
        with self._lock:
            if conversation is None:
                found = Conversation(secrets.token_urlsafe(16), owner, question[:_TITLE], now, now)
            else:
                found = self.conversation(conversation, owner)
            kept = found.turns
            if replaces is not None:
                at = next((n for n, t in enumerate(kept) if t.id == replaces), None)
                if at is None:
                    raise MissingError(_NO_TURN)
                kept = kept[:at]
            number = kept[-1].number + 1 if kept else 1
            turn = Turn(secrets.token_urlsafe(16), found.id, number, question, "writing", now, filters, tuple(earlier))
            self._conversations[found.id] = replace(found, updated=now, turns=(*kept, turn))
            self._conversations.move_to_end(found.id)
            self._of[turn.id] = found.id
            self._forget()
            return turn

    def update(self, turn_id: str, record: Json) -> None:
        self._put(replace(self.turn(turn_id), record=record))

    def finish(self, turn_id: str, status: Status, record: Json | None = None, problem: str = "") -> Turn:
        with self._lock:
            turn = self.turn(turn_id)
            return self._put(replace(turn, status=status, record=record or turn.record, problem=problem))

    def turn(self, turn_id: str) -> Turn:
        with self._lock:
            found = self._conversations.get(self._of.get(turn_id, ""))
            turn = next((t for t in found.turns if t.id == turn_id), None) if found else None
        if turn is None:
            raise MissingError(_NO_TURN)
        return turn

    def conversation(self, conversation_id: str, owner: str) -> Conversation:
        found = self._conversations.get(conversation_id)
        if found is None or found.owner != owner:
            raise MissingError(_MISSING)
        return found

    def keep_document(self, sha256: str, snapshot: Json) -> None:
        self._documents[sha256] = snapshot

    def document(self, sha256: str) -> Json:
        if sha256 not in self._documents:
            raise MissingError("没有这份文件的存档。")
        return self._documents[sha256]

    def _put(self, turn: Turn) -> Turn:
        with self._lock:
            found = self._conversations[turn.conversation]
            turns = tuple(turn if t.id == turn.id else t for t in found.turns)
            self._conversations[found.id] = replace(found, updated=datetime.now(UTC), turns=turns)
        return turn

    def _forget(self) -> None:
        while len(self._conversations) > self._most:
            _, old = self._conversations.popitem(last=False)
            self._of = {turn: held for turn, held in self._of.items() if held != old.id}
