"""Opening the store's database: address, locks, migrations; every failure becomes words that name the remedy."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from qa.store_schema import VERSION_TABLE
from qa.turns import StoreError

_BUSY = 30
"""Seconds that a writer waits for another process before it gives up."""
_POSTGRES = "postgresql+psycopg"
_MIGRATING = threading.Lock()
"""Alembic's context is one for the whole process."""
_STEPS = Path(__file__).parent / "migrations"
_LOCK_KEY = 0x796F756A75
"""Of the advisory lock in PostgreSQL under which migrations run ("youju")."""


def sqlite_url(path: Path) -> str:
    """The URL of an SQLite file, whatever characters its path has."""
    return URL.create("sqlite", database=str(path)).render_as_string(hide_password=False)


def open_engine(url: str) -> Engine:
    """An engine whose tables are of this version; `connect` reads, `engine.execution_options(writes=True)` writes.

    Raises:
        StoreError: no such driver, cannot be reached, wrong password, not writable, made by a newer version, no UTF-8.
    """
    address = _address(url)
    sqlite = address.get_backend_name() == "sqlite"
    try:
        if sqlite:
            _file(address)
        engine = _sqlite(address) if sqlite else _postgres(address)
        with _alone(address), translated(address), engine.execution_options(writes=True).begin() as connection:
            _prepare(connection)
    except Timeout:
        raise StoreError(f"对话库 {name(address)} 正由另一个程序打开，等了 {_BUSY} 秒。请稍后重试。") from None
    except OSError as error:
        raise StoreError(f"打不开对话库 {name(address)}（{error.strerror or error}）。请换一个可以写的文件夹。") from None
    return engine


def _alone(address: URL) -> AbstractContextManager[Any]:
    """Nobody else opens the same SQLite file meanwhile: SQLite refuses at once, whatever the timeout, when two processes
    turn on the write-ahead log. PostgreSQL has a lock of its own, see `_prepare`."""
    return (
        FileLock(f"{address.database}.lock", timeout=_BUSY, mode=0o600)
        if address.get_backend_name() == "sqlite"
        else nullcontext()
    )


def name(address: URL) -> str:
    """What messages call it: without user, password and options."""
    if address.get_backend_name() == "sqlite":
        return address.database or ""
    port = f":{address.port}" if address.port else ""
    return f"postgresql://{address.host or ''}{port}/{address.database or ''}"


@contextmanager
def translated(address: URL) -> Iterator[None]:
    """Whatever the database reports becomes a StoreError with the remedy that fits."""
    try:
        yield
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().split("\n")[0]
        raise StoreError(f"对话库 {name(address)} 出错（{reason}）。{_remedy(reason)}") from error


def _remedy(reason: str) -> str:
    """Libraries give these cases one class; only the words tell them apart."""
    lower = reason.lower()
    return next((remedy for words, remedy in _REMEDIES if any(w in lower for w in words)), "请检查 YOUJU_STORE_URL。")


_REMEDIES = (
    (("password", "authentication", "no pg_hba", "role "), "请检查 YOUJU_STORE_URL 里的用户名和密码。"),
    (('database "', "does not exist"), "请先建立这个数据库：createdb -E UTF8 库名。"),
    (
        ("refused", "timeout", "resolve", "translate host", "unreachable", "closed", "terminating"),
        "请确认数据库服务已经启动、地址和端口正确，然后重试。",
    ),
    (("permission denied",), "请给这个用户建表和读写的权限。"),
    (("readonly", "read-only", "unable to open"), "请检查文件和文件夹的写权限，或换一个位置。"),
    (("disk is full", "no space", "disk i/o"), "磁盘可能满了或有故障，请腾出空间后重试。"),
    (("locked",), "另一个程序长时间占用它，请稍后重试。"),
    (("not a database", "malformed", "encrypted"), "文件已损坏或不是对话库，请用备份恢复，或移走它再启动。"),
    (("already exists",), "库里有同名的表，请换一个空的数据库。"),
)


def _address(url: str) -> URL:
    """Read the URL; it is never repeated in a message, for a password may stand in it."""
    try:
        address = make_url(url.strip())
    except (ArgumentError, ValueError):
        raise StoreError(f"YOUJU_STORE_URL 不是数据库地址。{_EXAMPLES}") from None
    if address.drivername in ("postgres", "postgresql"):
        address = address.set(drivername=_POSTGRES)
    if address.drivername not in ("sqlite", "sqlite+pysqlite", _POSTGRES):
        raise StoreError(f"YOUJU_STORE_URL 里的“{address.drivername}”不能用，只支持 SQLite 和 PostgreSQL。{_EXAMPLES}")
    if address.get_backend_name() == "sqlite" and (address.database or ":memory:").startswith((":memory:", "file:")):
        raise StoreError(f"YOUJU_STORE_URL 没有写文件名。{_EXAMPLES}不想保存对话请设 YOUJU_RECORD=0。")
    return address


_EXAMPLES = "请写成例如 sqlite:////var/lib/youju/youju.db 或 postgresql+psycopg://用户:密码@主机/库名。"


def _file(address: URL) -> None:
    """Make the file and its folder; only its user reads what people asked."""
    path = Path(str(address.database))
    if path.is_dir():
        raise StoreError(f"打不开对话库 {path}（是一个文件夹）。请写文件的路径。")
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _sqlite(address: URL) -> Engine:
    engine = create_engine(address, connect_args={"timeout": _BUSY, "check_same_thread": False}, pool_size=16)

    @event.listens_for(engine, "connect")
    def prepare(raw: Any, _record: Any) -> None:
        raw.isolation_level = None  # the driver would begin by itself, late and without the write lock
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A reader that turns writer may be refused at once instead of waiting: writers say so from the start.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgres(address: URL) -> Engine:
    wait = {} if "connect_timeout" in address.query else {"connect_timeout": 10}
    options = {"client_encoding": "utf8", **wait}
    return create_engine(address, connect_args=options, pool_pre_ping=True, pool_size=8, max_overflow=16)


def _prepare(connection: Connection) -> None:
    """Bring the tables to this version, in the caller's transaction; others who open at the same time wait."""
    if connection.dialect.name == "postgresql":
        encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
        if encoding != "UTF8":
            raise StoreError(f"数据库的编码是 {encoding}，存不了中文。请用 createdb -E UTF8 -T template0 库名 另建一个。")
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
    config = Config()
    config.set_main_option("script_location", str(_STEPS).replace("%", "%%"))
    config.attributes["connection"] = connection
    scripts = ScriptDirectory.from_config(config)
    known = {script.revision for script in scripts.walk_revisions()}
    found = set(MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_heads())
    if found - known:
        raise StoreError("对话库是由更新的版本建立的，这个版本读不了。请升级程序，或换一个 YOUJU_STORE_URL。")
    if found != set(scripts.get_heads()):
        with _MIGRATING:
            command.upgrade(config, "head")
