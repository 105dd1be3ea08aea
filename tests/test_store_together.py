"""Many at once: threads, processes, two tabs, a process that is killed in the middle."""

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

import qa.store_open
from qa.store import Store, sqlite_url
from qa.turns import MissingError, StoreError

pytest_plugins = ["postgres", "stores"]

SPAWN = multiprocessing.get_context("spawn")
ANN = "page:ann"


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh_url(request, tmp_path):
    """Of a database without tables."""
    return sqlite_url(tmp_path / "a.db") if request.param == "sqlite" else request.getfixturevalue("postgres").create()


def _open_at_once(url, gate, found):
    gate.wait()
    try:
        store = Store(url)
        found.put(store.begin(ANN, "问", {}).number)
        store.close()
    except Exception as error:
        found.put(repr(error))


def test_processes_that_open_a_new_database_at_once_all_get_it(fresh_url):
    gate, found = SPAWN.Barrier(4), SPAWN.Queue()
    children = [SPAWN.Process(target=_open_at_once, args=(fresh_url, gate, found)) for _ in range(4)]
    for child in children:
        child.start()
    assert [found.get() for _ in children] == [1] * 4
    for child in children:
        child.join()
    store = Store(fresh_url)
    assert len(store.conversations(ANN)) == 4
    store.close()


def test_threads_that_open_a_new_database_at_once_all_get_it(fresh_url):
    with ThreadPoolExecutor(6) as pool:
        stores = list(pool.map(Store, [fresh_url] * 6))
    stores[0].begin(ANN, "问", {})
    assert all(len(s.conversations(ANN)) == 1 for s in stores)
    for store in stores:
        store.close()


def _ask(url, conversation, name, found):
    try:
        store = Store(url)

        def one(n):
            turn = store.begin(ANN, f"{name}-{n}", {}, conversation)
            store.update(turn.id, {"evidence": name})
            store.finish(turn.id, "done", {"text": f"{name}-{n}"})

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(one, range(12)))
        store.close()
        found.put("")
    except Exception as error:
        found.put(repr(error))


def test_tabs_in_several_processes_get_every_number_once(store, store_url):
    talk = store.begin(ANN, "一", {}).conversation
    found = SPAWN.Queue()
    children = [SPAWN.Process(target=_ask, args=(store_url, talk, name, found)) for name in "abc"]
    for child in children:
        child.start()
    assert [found.get() for _ in children] == ["", "", ""]
    for child in children:
        child.join()
    turns = store.conversation(talk, ANN).turns
    assert [t.number for t in turns] == list(range(1, 38))
    assert {t.question for t in turns[1:]} == {f"{name}-{n}" for name in "abc" for n in range(12)}
    assert all(t.record == {"text": t.question} for t in turns[1:])


def test_asking_editing_finishing_sharing_and_deleting_at_once_never_fails(store):
    talks = [store.begin(ANN, "一", {}).conversation for _ in range(3)]
    problems = []

    def busy(n):
        for step in range(10):
            talk = talks[(n + step) % 3]
            try:
                first = store.begin(ANN, f"{n}", {}, talk)
                store.begin(ANN, f"{n} 改", {}, talk, replaces=first.id)
                store.finish(first.id, "stopped", {"n": n})
                store.share(talk, ANN)
                store.rate(first.id, ANN, "up")
                if n == 0 and step == 5:
                    store.delete(talks[2], ANN)
            except MissingError:
                if talk != talks[2]:
                    problems.append("missing")
            except Exception as error:
                problems.append(repr(error))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(busy, range(8)))
    assert problems == []
    for talk in talks[:2]:
        numbers = [t.number for t in store.conversation(talk, ANN).turns]
        assert numbers == list(range(1, len(numbers) + 1))
    assert {c.id for c in store.conversations(ANN)} == set(talks[:2])


def test_a_writer_of_another_process_holds_up_no_reader_and_is_waited_for(tmp_path):
    store = Store(sqlite_url(tmp_path / "a.db"))
    turn = store.begin(ANN, "问", {})
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    other.execute("UPDATE youju_turns SET question = '改'")
    assert store.turn(turn.id).question == "问"
    waiting = threading.Thread(target=store.finish, args=(turn.id, "done", {"text": "答"}))
    waiting.start()
    assert store.turn(turn.id).status == "writing"
    other.execute("COMMIT")
    waiting.join()
    assert (store.turn(turn.id).question, store.turn(turn.id).status) == ("改", "done")
    store.close()


def test_a_writer_that_never_ends_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(qa.store_open, "_BUSY", 0.1)
    store = Store(sqlite_url(tmp_path / "a.db"))
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="请稍后重试"):
        store.begin(ANN, "问", {})
    other.execute("ROLLBACK")
    assert store.begin(ANN, "问", {}).number == 1
    store.close()


def test_a_full_disk_is_told_and_what_was_kept_stays(tmp_path):
    store = Store(sqlite_url(tmp_path / "a.db"))
    turn = store.begin(ANN, "问", {})
    with store._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 60")
    with pytest.raises(StoreError, match="腾出空间"):
        store.finish(turn.id, "done", {"text": "长" * 1_000_000})
    assert store.turn(turn.id).status == "writing"
    assert store.finish(turn.id, "done", {"text": "短"}).record == {"text": "短"}
    store.close()


_CHILD = """
import sys
from qa.store import Store
store = Store(sys.argv[1])
talk = None
while True:
    turn = store.begin("page:ann", "𠮷问题" * 50, {}, talk)
    talk = turn.conversation
    print(turn.id, flush=True)
    store.update(turn.id, {"evidence": turn.id})
    print(turn.id, flush=True)
"""


@pytest.mark.parametrize("lines", [1, 2, 25])
def test_nothing_that_was_asked_is_lost_when_the_process_is_killed(store_url, lines):
    started = datetime.now(UTC)
    child = subprocess.Popen([sys.executable, "-c", _CHILD, store_url], stdout=subprocess.PIPE, text=True)
    seen = [child.stdout.readline().strip() for _ in range(lines)]
    os.kill(child.pid, signal.SIGKILL)
    seen += child.stdout.read().split()
    assert child.wait() == -signal.SIGKILL
    store = Store(store_url)
    for asked in set(seen):
        turn = store.turn(asked)
        assert (turn.question, turn.status) == ("𠮷问题" * 50, "writing")
        assert turn.created > started
        if seen.count(asked) == 2:
            assert turn.record == {"evidence": asked}
    talk = store.turn(seen[0]).conversation
    numbers = [t.number for t in store.conversation(talk, ANN).turns]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= len(set(seen))
    assert store.interrupted() == len(numbers)
    assert store.begin(ANN, "再问", {}, talk).number == len(numbers) + 1
    store.close()
