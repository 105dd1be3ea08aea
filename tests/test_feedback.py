"""Ratings become case lines that the evaluation loads, with what a reviewer needs."""

import json

import pytest
from kept import DOWN, NUMBER, QUOTE, citation, record, turn

from eval.cases import load
from qa import feedback
from qa.store import Store, sqlite_url
from qa.turns import Rating


@pytest.fixture
def cases(tmp_path):
    """What the evaluation reads of ratings."""

    def read(*ratings):
        path = tmp_path / "cases.jsonl"
        path.write_text("".join(f"{line}\n" for line in feedback.lines(ratings)), "utf-8")
        return load(path)

    return read


def test_a_thumbs_down_is_a_case_with_its_reason_and_what_was_cited(cases):
    (case,) = cases((turn(), DOWN))
    assert (case.type, case.turns) == ("fact", ("每张床位补多少？",))
    assert [(q.document, q.text) for q in case.evidence] == [("jiang", QUOTE)]
    assert case.answer == "【待审】读者：没有帮助；漏了改建的标准。当时回答：每张床位给予1万元补贴。[1]"
    assert case.must == ()


def test_every_cited_span_is_proposed_once(cases):
    cited = [citation(), citation(1, 2, quote=" 第二条\t100万元 \n"), citation(2, 1), citation(2, 3, quote="\n")]
    (case,) = cases((turn(record=record(citations=cited)), DOWN))
    assert [q.text for q in case.evidence] == [QUOTE, "第二条\t100万元"]


def test_a_turn_with_others_before_it_is_a_follow_up(cases):
    (case,) = cases((turn(earlier=("养老院有补贴吗？", "  ", "新建的呢？")), DOWN))
    assert (case.type, case.turns) == ("followup", ("养老院有补贴吗？", "新建的呢？", "每张床位补多少？"))


@pytest.mark.parametrize(("thumb", "kind"), [("up", "none"), ("down", "fact")])
def test_a_refusal_is_right_when_the_reader_approves(cases, thumb, kind):
    refused = record(refusal="no_evidence", text="没有找到依据。", sentences=[], citations=[])
    (case,) = cases((turn(record=refused), Rating(thumb)))
    assert (case.type, case.evidence) == (kind, ())
    assert "当时拒答：没有找到依据。" in case.answer


def test_a_turn_that_failed_tells_why(cases):
    (case,) = cases((turn(status="failed", record=None, problem="生成模型没有启动。"), DOWN))
    assert case.answer.endswith("当时回答：生成模型没有启动。")
    (case,) = cases((turn(status="stopped", record=None), DOWN))
    assert case.answer.endswith("（没有写出）")


def test_odd_words_stay_on_one_line_and_load(cases):
    reason = 'a\nb\u2028c\u0085d"}\x00\ud800<script>'
    (case,) = cases((turn(question="问\u2028题\ud800", record=record(text="长" * 5000)), Rating("down", reason)))
    assert case.turns == ("问\u2028题?",)
    assert "\n" not in case.answer
    assert "…" in case.answer
    assert len(case.answer) < 2200


def test_a_question_without_words_is_no_case():
    assert list(feedback.lines([(turn(question=" \n"), DOWN)])) == []


def test_ratings_of_a_store_give_cases_with_the_conversation_before(tmp_path, cases):
    store = Store(sqlite_url(tmp_path / "a.db"))
    first = store.begin("page:ann", "养老院有补贴吗？", {})
    second = store.begin("page:ann", "每张床位呢？", {}, first.conversation)
    store.finish(second.id, "done", record())
    store.rate(second.id, "page:ann", "down", "不对")
    (line,) = feedback.lines(store.ratings())
    assert json.loads(line)["turns"] == ["养老院有补贴吗？", "每张床位呢？"]
    (case,) = cases(*store.ratings())
    assert case.id == f"down-{second.id}"
    assert NUMBER not in case.answer
    store.close()
