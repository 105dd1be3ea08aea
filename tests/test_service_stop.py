"""Answers that are stopped, left or cut off, and the service as a whole: closing, a broken store, meters, memory."""

import threading
import time

import pytest
from fakes import ScriptedWriter
from serving import QUESTION, REPLY, HeldWriter, finished, service, until

from qa.meters import Meters
from qa.records import QuestionError
from qa.service_events import Finished, Found, Said, Started
from qa.turns import BusyError, MissingError, StoreError

pytest_plugins = ["services"]
pytestmark = pytest.mark.usefixtures("answerable")


# --- stopping ---------------------------------------------------------------------


def test_stopping_frees_the_writer_and_keeps_the_evidence(make):
    writer = HeldWriter()
    made = make(writer, slots=1)
    job = made.ask(QUESTION, "me")
    writer.until(writing=1)
    after = made.ask(QUESTION, "you")
    writer.let()
    stream = job.events()
    while not isinstance(next(stream), Said):
        pass
    job.stop("够了。")
    *_, last = stream
    assert (last.turn.status, last.turn.problem) == ("stopped", "够了。")
    assert last.turn.record["evidence"]
    assert "text" not in last.turn.record
    writer.let()
    writer.until(closed=1, begun=2)
    writer.let_all()
    assert finished(after).status == "done"
    assert made.turn(job.turn.id, "me").status == "stopped"


def test_an_answer_whose_writer_has_not_begun_to_write_is_stopped_too(make):
    began, closed = threading.Event(), threading.Event()

    class Reading(ScriptedWriter):
        """Reads its prompt for ever."""

        def stream(self, messages, max_tokens):
            began.set()
            try:
                while True:
                    time.sleep(0.01)
                    yield ""
            finally:
                closed.set()

    made = make(Reading(), slots=1)
    job = made.ask(QUESTION, "me")
    assert began.wait(20)
    job.stop()
    assert closed.wait(20)
    until(lambda: made.line.held == 0)
    assert not [event for event in job.events() if isinstance(event, Said)]


def test_stopping_in_line_gives_the_place_to_the_next(make, monkeypatch):
    monkeypatch.setattr("qa.service_job._GLANCE", 1000.0)  # nobody finds out by looking now and then
    writer = HeldWriter()
    made = make(writer, slots=1)
    made.ask(QUESTION, "a")
    writer.until(writing=1)
    second = made.ask(QUESTION, "b")
    until(lambda: made.line.length == 1)
    third = made.ask(QUESTION, "c")
    until(lambda: made.line.length == 2)
    second.stop()
    assert finished(second).problem == "已停止。"
    until(lambda: made.line.length == 1)
    writer.let_all()
    assert finished(third).status == "done"
    assert writer.begun == 2


def test_a_finished_answer_cannot_be_stopped(make):
    made = make(ScriptedWriter(REPLY))
    job = made.ask(QUESTION, "me")
    turn = finished(job)
    job.stop()
    assert job.turn == turn == made.turn(turn.id, "me")


def test_the_answer_stops_when_its_last_follower_leaves(make):
    writer = HeldWriter()
    made = make(writer)
    job = made.ask(QUESTION, "me")
    one, other = job.events(), job.events()
    writer.until(writing=1)
    one.close()
    writer.let()
    while not isinstance(next(other), Said):
        pass
    assert not job.done
    other.close()
    until(lambda: job.done)
    writer.let()
    writer.until(closed=1)
    assert "离开" in made.turn(job.turn.id, "me").problem


def test_a_follower_that_comes_back_in_time_finds_the_answer_going_on(make):
    writer = HeldWriter()
    job = make(writer).ask(QUESTION, "me", linger=30)
    writer.until(writing=1)
    job.events().close()
    back = job.events()
    writer.let_all()
    *_, last = back
    assert last.turn.status == "done"


def test_a_follower_that_is_forgotten_counts_as_gone(make):
    writer = HeldWriter()
    job = make(writer).ask(QUESTION, "me")
    writer.until(writing=1)
    stream = job.events()
    next(stream)
    del stream
    until(lambda: job.done)
    writer.let()


def test_an_answer_that_nobody_follows_is_finished(make):
    made = make(ScriptedWriter(REPLY))
    job = made.ask(QUESTION, "me")
    until(lambda: job.done)
    assert made.turn(job.turn.id, "me").status == "done"


def test_silence_is_told(make):
    writer = HeldWriter()
    job = make(writer).ask(QUESTION, "me")
    writer.until(writing=1)
    stream = job.events(patience=0.01)
    assert [type(next(stream)) for _ in range(2)] == [Started, Found]
    assert next(stream) is None
    writer.let_all()
    assert isinstance(list(stream)[-1], Finished)


# --- the service as a whole ---------------------------------------------------------


def test_closing_lets_answers_finish_and_takes_no_more(make):
    writer = HeldWriter()
    made = make(writer, slots=1)
    job = made.ask(QUESTION, "me")
    writer.until(writing=1)
    thread = threading.Thread(target=made.close, args=(30,))
    thread.start()
    until(lambda: made.closing)
    with pytest.raises(BusyError, match="关闭"):
        made.ask(QUESTION, "me")
    writer.let_all()
    thread.join(20)
    assert made.turn(job.turn.id, "me").status == "done"


def test_closing_stops_what_takes_too_long(make):
    writer = HeldWriter()
    made = make(writer, slots=1)
    jobs = [made.ask(QUESTION, "me") for _ in range(2)]
    writer.until(writing=1)
    until(lambda: made.line.length == 1)
    threading.Timer(0.1, writer.let_all).start()
    made.close(0)
    assert {made.turn(job.turn.id, "me").status for job in jobs} == {"stopped"}
    assert made.running == 0


def test_what_an_earlier_process_left_is_marked_as_stopped(index, settings, talks):
    turn = talks.begin("me", QUESTION, {})
    service(index, settings, ScriptedWriter(), talks)
    kept = talks.turn(turn.id)
    assert kept.status == "stopped"
    assert kept.problem


def test_an_answer_is_given_even_when_the_store_fails_meanwhile(index, settings, talks, monkeypatch):
    made = service(index, settings, ScriptedWriter(REPLY), talks)

    def broken(*_, **__):
        raise StoreError("磁盘满了。")

    for name in ("update", "finish", "keep_document"):
        monkeypatch.setattr(talks, name, broken)
    turn = finished(made.ask(QUESTION, "me"))
    assert turn.status == "done"
    assert turn.record["citations"]
    assert turn.record["documents"] == {}


def test_meters_are_told_what_happens(index, settings):
    writer, meters = HeldWriter(piece=5), Meters()
    made = service(index, settings, writer, slots=1, waiting=1)
    made.meters = meters
    first = made.ask(QUESTION, "me")
    writer.until(writing=1)
    second = made.ask(QUESTION, "me")
    until(lambda: b"youju_waiting 1.0" in meters.text())
    assert b"youju_running 2.0" in meters.text()
    for ask, error in ((QUESTION, BusyError), ("？", QuestionError)):
        with pytest.raises(error):
            made.ask(ask, "me")
    with pytest.raises(MissingError):
        made.ask(QUESTION, "me", "unknown")
    writer.let_all()
    assert [finished(job).status for job in (first, second)] == ["done", "done"]
    until(lambda: b"youju_running 0.0" in meters.text())
    until(lambda: f"youju_tokens_total {2 * -(-len(REPLY) // 5)}.0".encode() in meters.text())
    text = meters.text().decode()
    assert "youju_waiting 0.0" in text
    assert 'youju_answers_total{outcome="written"} 2.0' in text
    for reason in ("busy", "question", "missing"):
        assert f'youju_refusals_total{{reason="{reason}"}} 1.0' in text


def test_deleting_a_conversation_stops_what_is_written_in_it(index, settings, talks):
    writer = HeldWriter()
    made = service(index, settings, writer, talks)
    job = made.ask(QUESTION, "me")
    writer.until(writing=1)
    talks.delete(job.turn.conversation, "me")
    made.drop(job.turn.conversation)
    assert finished(job).status == "stopped"
    writer.let()
    writer.until(closed=1)
    with pytest.raises(MissingError):
        made.turn(job.turn.id, "me")


def test_a_store_that_does_not_take_the_question_gives_the_place_back(index, settings, talks, monkeypatch):
    made = service(index, settings, ScriptedWriter(REPLY), talks)
    monkeypatch.setattr(talks, "begin", lambda *_, **__: (_ for _ in ()).throw(StoreError("磁盘满了。")))
    with pytest.raises(StoreError):
        made.ask(QUESTION, "me")
    assert made.line.held == 0


def test_only_a_bounded_number_of_finished_answers_stays_in_memory(make, monkeypatch):
    monkeypatch.setattr("qa.service._REMEMBERED", 2)
    made = make(ScriptedWriter(*[REPLY] * 6))
    ids = []
    for _ in range(6):
        job = made.ask(QUESTION, "me")
        finished(job)
        until(lambda job=job: job.done)
        ids.append(job.turn.id)
    assert [made.job(i) is not None for i in ids] == [False, False, False, True, True, True]
