"""A real PostgreSQL of Debian's package for the tests: made in /tmp, reached by its socket, gone at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

USER, PASSWORD = "asker", "right-password"


@dataclass(frozen=True)
class Server:
    """One cluster; every test takes a database of its own."""

    folder: Path
    """Of its socket."""

    def url(self, database: str, password: str = PASSWORD, user: str = USER) -> str:
        return f"postgresql+psycopg://{user}:{password}@/{database}?host={self.folder}"

    def database(self, url: str) -> str:
        """The name in such a URL."""
        return url.split("/")[3].split("?", maxsplit=1)[0]

    def run(self, statement: str | sql.Composed, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run a statement as the owner of the cluster, outside a transaction."""
        with psycopg.connect(host=str(self.folder), dbname=database, user=USER, password=PASSWORD, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def create(self, options: str = "") -> str:
        """A new database's URL."""
        name = f"t{uuid4().hex}"
        self.run(sql.SQL("CREATE DATABASE {} " + options).format(sql.Identifier(name)))
        return self.url(name)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A running server. Without Debian's package `postgresql` the tests fail, they are never left out."""
    binaries = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="youju-pg-", dir="/tmp"))  # a socket's path holds about 100 characters
    owner = _owner(folder)
    secret = folder / "password"
    secret.write_text(PASSWORD, "utf-8")
    shutil.chown(secret, owner) if owner else None
    data, log = folder / "data", folder / "log"

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [binaries / program, *arguments], user=owner, cwd=folder, env=_environment(), capture_output=True, check=False
        )
        if done.returncode:
            told = log.read_text("utf-8", "replace") if log.exists() else ""
            pytest.fail(f"{program}: {done.stderr.decode('utf-8', 'replace')}{told}")

    try:
        made = ["-U", USER, "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        run("initdb", "-D", str(data), *made)
        options = f"-k {folder} -c listen_addresses= -c fsync=off -c max_connections=60"
        run("pg_ctl", "-D", str(data), "-w", "-l", str(log), "-o", options, "start")
        try:
            yield Server(folder)
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path:
    """Debian keeps the server's programs apart by version; elsewhere they are on the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    program = found[-1] if found else shutil.which("initdb")
    if program is None:
        pytest.fail("PostgreSQL is not installed; on Debian and Ubuntu: apt install postgresql")
    return Path(program).resolve().parent


def _owner(folder: Path) -> str | None:
    """The server refuses to run as root: then it runs as the package's user, or as nobody."""
    if os.getuid():
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    owner = "postgres" if "postgres" in names else "nobody"
    shutil.chown(folder, owner)
    return owner


def _environment() -> dict[str, str]:
    """Without PG* variables of the user, which would lead elsewhere."""
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
