"""Who may use the API and the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from qa import store_secrets
from qa.store_base import Base, now
from qa.store_schema import clients
from qa.store_secrets import Kind
from qa.turns import MissingError, StoreError


@dataclass(frozen=True, slots=True)
class Client:
    """Who may use the API ("key") or the page ("user"); nobody can read the secret again."""

    kind: Kind
    name: str
    created: datetime


class Clients(Base):
    """The part of the store that knows programs by their keys and people by their passwords."""

    def add_client(self, kind: Kind, name: str, secret: str | None = None) -> str:
        """Let a program ("key") or a person ("user") in; the secret, which only its hash is kept of.

        Args:
            secret: the person's password; None: a new key of 256 random bits.

        Raises:
            StoreError: the name is taken or not usable, the secret too short.
        """
        given = store_secrets.new_key() if secret is None else secret
        kept, name = store_secrets.hashed(kind, given), store_secrets.checked_name(name)
        row = {"kind": kind, "name": name, "secret": kept, "created": now()}
        try:
            with self._write() as connection:
                connection.execute(insert(clients).values(row))
        except StoreError as error:
            if isinstance(error.__cause__, IntegrityError):
                raise StoreError(f"“{name}”已经有了。请换一个名称，或先撤销它。") from None
            raise
        return given

    def client(self, kind: Kind, secret: str, name: str = "") -> Client | None:
        """Who has this key, or the person of this name if it is the password; None: nobody."""
        by_name = clients.c.name == store_secrets.clean_name(name)
        wanted = clients.c.secret == store_secrets.key_hash(secret) if kind == "key" else by_name
        with self._read() as connection:
            row = connection.execute(select(clients).where(clients.c.kind == kind, wanted)).first()
        if kind == "user":
            right = store_secrets.matches(row.secret if row else None, secret)
        else:
            right = row is not None and store_secrets.same(row.secret, store_secrets.key_hash(secret))
        return Client(kind, row.name, row.created) if row is not None and right else None

    def clients(self, kind: Kind) -> list[Client]:
        """All of a kind, by name."""
        with self._read() as connection:
            rows = connection.execute(select(clients).where(clients.c.kind == kind).order_by(clients.c.name)).all()
        return [Client(kind, row.name, row.created) for row in rows]

    def revoke(self, kind: Kind, name: str) -> None:
        """From now on it lets nobody in. Raises MissingError for a name that is not there."""
        wanted = clients.c.name == store_secrets.clean_name(name)
        with self._write() as connection:
            gone = connection.execute(delete(clients).where(clients.c.kind == kind, wanted)).rowcount
        if not gone:
            raise MissingError(f"没有名为“{name}”的{'密钥' if kind == 'key' else '用户'}。请先列出已有的名称。")
