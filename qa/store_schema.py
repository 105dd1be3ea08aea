"""Tables of the store. Every change here needs a migration in `qa/migrations/versions`; a test compares both."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, DateTime, Dialect, ForeignKey, Index, Integer, MetaData, String, Table, Text, text
from sqlalchemy.types import TypeDecorator, TypeEngine

VERSION_TABLE = "youju_version"
"""Alembic's note of the revision; a name of its own, for a database may be shared with another program."""


class Words(TypeDecorator[str]):
    """Text from outside: NUL and lone surrogates, which PostgreSQL and UTF-8 refuse, become U+FFFD.

    It holds for comparisons too, so that a forged id with such a character is unknown and no error.
    """

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the signature is given
        if value is None:
            return None
        return value.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class Id(Words):
    """A name that the store gave, or that somebody forged."""

    impl = String
    cache_ok = True


class Moment(TypeDecorator[datetime]):
    """A UTC instant: timestamptz where there is one, without a zone in SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return aware.replace(tzinfo=None) if dialect.name == "sqlite" else aware

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData()

conversations = Table(
    "youju_conversations",
    metadata,
    Column("id", Id(32), primary_key=True),
    Column("owner", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    Index("youju_conversations_owner", "owner", "updated"),
    Index("youju_conversations_updated", "updated"),
)

_KEPT = text("replaced IS NULL")
turns = Table(
    "youju_turns",
    metadata,
    Column("id", Id(32), primary_key=True),
    Column("conversation", Id(32), ForeignKey("youju_conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("question", Words, nullable=False),
    Column("status", String(8), nullable=False),
    Column("created", Moment, nullable=False),
    Column("filters", Text, nullable=False),  # JSON, as are earlier and record: escaped there, nothing of them is lost
    Column("earlier", Text, nullable=False),
    Column("record", Text),
    Column("problem", Words, nullable=False),
    Column("replaced", Moment),
    Column("rating", String(4)),
    Column("reason", Words, nullable=False),
    Column("rated", Moment),
    Column("process", Id(32)),  # that writes it; no reference, for what is said of a dead one stays
    # Two tabs cannot give one number twice: among the shown turns of a conversation it is unique.
    Index("youju_turns_shown", "conversation", "number", unique=True, sqlite_where=_KEPT, postgresql_where=_KEPT),
    Index("youju_turns_rated", "rated", "id"),
    Index("youju_turns_status", "status", "created"),
)

shares = Table(
    "youju_shares",
    metadata,
    Column("token", Id(32), primary_key=True),
    Column("conversation", Id(32), ForeignKey("youju_conversations.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("title", Words, nullable=False),
    Column("turns", Text, nullable=False),  # JSON list of the ids that were shown
    Column("created", Moment, nullable=False),
)

documents = Table(
    "youju_documents",
    metadata,
    Column("sha256", Id(64), primary_key=True),
    Column("snapshot", Text, nullable=False),
    Column("created", Moment, nullable=False),
)

clients = Table(
    "youju_clients",
    metadata,
    Column("kind", String(8), primary_key=True),
    Column("name", Words, primary_key=True),
    Column("secret", Text, nullable=False),
    Column("created", Moment, nullable=False),
    Index("youju_clients_secret", "kind", "secret"),
)

processes = Table(
    "youju_processes",
    metadata,
    Column("id", Id(32), primary_key=True),
    Column("place", Words, nullable=False),
    Column("task", Words, nullable=False),
    Column("seen", Moment, nullable=False),
)
