"""Several processes on one store: the turns of a living one go on, those of a dead one are given up."""

import logging
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from serving import until
from sqlalchemy import insert, select, update

from qa import store_processes
from qa.store import Store
from qa.store_schema import processes
from qa.turns import StoreError

pytest_plugins = ["postgres", "stores"]

ANN = "page:ann"
_CHILD = """
import sys
from qa.store import Store
store = Store(sys.argv[1])
store.enlist()
turn = store.begin("page:ann", "问", {})
store.update(turn.id, {"evidence": [1]})
print(turn.id, flush=True)
sys.stdin.readline()
store.finish(turn.id, "done", {"text": "答"})
turn = store.begin("page:ann", "又问", {})
print(turn.id, flush=True)
sys.stdin.readline()
store.close()
"""


@pytest.fixture
def child(store_url):
    """Another process that answers with the same store; it has printed the id of the turn that it writes."""
    command = [sys.executable, "-c", _CHILD, store_url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def rows(store):
    with store._read() as connection:
        return {row.id: row for row in connection.execute(select(processes))}


def elsewhere(store, name, **ago):
    """As if a process were one of another machine, which told so long ago that it lives."""
    with store._write() as connection:
        values = {"place": "another machine", "seen": datetime.now(UTC) - timedelta(**ago)}
        connection.execute(update(processes).where(processes.c.id == name).values(values))


def test_a_living_process_goes_on_and_a_killed_ones_turn_is_given_up(store, child):
    turn = child.stdout.readline().strip()
    assert store.enlist() == 0
    assert store.turn(turn).status == "writing"
    child.stdin.write("\n")
    child.stdin.flush()
    cut = child.stdout.readline().strip()
    assert store.turn(turn).record == {"text": "答"}
    assert len(rows(store)) == 2
    child.send_signal(signal.SIGKILL)
    until(lambda: store.interrupted() == 1)  # nobody has waited for it yet: it is a zombie
    assert (store.turn(turn).status, store.turn(cut).status) == ("done", "stopped")
    assert "没有写完" in store.turn(cut).problem
    assert list(rows(store)) == [store.process]
    assert store.interrupted() == 0


def test_a_process_that_ends_well_leaves_no_row_and_its_turns_are_given_up(store, child):
    turn = child.stdout.readline().strip()
    child.communicate("\n\n", timeout=30)
    assert child.returncode == 0
    assert rows(store) == {}
    assert store.enlist() == 1
    assert store.turn(turn).status == "done"


def test_of_another_machine_is_dead_who_has_told_nothing_for_a_minute(store, store_url):
    store.enlist()
    other = Store(store_url)
    other.enlist()
    turn = other.begin(ANN, "问", {})
    other.update(turn.id, {"evidence": [1]})
    elsewhere(store, other.process, seconds=50)
    assert store.interrupted() == 0
    elsewhere(store, other.process, seconds=70)
    assert store.interrupted() == 1
    kept = store.turn(turn.id)
    assert (kept.status, kept.record) == ("stopped", {"evidence": [1]})
    other._beat()  # it lived after all: the machine slept
    assert set(rows(store)) == {store.process, other.process}
    assert other.finish(turn.id, "done", {"text": "答"}).status == "done"
    assert other.begin(ANN, "问", {}).status == "writing"
    assert store.interrupted() == 0
    other.close()


def test_a_process_of_this_machine_lives_however_long_it_slept(store, store_url):
    other = Store(store_url)
    other.enlist()
    other.begin(ANN, "问", {})
    with store._write() as connection:
        connection.execute(update(processes).values(seen=datetime.now(UTC) - timedelta(days=1)))
    assert store.enlist() == 0
    other.close()


@pytest.mark.parametrize("task", [f"{os.getpid()} 1", "4194305 1"])
def test_a_number_that_was_given_again_and_one_that_nobody_has_are_dead(store, task):
    store.enlist()
    with store._write() as connection:
        row = {"id": "old", "place": store_processes._place(), "task": task, "seen": datetime.now(UTC)}
        connection.execute(insert(processes).values(row))
    assert store.interrupted() == 0
    assert list(rows(store)) == [store.process]


def test_where_the_system_does_not_tell_processes_apart_the_minute_decides(store, store_url, monkeypatch):
    monkeypatch.setattr(store_processes, "_place", lambda: "")
    monkeypatch.setattr(store_processes, "_task", lambda number: "0")
    other = Store(store_url)
    other.enlist()
    other.begin(ANN, "问", {})
    assert store.enlist() == 0
    with store._write() as connection:
        connection.execute(update(processes).values(seen=datetime.now(UTC) - timedelta(seconds=70)))
    assert store.interrupted() == 1
    other.close()


def test_what_was_asked_before_processes_were_told_apart_is_given_up(store):
    old, done = store.begin(ANN, "旧", {}), store.begin(ANN, "完", {})
    store.finish(done.id, "done", {})
    assert store.enlist() == 1
    new = store.begin(ANN, "新", {})
    assert store.enlist() == 0
    assert [store.turn(t.id).status for t in (old, done, new)] == ["stopped", "done", "writing"]


def test_a_living_process_tells_so_and_looks_after_the_turns_of_dead_ones(store, store_url, monkeypatch, caplog):
    monkeypatch.setattr(store_processes, "_BEAT", 0.02)
    caplog.set_level(logging.INFO, "youju")
    store.enlist()
    first = rows(store)[store.process].seen
    until(lambda: rows(store)[store.process].seen > first)
    turn = Store(store_url).begin(ANN, "问", {})
    until(lambda: store.turn(turn.id).status == "stopped")
    until(lambda: [r.fields for r in caplog.records if r.message == "interrupted"] == [{"turns": 1}])


def test_a_heart_that_fails_once_beats_on(store, monkeypatch, caplog):
    monkeypatch.setattr(store_processes, "_BEAT", 0.02)
    beat, failures = store._beat, iter([StoreError("磁盘满了。")])

    def failing():
        beat()
        for error in failures:
            raise error

    store.enlist()
    monkeypatch.setattr(store, "_beat", failing)
    until(lambda: any(r.message == "heartbeat failed" for r in caplog.records))
    seen = rows(store)[store.process].seen
    until(lambda: rows(store)[store.process].seen > seen)


def test_closing_stops_the_heart(store_url):
    store = Store(store_url)
    store.enlist()
    heart = store._heart
    store.close()
    heart.join(5)
    assert not heart.is_alive()
