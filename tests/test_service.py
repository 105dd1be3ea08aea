"""Questions from everybody at once: evidence first for all, a fair line before the writer, everything kept."""

import threading
from dataclasses import replace

import pytest
from fakes import ScriptedWriter
from hits import clause
from serving import ABROAD, QUESTION, REPLY, HeldWriter, service, until

from corpus.repair import repair
from qa import refusal, wire
from qa.meters import Meters
from qa.records import QuestionError
from qa.service_documents import digest
from qa.service_events import Failed, Finished, Found, Said, Started, Waiting
from qa.store import Store
from qa.store import digest as store_digest
from qa.turns import BusyError, MissingError, StoreError
from qa.writer import WriterError


@pytest.fixture(autouse=True)
def _answerable(monkeypatch):
    monkeypatch.setattr(refusal, "answerable", lambda *_: 1.0)


@pytest.fixture
def store(tmp_path):
    made = Store(f"sqlite:///{tmp_path / 'talk.db'}")
    yield made
    made.close()


@pytest.fixture(params=["kept", "in memory"])
def make(request, index, settings, tmp_path):
    opened = []

    def made(writer, **more):
        kept = None
        if request.param == "kept":
            kept = Store(f"sqlite:///{tmp_path / 'talk.db'}")
            opened.append(kept)
        return service(index, settings, writer, kept, **more)

    yield made
    for kept in opened:
        kept.close()


def finished(job):
    *_, last = job.events()
    return last.turn


# --- one question --------------------------------------------------------------


def test_events_come_in_order_and_the_last_holds_what_is_kept(make):
    made = make(ScriptedWriter(REPLY))
    job = made.ask(QUESTION, "me")
    events = list(job.events())
    assert isinstance(events[0], Started)
    assert isinstance(events[1], Found)
    assert {type(e) for e in events[2:-1]} == {Said}
    turn = events[-1].turn
    assert isinstance(events[-1], Finished)
    assert turn.status == "done"
    assert turn.record["citations"][0]["verdict"] == "verified"
    assert (turn.record["id"], turn.record["conversation"]) == (turn.id, turn.conversation)
    assert made.turn(turn.id, "me") == turn
    assert events[1].record.keys() == {"standalone", "evidence", "id", "conversation", "documents"}


def test_every_follower_gets_all_events_also_after_the_end(make):
    job = make(ScriptedWriter(REPLY)).ask(QUESTION, "me")
    first = list(job.events())
    assert list(job.events()) == first
    assert make(ScriptedWriter()).job("nothing") is None


def test_the_record_is_the_answers_json_with_its_ids_and_documents(make):
    made = make(ScriptedWriter(REPLY, REPLY))
    *_, answer = made.assistant.ask(QUESTION)
    record = finished(made.ask(QUESTION, "me")).record
    own = {"id", "conversation", "documents", "timings"}
    assert {k: v for k, v in record.items() if k not in own} == {
        k: v for k, v in wire.answer_json(answer).items() if k not in own
    }


def test_what_is_cited_or_shown_can_be_read_from_the_kept_text(make):
    made = make(ScriptedWriter(REPLY))
    record = finished(made.ask(QUESTION, "me")).record
    assert {p["document"] for p in record["evidence"]} <= record["documents"].keys()
    for citation in record["citations"]:
        kept = made.keeper.document(record["documents"][citation["document"]])
        assert kept["text"][citation["start"] : citation["end"]] == citation["quote"]
        outline = {c["clause"]: c for c in kept["clauses"]}
        assert outline[citation["clause"]]["address"] == citation["address"]


def test_a_digest_is_the_stores_and_of_all_that_is_kept(make):
    made = make(ScriptedWriter(REPLY))
    record = finished(made.ask(QUESTION, "me")).record
    for name, found in record["documents"].items():
        snapshot = made.documents.snapshot(name)
        assert found == digest(snapshot) == store_digest(snapshot)
        assert found != digest(snapshot | {"clauses": snapshot["clauses"][1:]})


def test_repairs_are_told_where_they_stand_in_the_kept_text():
    raw = "\ufeff标题\r\n\r\n\r\n\r\n\r\n一、要求。 二、补贴：每张床位１万元，\r\n另加２万元.\r\n"
    text, edits = repair(raw)
    document = replace(clause("一、要求\n甲。\n").document, text=text, edits=edits)
    told = wire.edits_json(document)
    found = {e["after"]: text[e["start"] : e["end"]] for e in told if e["after"].strip()}
    assert found == {"1": "1", "2": "2"}
    for edit in told:
        if "另起一行" in edit["reason"]:
            assert text[edit["start"] - 1 : edit["end"] + 1] == "。\n二"
    assert any("另起一行" in e["reason"] for e in told)
    assert max(e["end"] for e in told) <= len(text)


def test_the_kept_question_is_clean(make):
    made = make(ScriptedWriter(REPLY))
    turn = finished(made.ask(f"\x00{QUESTION}\u200b", "me", earlier=["先前\x00的问题"]))
    assert turn.question == QUESTION
    assert made.turn(turn.id, "me").earlier == ("先前的问题",)


def test_impossible_questions_leave_nothing_behind(make):
    made = make(ScriptedWriter())
    with pytest.raises(QuestionError):
        made.ask("？", "me")
    assert made.line.held == 0


def test_a_failing_writer_still_answers_with_the_clauses_words(make):
    turn = finished(make(ScriptedWriter(WriterError("断开了"))).ask(QUESTION, "me"))
    assert (turn.status, turn.record["failure"], turn.record["extractive"]) == ("done", "断开了", True)


def test_a_fault_of_ours_is_told_without_its_words_and_the_evidence_stays(make):
    made = make(ScriptedWriter(RuntimeError("secret path /etc")))
    *_, last = made.ask(QUESTION, "me").events()
    assert isinstance(last, Failed)
    assert (last.problem["status"], last.problem["type"]) == (500, "urn:youju:problem:internal")
    assert "secret" not in str(last.problem)
    turn = made.turn(next(iter(made._jobs)), "me")
    assert (turn.status, turn.problem) == ("failed", last.problem["detail"])
    assert turn.record["evidence"]
    until(lambda: made.line.held == 0)


# --- conversations --------------------------------------------------------------


def test_a_follow_up_is_read_with_the_questions_before_it(make):
    made = make(ScriptedWriter(REPLY, "不低于60%。"))
    first = finished(made.ask("到2022年江东省护理型床位占比是多少？", "me"))
    second = finished(made.ask("那2025年呢？", "me", first.conversation))
    assert second.record["standalone"] == "到2025年江东省护理型床位占比是多少？"
    assert (second.conversation, second.number) == (first.conversation, 2)


def test_a_replaced_question_and_what_follows_it_no_longer_count(make):
    made = make(ScriptedWriter(*[REPLY] * 4))
    first = finished(made.ask("到2022年江东省护理型床位占比是多少？", "me"))
    old = finished(made.ask(QUESTION, "me", first.conversation))
    finished(made.ask("由谁负责？", "me", first.conversation))
    new = finished(made.ask("那2025年呢？", "me", replaces=old.id))
    assert new.record["standalone"] == "到2025年江东省护理型床位占比是多少？"
    shown = made.keeper.conversation(first.conversation, "me").turns
    assert [t.id for t in shown] == [first.id, new.id]
    assert [t.number for t in shown] == [1, 2]


def test_a_program_may_bring_the_conversation_itself(make):
    made = make(ScriptedWriter(REPLY))
    turn = finished(made.ask("那2025年呢？", "me", earlier=["到2022年江东省护理型床位占比是多少？"]))
    assert turn.record["standalone"] == "到2025年江东省护理型床位占比是多少？"
    assert turn.earlier == ("到2022年江东省护理型床位占比是多少？",)


def test_anothers_and_unknown_are_missing_in_the_same_words(make):
    made = make(ScriptedWriter(REPLY))
    turn = finished(made.ask(QUESTION, "me"))
    told = set()
    for ask in (
        lambda: made.ask(QUESTION, "you", turn.conversation),
        lambda: made.ask(QUESTION, "you", "unknown"),
    ):
        with pytest.raises(MissingError) as missing:
            ask()
        told.add(str(missing.value))
    assert len(told) == 1
    for who, what in (("you", turn.id), ("me", "unknown")):
        with pytest.raises(MissingError) as missing:
            made.turn(what, who)
        assert str(missing.value) == f"没有 id 为“{what}”的回答，或者它已经删除。"
        with pytest.raises(MissingError):
            made.ask(QUESTION, who, replaces=what)
    with pytest.raises(MissingError):
        made.ask(QUESTION, "me", "unknown", replaces=turn.id)
    assert made.line.held == 0


def test_asking_again_stops_the_answer_that_is_being_written(make):
    writer = HeldWriter()
    made = make(writer)
    first = made.ask(QUESTION, "me")
    writer.until(writing=1)
    second = made.ask(QUESTION, "me", replaces=first.turn.id)
    assert finished(first).status == "stopped"
    writer.let_all()
    assert finished(second).status == "done"


# --- many at once ----------------------------------------------------------------


def test_ten_at_once_all_see_their_evidence_before_anybody_has_written_a_word(make):
    writer = HeldWriter()
    made = make(writer, slots=2)
    jobs = [made.ask(QUESTION, f"asker {n}") for n in range(10)]
    streams = [job.events() for job in jobs]
    for stream in streams:
        assert isinstance(next(stream), Started)
        assert isinstance(next(stream), Found)
    writer.until(writing=2)
    until(lambda: made.line.length == 8)
    writer.let_all()
    rest = [list(stream) for stream in streams]
    assert all(r[-1].turn.status == "done" for r in rest)
    assert writer.most == 2
    places = [[e.place for e in r if isinstance(e, Waiting)] for r in rest]
    assert sum(not p for p in places) == 2
    assert all(p == sorted(p, reverse=True) and p[-1] == 0 for p in places if p)


def test_nobody_gets_anothers_words(make):
    made = make(ScriptedWriter(*[REPLY] * 8), slots=8)
    questions = [f"新建社区养老服务中心每张床位有多少建设补贴？第{n}问" for n in range(8)]
    turns = {}

    def ask(number):
        turns[number] = finished(made.ask(questions[number], f"asker {number}"))

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [turns[n].record["question"] for n in range(8)] == questions


def test_a_refusal_needs_no_place_in_line(make):
    writer = HeldWriter()
    made = make(writer, slots=1)
    made.ask(QUESTION, "me")
    writer.until(writing=1)
    turn = finished(made.ask(ABROAD, "you"))
    assert turn.record["refusal"] == "region"
    writer.let_all()


def test_a_full_line_refuses_before_anything_is_kept(make):
    writer = HeldWriter()
    made = make(writer, slots=1, waiting=1)
    first, _ = made.ask(QUESTION, "me"), made.ask(QUESTION, "me")
    with pytest.raises(BusyError):
        made.ask(QUESTION, "me", first.turn.conversation)
    assert len(made.keeper.conversation(first.turn.conversation, "me").turns) == 1
    writer.let_all()


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


def test_what_an_earlier_process_left_is_marked_as_stopped(index, settings, store):
    turn = store.begin("me", QUESTION, {})
    service(index, settings, ScriptedWriter(), store)
    kept = store.turn(turn.id)
    assert kept.status == "stopped"
    assert kept.problem


def test_an_answer_is_given_even_when_the_store_fails_meanwhile(index, settings, store, monkeypatch):
    made = service(index, settings, ScriptedWriter(REPLY), store)

    def broken(*_, **__):
        raise StoreError("磁盘满了。")

    for name in ("update", "finish", "keep_document"):
        monkeypatch.setattr(store, name, broken)
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


def test_deleting_a_conversation_stops_what_is_written_in_it(index, settings, store):
    writer = HeldWriter()
    made = service(index, settings, writer, store)
    job = made.ask(QUESTION, "me")
    writer.until(writing=1)
    store.delete(job.turn.conversation, "me")
    made.drop(job.turn.conversation)
    assert finished(job).status == "stopped"
    writer.let()
    writer.until(closed=1)
    with pytest.raises(MissingError):
        made.turn(job.turn.id, "me")


def test_a_store_that_does_not_take_the_question_gives_the_place_back(index, settings, store, monkeypatch):
    made = service(index, settings, ScriptedWriter(REPLY), store)
    monkeypatch.setattr(store, "begin", lambda *_, **__: (_ for _ in ()).throw(StoreError("磁盘满了。")))
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
