"""Opening the store: folders and files, addresses that cannot be opened, migrations."""

import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import tomllib
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg import sql

import qa.store_open
from qa.store import Store, sqlite_url
from qa.store_open import open_engine
from qa.store_schema import VERSION_TABLE, metadata
from qa.turns import StoreError

pytest_plugins = ["postgres", "stores"]

ROOT = Path(__file__).parent.parent
LAST = "0002"
"""The newest of the migrations."""


def told(url):
    """What a user reads when it cannot be opened."""
    with pytest.raises(StoreError) as error:
        Store(url)
    text = str(error.value)
    assert "secret" not in text
    assert "Traceback" not in text
    return text


@contextmanager
def as_nobody():
    """Root may write everywhere."""
    if os.getuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def public():
    """A folder that others may enter."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_the_file_and_its_folders_are_made_for_their_user_alone(tmp_path):
    path = tmp_path / "新 文件夹" / "a" / "50%的 库?#.db"
    Store(sqlite_url(path)).close()
    assert path.exists()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_relative_path_is_taken_from_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Store("sqlite:///kept/here.db").close()
    assert (tmp_path / "kept" / "here.db").exists()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "不是数据库地址"),
        ("a secret place", "不是数据库地址"),
        ("postgresql://asker:secret@host:port/db", "不是数据库地址"),
        ("mysql://asker:secret@127.0.0.1/db", "“mysql”不能用，只支持 SQLite 和 PostgreSQL"),
        ("postgresql+psycopg2://asker:secret@127.0.0.1/db", "“postgresql.psycopg2”不能用"),
        ("sqlite+aiosqlite:///secret.db", "“sqlite.aiosqlite”不能用"),
        ("sqlite://", "没有写文件名"),
        ("sqlite:///:memory:", "YOUJU_RECORD=0"),
        ("sqlite:///file:secret?mode=memory&uri=true", "没有写文件名"),
        ("sqlite:////proc/none/a.db", "请换一个可以写的文件夹"),
        ("sqlite:////etc/hostname/a.db", "请换一个可以写的文件夹"),
        ("sqlite:////tmp", "是一个文件夹"),
        ("postgres://asker:secret@127.0.0.1:1/db", "postgresql://127.0.0.1:1/db 出错.*请确认数据库服务已经启动"),
        ("postgresql://asker:secret@127.0.0.1:1/db?password=secret&nonsense=1", "postgresql://127.0.0.1:1/db 出错"),
    ],
)
def test_an_address_that_cannot_be_opened_is_told_with_its_remedy(url, words):
    assert re.search(words, told(url))


def test_a_file_that_is_no_database_is_left_alone(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("我的笔记\n" * 500, "utf-8")
    assert "不是对话库" in told(sqlite_url(path))
    assert path.read_text("utf-8") == "我的笔记\n" * 500


def test_a_folder_that_cannot_be_written_is_told(public):
    with as_nobody():
        assert "写" in told(sqlite_url(public / "a.db"))
    assert list(public.iterdir()) == []


def test_a_file_that_cannot_be_written_is_told(public):
    path = public / "a.db"
    Store(sqlite_url(path)).close()
    path.chmod(0o444)
    with as_nobody():
        assert "写" in told(sqlite_url(path))


def test_what_postgresql_refuses_is_told_with_its_remedy(postgres):
    assert "用户名和密码" in told(postgres.url("postgres", password="secret"))
    assert "用户名和密码" in told(postgres.url("postgres", user="nobody", password="secret"))
    assert "createdb -E UTF8" in told(postgres.url("not_there"))
    url = postgres.create("ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    assert "LATIN1" in told(url)
    postgres.run("CREATE ROLE reader LOGIN PASSWORD 'secret'")
    allowed = postgres.url(postgres.database(postgres.create()), user="reader", password="secret")
    assert "请给这个用户建表和读写的权限" in told(allowed)


def test_a_database_of_a_newer_version_is_refused_and_left_as_it_is(store_url, request, tmp_path):
    Store(store_url).close()
    try:
        _run(request, store_url, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
        assert "升级程序" in told(store_url)
        assert _run(request, store_url, f"SELECT version_num FROM {VERSION_TABLE}") == [("9999",)]
    finally:
        _run(request, store_url, f"UPDATE {VERSION_TABLE} SET version_num = '{LAST}'")


def test_tables_of_another_program_in_the_database_do_not_matter(postgres, tmp_path):
    url = postgres.create()
    for statement in (
        "CREATE TABLE alembic_version (version_num text)",
        "INSERT INTO alembic_version VALUES ('x')",
        "CREATE TABLE conversations (a int)",
        "CREATE TABLE turns (a int)",
    ):
        postgres.run(statement, postgres.database(url))
    store = Store(url)
    assert store.turn(store.begin("a", "问", {}).id).question == "问"
    store.close()


def test_the_tables_are_those_that_the_migrations_make(store_url):
    engine = open_engine(store_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


@pytest.fixture
def steps(tmp_path, monkeypatch):
    """The migrations with one more step, whose body is given."""
    folder = Path(shutil.copytree(qa.store_open._STEPS, tmp_path / "steps 1%"))
    monkeypatch.setattr(qa.store_open, "_STEPS", folder)

    def add(body):
        path = folder / "versions" / "v9000_next.py"
        path.write_text(
            "import sqlalchemy as sa\nfrom alembic import op\n"
            f"revision = '9000'\ndown_revision = '{LAST}'\n\n\ndef upgrade():\n" + "".join(f"    {line}\n" for line in body),
            "utf-8",
        )

    return add


def _run(request, url, statement):
    if url.startswith("sqlite"):
        with sqlite3.connect(open_engine_path(url)) as connection:
            return connection.execute(statement).fetchall()
    server = request.getfixturevalue("postgres")
    return server.run(sql.SQL(statement), server.database(url))


def open_engine_path(url):
    from sqlalchemy.engine import make_url

    return make_url(url).database


@pytest.fixture
def fresh_url(request, tmp_path):
    """A new database of the kind that `param` names."""
    return sqlite_url(tmp_path / "a.db") if request.param == "sqlite" else request.getfixturevalue("postgres").create()


BOTH = pytest.mark.parametrize("fresh_url", ["sqlite", "postgresql"], indirect=True)


@BOTH
def test_an_older_database_is_brought_up_to_date_with_what_it_holds(fresh_url, steps, request):
    old = Store(fresh_url)
    turn = old.begin("a", "旧问题", {})
    old.close()
    steps(["op.add_column('youju_turns', sa.Column('more', sa.Text))", "op.execute(\"UPDATE youju_turns SET more = 'x'\")"])
    new = Store(fresh_url)
    assert new.turn(turn.id).question == "旧问题"
    new.close()
    assert _run(request, fresh_url, "SELECT more FROM youju_turns") == [("x",)]
    assert _run(request, fresh_url, f"SELECT version_num FROM {VERSION_TABLE}") == [("9000",)]


@BOTH
def test_a_database_of_the_first_version_is_brought_up_to_date(fresh_url, request, tmp_path, monkeypatch):
    first = Path(shutil.copytree(qa.store_open._STEPS, tmp_path / "first"))
    for path in (first / "versions").glob("v*.py"):
        path.unlink() if path.name != "v0001_first.py" else None
    with monkeypatch.context() as then:
        then.setattr(qa.store_open, "_STEPS", first)
        open_engine(fresh_url).dispose()
    when, columns = (
        "'2026-03-01 12:00:00.000000'",
        "id, conversation, number, question, status, created, filters, earlier, problem, reason",
    )
    for table, values in (
        ("youju_conversations (id, owner, title, created, updated)", f"'c', 'a', '题', {when}, {when}"),
        (
            f"youju_turns ({columns}, record)",
            f"'t', 'c', 1, '旧问题', 'done', {when}, '{{}}', '[]', '', '', '{{\"text\":\"答\"}}'",
        ),
        (f"youju_turns ({columns})", f"'u', 'c', 2, '没答完', 'writing', {when}, '{{}}', '[]', '', ''"),
        ("youju_shares (token, conversation, title, turns, created)", f"'s', 'c', '题', '[\"t\"]', {when}"),
    ):
        _run(request, fresh_url, f"INSERT INTO {table} VALUES ({values})")
    store = Store(fresh_url)
    assert store.enlist() == 1
    assert [(t.question, t.status, t.record) for t in store.conversation("c", "a").turns] == [
        ("旧问题", "done", {"text": "答"}),
        ("没答完", "stopped", None),
    ]
    assert [t.id for t in store.shared("s").turns] == ["t"]
    assert store.begin("a", "新问题", {}, "c").number == 3
    store.close()


@BOTH
def test_a_step_that_fails_changes_nothing(fresh_url, steps, request):
    old = Store(fresh_url)
    turn = old.begin("a", "旧问题", {})
    old.close()
    steps(["op.create_table('youju_more', sa.Column('a', sa.Text))", "op.drop_table('youju_turns')", "op.execute('nonsense')"])
    assert "nonsense" in told(fresh_url)
    assert _run(request, fresh_url, f"SELECT version_num FROM {VERSION_TABLE}") == [(LAST,)]
    with pytest.raises(Exception, match="youju_more"):
        _run(request, fresh_url, "SELECT * FROM youju_more")
    steps(["pass"])
    again = Store(fresh_url)
    assert again.turn(turn.id).question == "旧问题"
    again.close()


def test_migrations_need_neither_the_source_folder_nor_an_alembic_ini(tmp_path):
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = nowhere\n", "utf-8")
    code = f"from qa.store import Store; s = Store({sqlite_url(tmp_path / 'a.db')!r}); print(s.begin('a', 'b', {{}}).number)"
    done = subprocess.run([sys.executable, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_the_package_ships_every_step():
    """setuptools takes only the folders that are named."""
    named = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["packages"]
    folders = {".".join(p.relative_to(ROOT).parent.parts) for p in (ROOT / "qa").rglob("*.py")}
    assert folders <= set(named)
