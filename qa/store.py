"""What was asked and answered, kept as given: conversations, turns, shares, ratings, texts, clients.

SQLite or PostgreSQL. Every call is one transaction, committed before it returns; any thread and any number of
processes may call. Every method raises StoreError when the database fails, naming the remedy.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, delete, exists, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from qa import store_rows
from qa.store_base import missing, now, one
from qa.store_clients import Client, Clients
from qa.store_open import sqlite_url
from qa.store_processes import Processes
from qa.store_schema import conversations, documents, shares, turns
from qa.turns import Conversation, Json, Rating, Status, StoreError, Turn

__all__ = ["Client", "Store", "digest", "sqlite_url"]

_OWNER = 255
"""Longest owner: an index of PostgreSQL holds no more than 2.7 kB."""
_TITLE = 100
"""Longest title that somebody gives."""
_LISTED = 200
"""Most conversations in one list, and rows that one step of an iteration reads."""


def digest(snapshot: Json) -> str:
    """The sha256 under which a snapshot is kept: of its canonical JSON, so that other text or clauses are another."""
    return hashlib.sha256(json.dumps(snapshot, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


class Store(Clients, Processes):
    """The one place where conversations are kept.

    What was replaced is no longer shown but stays by its id; what is deleted is gone, with its shares and ratings.
    """

    def __init__(self, url: str, keep_days: int = 0) -> None:
        """Open it and bring its tables to this version.

        Args:
            url: as SQLAlchemy writes it; a missing SQLite file and its folder are made.
            keep_days: after which `purge` deletes a conversation that nobody touched; 0: never.

        Raises:
            StoreError: it cannot be opened; the message names the reason and the remedy, never a password.
        """
        super().__init__(url)
        self._keep_days = keep_days
        self._texts: set[str] = set()

    # Turns

    def begin(
        self,
        owner: str,
        question: str,
        filters: Json,
        conversation: str | None = None,
        replaces: str | None = None,
        earlier: Sequence[str] = (),
    ) -> Turn:
        """Keep a question before it is answered.

        Args:
            conversation: id of one of the owner's; None: a new one, titled by the question.
            replaces: id of a turn of that conversation (None: of its own); it and all after it are no longer shown.
            earlier: questions before it that the client sent along.

        Raises:
            MissingError: no such conversation or turn, or another's.
        """
        if len(owner) > _OWNER:
            raise StoreError(f"身份标识太长，最多 {_OWNER} 个字符。请缩短它。")
        moment = now()
        with self._write() as connection:
            number = None
            if replaces is not None:
                old = one(connection, select(turns.c.conversation, turns.c.number).where(turns.c.id == replaces))
                if conversation not in (None, old.conversation):
                    raise missing()
                conversation, number = old.conversation, old.number
            if conversation is None:
                conversation = store_rows.new_id()
                title = store_rows.title_of(question)
                row = {"id": conversation, "owner": owner, "title": title, "created": moment, "updated": moment}
                connection.execute(insert(conversations).values(row))
            else:
                _own(connection, conversation, owner, lock=True)
                connection.execute(update(conversations).where(conversations.c.id == conversation).values(updated=moment))
            shown = and_(turns.c.conversation == conversation, turns.c.replaced.is_(None))
            after = connection.execute(select(func.coalesce(func.max(turns.c.number), 0) + 1).where(shown)).scalar_one()
            if number is not None:
                after = min(number, after)  # another tab may have taken the turn away, and those before it
                connection.execute(update(turns).where(shown, turns.c.number >= after).values(replaced=moment))
            turn = Turn(store_rows.new_id(), conversation, after, question, "writing", moment, dict(filters), tuple(earlier))
            connection.execute(insert(turns).values(_columns(turn) | {"process": self.process}))
        return turn

    def update(self, turn_id: str, record: Json) -> None:
        """Keep what is known while the answer is written; a turn that is no longer written stays as it is.

        Raises:
            MissingError: no such turn, or it was deleted meanwhile.
        """
        values, writing = {"record": store_rows.dump(record)}, and_(turns.c.id == turn_id, turns.c.status == "writing")
        with self._write() as connection:
            one(connection, select(turns.c.id).where(turns.c.id == turn_id))
            connection.execute(update(turns).where(writing).values(values))

    def finish(self, turn_id: str, status: Status, record: Json | None = None, problem: str = "") -> Turn:
        """Keep the answer. Without a record the one of `update` stays; a turn that is "done" is not changed again.

        Raises:
            MissingError: no such turn, or it was deleted meanwhile.
        """
        values: dict[str, Any] = {"status": status, "problem": problem}
        if record is not None:
            values["record"] = store_rows.dump(record)
        with self._write() as connection:
            row = one(connection, select(turns.c.conversation).where(turns.c.id == turn_id))
            # The conversation first, as `begin` does: in another order two writers could wait for each other.
            connection.execute(update(conversations).where(conversations.c.id == row.conversation).values(updated=now()))
            connection.execute(update(turns).where(turns.c.id == turn_id, turns.c.status != "done").values(values))
            row = one(connection, select(turns).where(turns.c.id == turn_id))
        return store_rows.turn(row)

    def turn(self, turn_id: str) -> Turn:
        """A turn by its id, replaced ones too. Raises MissingError."""
        with self._read() as connection:
            return store_rows.turn(one(connection, select(turns).where(turns.c.id == turn_id)))

    # Conversations

    def conversation(self, conversation_id: str, owner: str) -> Conversation:
        """One of the owner's, with the turns that are shown.

        Raises:
            MissingError: no such conversation, or another's.
        """
        with self._read() as connection:
            return _whole(connection, _own(connection, conversation_id, owner))

    def kept(self, name: str) -> Conversation:
        """Anybody's, by its id or by the token of its share: for the operator alone. Raises MissingError."""
        with self._read() as connection:
            row = connection.execute(_with_token().where(conversations.c.id == name)).first()
            if row is not None:
                return _whole(connection, row)
        return self.shared(name)

    def conversations(self, owner: str, limit: int = 50, before: datetime | None = None) -> list[Conversation]:
        """The owner's, the last touched first, without turns; `before`: only those last touched before."""
        query = _with_token().where(conversations.c.owner == owner)
        if before is not None:
            query = query.where(conversations.c.updated < before)
        query = query.order_by(conversations.c.updated.desc(), conversations.c.id).limit(max(1, min(limit, _LISTED)))
        with self._read() as connection:
            return [store_rows.conversation(row) for row in connection.execute(query)]

    def rename(self, conversation_id: str, owner: str, title: str) -> None:
        """Give it another title (at most 100 characters are kept). Raises MissingError; StoreError for an empty one."""
        clean = " ".join(title.split())[:_TITLE]
        if not clean:
            raise StoreError("标题不能为空。请写几个字。")
        with self._write() as connection:
            _own(connection, conversation_id, owner)
            connection.execute(update(conversations).where(conversations.c.id == conversation_id).values(title=clean))

    def delete(self, conversation_id: str, owner: str) -> None:
        """Delete it with its turns, share and ratings. Raises MissingError."""
        with self._write() as connection:
            _own(connection, conversation_id, owner)
            connection.execute(delete(conversations).where(conversations.c.id == conversation_id))

    def forget(self, owner: str) -> int:
        """Delete all of the owner's conversations; how many."""
        with self._write() as connection:
            return connection.execute(delete(conversations).where(conversations.c.owner == owner)).rowcount

    def purge(self) -> int:
        """Delete the conversations that nobody touched for `keep_days` days; how many."""
        if not self._keep_days:
            return 0
        old = conversations.c.updated < now() - timedelta(days=self._keep_days)
        with self._write() as connection:
            return connection.execute(delete(conversations).where(old)).rowcount

    # Shares

    def share(self, conversation_id: str, owner: str) -> str:
        """A token by which anybody may read what is shown now, not what is asked later.

        Sharing again keeps the token and brings what it shows up to date.

        Raises:
            MissingError: no such conversation, or another's.
        """
        with self._write() as connection:
            row = _own(connection, conversation_id, owner, lock=True)
            shown = [r.id for r in connection.execute(_shown(conversation_id, turns.c.id))]
            values = {"title": row.title, "turns": json.dumps(shown), "created": now()}
            # Asked for only now: PostgreSQL joined it to the row before it waited for the lock.
            known = connection.execute(select(shares.c.token).where(shares.c.conversation == conversation_id)).scalar()
            if known is not None:
                connection.execute(update(shares).where(shares.c.token == known).values(values))
                return str(known)
            token = secrets.token_urlsafe(24)
            connection.execute(insert(shares).values(values | {"token": token, "conversation": conversation_id}))
        return token

    def unshare(self, conversation_id: str, owner: str) -> None:
        """End the share; its token never works again. Raises MissingError for the conversation, not for a missing share."""
        with self._write() as connection:
            _own(connection, conversation_id, owner)
            connection.execute(delete(shares).where(shares.c.conversation == conversation_id))

    def shared(self, token: str) -> Conversation:
        """The conversation as it was when it was (last) shared, without its owner and ratings.

        A turn that was being written then is shown as it ended.

        Raises:
            MissingError: a token that was never given, or is no longer.
        """
        query = select(shares, conversations.c.created.label("begun")).join(conversations).where(shares.c.token == token)
        with self._read() as connection:
            share = one(connection, query)
            ids = json.loads(share.turns)
            rows = connection.execute(select(turns).where(turns.c.conversation == share.conversation, turns.c.id.in_(ids)))
            found = sorted((store_rows.turn(row, private=False) for row in rows), key=lambda t: t.number)
        return Conversation(share.conversation, "", share.title, share.begun, share.created, token, tuple(found))

    # Ratings

    def rate(self, turn_id: str, owner: str, rating: Literal["up", "down"], reason: str = "") -> None:
        """What the asker thinks of an answer; again: replaces. Raises MissingError for another's turn."""
        values = {"rating": rating, "reason": reason, "rated": now()}
        with self._write() as connection:
            row = one(connection, select(turns.c.conversation).where(turns.c.id == turn_id))
            _own(connection, row.conversation, owner)
            connection.execute(update(turns).where(turns.c.id == turn_id).values(values))

    def ratings(self) -> Iterator[tuple[Turn, Rating]]:
        """All rated turns, the first rated first; no transaction stays open between two of them.

        `earlier` of a turn holds what was asked before it, whoever kept that: the client or this store.
        """
        last: Row[Any] | None = None
        while True:
            query = select(turns).where(turns.c.rated.is_not(None)).order_by(turns.c.rated, turns.c.id).limit(_LISTED)
            if last is not None:
                later = and_(turns.c.rated == last.rated, turns.c.id > last.id)
                query = query.where(or_(turns.c.rated > last.rated, later))
            with self._read() as connection:
                rows = connection.execute(query).all()
                before = [_asked_before(connection, row) for row in rows]
            for row, asked in zip(rows, before, strict=True):
                turn = store_rows.turn(row)
                yield replace(turn, earlier=(*turn.earlier, *asked)), Rating(row.rating, row.reason)
            if len(rows) < _LISTED:
                return
            last = rows[-1]

    # Texts

    def keep_document(self, sha256: str, snapshot: Json) -> None:
        """Keep a document as it was read; known ones cost nothing, and are never changed. `digest` names a snapshot."""
        if sha256 in self._texts:
            return
        with self._read() as connection:
            known = connection.execute(select(exists().where(documents.c.sha256 == sha256))).scalar_one()
        if not known:
            made = sqlite.insert if self._engine.dialect.name == "sqlite" else postgresql.insert
            row = {"sha256": sha256, "snapshot": store_rows.dump(snapshot), "created": now()}
            with self._write() as connection:
                connection.execute(made(documents).values(row).on_conflict_do_nothing())
        self._texts.add(sha256)

    def document(self, sha256: str) -> Json:
        """A kept document. Raises MissingError."""
        with self._read() as connection:
            row = one(connection, select(documents.c.snapshot).where(documents.c.sha256 == sha256))
        kept: Json = json.loads(row.snapshot)
        return kept


def _with_token() -> Select[*tuple[Any, ...]]:
    return select(conversations, shares.c.token).outerjoin(shares, shares.c.conversation == conversations.c.id)


def _own(connection: Connection, conversation_id: str, owner: str, lock: bool = False) -> Row[*tuple[Any, ...]]:
    """The owner's conversation; with `lock` others who would write into it wait (SQLite has one writer anyway)."""
    query = _with_token().where(conversations.c.id == conversation_id, conversations.c.owner == owner)
    return one(connection, query.with_for_update(of=conversations) if lock else query)


def _shown(conversation_id: str, *columns: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    own = and_(turns.c.conversation == conversation_id, turns.c.replaced.is_(None))
    return select(*(columns or (turns,))).where(own).order_by(turns.c.number)


def _whole(connection: Connection, row: Row[*tuple[Any, ...]]) -> Conversation:
    found = connection.execute(_shown(row.id)).all()
    return store_rows.conversation(row, [store_rows.turn(r) for r in found])


def _asked_before(connection: Connection, row: Row[*tuple[Any, ...]]) -> tuple[str, ...]:
    """The questions that stood above a turn when it was asked, also those that were replaced later."""
    above = and_(turns.c.conversation == row.conversation, turns.c.number < row.number, turns.c.created <= row.created)
    then = or_(turns.c.replaced.is_(None), turns.c.replaced > row.created)
    return tuple(connection.execute(select(turns.c.question).where(above, then).order_by(turns.c.number)).scalars())


def _columns(turn: Turn) -> dict[str, Any]:
    return {
        "id": turn.id,
        "conversation": turn.conversation,
        "number": turn.number,
        "question": turn.question,
        "status": turn.status,
        "created": turn.created,
        "filters": store_rows.dump(turn.filters),
        "earlier": store_rows.dump(list(turn.earlier)),
        "problem": "",
        "reason": "",
    }
