"""Questions from everybody at once: evidence first for all, a fair line before the writer, everything kept."""

import threading

import pytest
from fakes import ScriptedWriter
from serving import ABROAD, QUESTION, REPLY, HeldWriter, finished, until

from qa.records import QuestionError
from qa.service_events import Failed, Finished, Found, Said, Started, Waiting
from qa.turns import BusyError, MissingError
from qa.writer import WriterError

pytest_plugins = ["services"]
pytestmark = pytest.mark.usefixtures("answerable")


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


@pytest.mark.parametrize(("told", "at_once"), [({}, 3), ({"slots": 1}, 1)])
def test_as_many_write_at_once_as_suit_the_engine_unless_the_settings_say_otherwise(make, told, at_once):
    writer = HeldWriter()
    writer.slots = 3
    made = make(writer, **told)
    jobs = [made.ask(QUESTION, f"asker {n}") for n in range(5)]
    writer.until(writing=at_once)
    until(lambda: made.line.length == 5 - at_once)
    writer.let_all()
    assert all(finished(job).status == "done" for job in jobs)
    assert writer.most == at_once


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
