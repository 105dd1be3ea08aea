"""One question as events: evidence first, then text with marks, then the Answer; or a refusal and no text."""

import pytest
from fakes import ScriptedWriter

from index.settings import IndexSettings
from qa import refusal
from qa.answer import Assistant, Evidence, Token, check
from qa.records import Answer, QuestionError
from qa.settings import Settings

QUESTION = "新建社区养老服务中心每张床位有多少建设补贴？"


@pytest.fixture
def ask(index, settings: IndexSettings, monkeypatch):
    """Ask the sample corpus with a scripted writer; likeness of the fake encoder says nothing, so it may answer."""
    monkeypatch.setattr(refusal, "answerable", lambda *_: 1.0)

    def run(*replies, question=QUESTION, earlier=(), **fields):
        writer = ScriptedWriter(*replies)
        assistant = Assistant(index, writer, Settings(index=settings, **fields))
        return list(assistant.ask(question, earlier)), writer

    return run


def test_order_of_events(ask):
    events, _ = ask("每张床位给予1万元一次性建设补贴。")
    kinds = [type(e) for e in events]
    assert kinds[0] is Evidence
    assert kinds[-1] is Answer
    assert set(kinds[1:-1]) == {Token}


def test_answer_cites_the_clause_verbatim(ask):
    events, _ = ask("新建的，每张床位给予1万元一次性建设补贴。")
    answer = events[-1]
    first = answer.citations[0]
    assert first.clause.document.number == "江政发〔2020〕8号"
    assert "1万元" in first.quote
    assert first.quote == first.clause.document.text[first.start : first.end]
    assert first.verdict == "verified"
    assert f"[{first.marker}]" in answer.text


def test_laws_of_an_answer(ask):
    answer = ask("新建的，每张床位给予1万元建设补贴。改建的，每张床位5000元。")[0][-1]
    shown = {p.clause.id for p in answer.evidence}
    assert {c.clause.id for c in answer.citations} <= shown <= {h.clause.id for h in answer.hits}
    assert {c.sentence for c in answer.citations} <= set(range(len(answer.sentences)))
    assert answer.refusal is None


def test_what_is_streamed_is_what_is_answered(ask):
    events, _ = ask("新建的，每张床位给予1万元建设补贴。")
    streamed = "".join(e.text for e in events if isinstance(e, Token))
    assert events[-1].text.startswith(streamed)


def test_mark_stands_behind_its_sentence_and_not_inside_the_next(ask):
    events, _ = ask("新建的，每张床位给予1万元建设补贴。改建的，每张床位给予5000元补贴。")
    streamed = "".join(e.text for e in events if isinstance(e, Token))
    assert "补贴。[" in streamed
    assert streamed.index("[") < streamed.index("改建")


def test_invented_amount_is_taken_out_and_shown(ask):
    answer = ask("新建的，每张床位给予1万元建设补贴。另外每人再奖励88万元。")[0][-1]
    assert "88" not in answer.text
    assert [c.text for c in answer.removed] == ["另外每人再奖励88万元。"]
    assert "88万元" in answer.removed[0].problem


def test_nothing_holds_then_the_clauses_speak(ask):
    answer = ask("月球基地明年对外开放。")[0][-1]
    assert answer.extractive
    assert all(c.verdict == "verified" for c in answer.citations)
    for citation in answer.citations:
        assert citation.quote in citation.clause.document.text
    assert "月球" not in answer.text


def test_empty_reply_is_answered_by_the_clauses(ask):
    answer = ask("")[0][-1]
    assert answer.extractive
    assert "床位" in answer.text


def test_terse_reply_is_completed_from_the_clause(ask):
    answer = ask("有建设补贴。")[0][-1]
    assert "1万元" in answer.text


def test_refusal_calls_no_writer_and_has_no_citation(ask):
    events, writer = ask(question="深圳新建社区养老服务中心有补贴吗？")
    answer = events[-1]
    assert [type(e) for e in events] == [Evidence, Answer]
    assert answer.refusal == "region"
    assert answer.citations == ()
    assert answer.evidence
    assert writer.sent == []


def test_follow_up_is_asked_whole(ask):
    events, writer = ask("护理型床位占比不低于60%。", question="那2025年呢？", earlier=["到2022年江东省护理型床位占比是多少？"])
    assert events[0].standalone == "到2025年江东省护理型床位占比是多少？"
    assert "到2025年江东省护理型床位占比是多少？" in writer.sent[0][0][-1]["content"]


def test_doubt_about_the_print_is_shown_with_the_answer(ask):
    answer = ask("每个乡镇至少建成一所区域性养老服务中心。", question="江东省每个乡镇要建几所养老服务中心？")[0][-1]
    assert answer.notes == ("与国家文件的口径不同，以国家文件为准。",)


def test_repeated_sentence_is_said_once(ask):
    answer = ask("每张床位给予1万元建设补贴。每张床位给予1万元建设补贴。")[0][-1]
    assert answer.text.count("每张床位给予1万元建设补贴。") == 1


def test_leaving_stops_the_writer(index, settings, monkeypatch):
    monkeypatch.setattr(refusal, "answerable", lambda *_: 1.0)
    writer = ScriptedWriter("每张床位给予1万元建设补贴。" * 3)
    events = Assistant(index, writer, Settings(index=settings)).ask(QUESTION)
    next(events), next(events)
    events.close()
    assert writer.closed_early == [True]


def test_timings_are_told(ask):
    timings = ask("每张床位给予1万元建设补贴。")[0][-1].timings
    assert 0 < timings["retrieve_ms"] <= timings["first_token_ms"] <= timings["total_ms"]


def test_same_question_same_answer(ask):
    assert ask("每张床位给予1万元建设补贴。")[0][-1].text == ask("每张床位给予1万元建设补贴。")[0][-1].text


@pytest.mark.parametrize("question", ["", "   \n", "？？！", "😀🎉", "\x00\x01"])
def test_no_question_in_it(question):
    with pytest.raises(QuestionError, match="没有看到问题"):
        check(question)


def test_too_long_question_says_how_long():
    with pytest.raises(QuestionError, match="10000 个字"):
        check("税" * 10_000)


def test_one_character_is_asked_back():
    with pytest.raises(QuestionError, match="税方面有什么扶持政策"):
        check("税")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("  税收 优惠？ ", "税收 优惠？"),
        ("税收\x00优惠", "税收优惠"),
        ("What subsidies?", "What subsidies?"),
        ("補貼😀？", "補貼😀？"),
    ],
)
def test_odd_but_possible_questions_pass(question, expected):
    assert check(question) == expected
