"""A question in everyday words is searched a second time with official ones; others are not."""

import pytest
from fakes import ScriptedWriter
from hits import clause, hit

from qa import refusal
from qa.answer import Assistant, Evidence
from qa.expand import everyday, keywords
from qa.settings import Settings
from qa.writing import WriterError

FOUND = clause("一、补贴\n新建养老院每张床位给予建设补贴。\n")
WORDS = "失能老年人 护理补贴 青石县"
PLAIN = "瘫在床上的老人，公家按月给点啥？"

# --- which questions ---------------------------------------------------------


@pytest.mark.parametrize(("likeness", "expected"), [(0.30, True), (0.69, True), (0.70, False), (0.90, False)])
def test_everyday_is_below_the_percentage(likeness, expected):
    assert everyday([hit(FOUND, likeness)], 70) is expected


def test_the_best_of_the_first_five_decides():
    far = [hit(FOUND, 0.3)] * 4
    assert not everyday([*far, hit(FOUND, 0.9)], 70)
    assert everyday([*far, hit(FOUND, 0.3), hit(FOUND, 0.9)], 70)


@pytest.mark.parametrize(
    ("hits", "percent"),
    [([], 70), ([hit(FOUND, 0.3)], 0), ([hit(FOUND, 0.3, ranks={"address": 1})], 70)],
    ids=["nothing found", "switched off", "named by its address"],
)
def test_no_second_reading(hits, percent):
    assert not everyday(hits, percent)


# --- which words -------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("劳动报酬 拖欠工资 劳动监察", "劳动报酬 拖欠工资 劳动监察"),
        ("劳动报酬、拖欠工资，劳动监察。", "劳动报酬 拖欠工资 劳动监察"),
        ("劳动报酬\n劳动报酬\n拖欠工资", "劳动报酬 拖欠工资"),
        ("关键词：劳动报酬", "关键词 劳动报酬"),
        ("", ""),
        ("报 酬", ""),  # single characters say nothing
        ("这个问题的意思是用人单位没有按时足额支付工资", ""),  # a sentence is no keyword
        ("<script>alert(1)</script> [点此](http://evil.example) 劳动报酬", "劳动报酬"),
        (WriterError("断开了。"), ""),
    ],
)
def test_keywords(reply, expected):
    assert keywords("老板拖着工钱不给", ScriptedWriter(reply)) == expected


def test_no_more_than_ten_words():
    reply = " ".join(f"第{n}词" for n in "一二三四五六七八九十百千")
    assert keywords("怎么办？", ScriptedWriter(reply)).split() == [f"第{n}词" for n in "一二三四五六七八九十"]


def test_a_failure_in_the_middle_of_the_words_gives_none():
    class Breaking(ScriptedWriter):
        def stream(self, messages, max_tokens):
            yield "劳动报酬 "
            raise WriterError("断开了。")

    assert keywords("老板拖着工钱不给", Breaking()) == ""


def test_the_question_is_asked_last_behind_the_examples():
    writer = ScriptedWriter("劳动报酬")
    keywords("老板拖着工钱不给", writer)
    messages, most = writer.sent[0]
    assert [m["role"] for m in messages] == ["system", *["user", "assistant"] * 3, "user"]
    assert messages[-1]["content"] == "老板拖着工钱不给"
    assert most <= 40


# --- in an answer ------------------------------------------------------------


@pytest.fixture
def ask(index, settings, monkeypatch):
    monkeypatch.setattr(refusal, "answerable", lambda *_: 1.0)

    def run(*replies, question=PLAIN, percent=100):
        writer = ScriptedWriter(*replies)
        events = list(Assistant(index, writer, Settings(index=settings, everyday=percent)).ask(question))
        return [e for e in events if isinstance(e, Evidence)], events[-1], writer

    return run


def test_evidence_comes_twice_and_the_second_is_answered_from(ask):
    (first, second), answer, writer = ask(WORDS, "年满60周岁的失能老年人，每人每月发放护理补贴200元。")
    assert not any("护理补贴200元" in p.text for p in first.pieces)
    assert any("护理补贴200元" in p.text for p in second.pieces)
    assert answer.evidence == second.pieces
    assert "护理补贴200元" in writer.sent[1][0][-1]["content"]
    assert "护理补贴200元" in answer.text
    assert answer.timings["expand_ms"] >= 0


def test_the_words_are_searched_and_not_shown(ask):
    (_, second), answer, writer = ask(WORDS, "每人每月发放护理补贴200元。")
    assert second.standalone == answer.standalone == PLAIN
    assert WORDS not in writer.sent[1][0][-1]["content"]


@pytest.mark.parametrize("words", ["", "？", WriterError("断开了。")])
def test_without_words_the_first_evidence_stands(ask, words):
    (only,), answer, writer = ask(words, "每人每月发放护理补贴200元。")
    assert answer.evidence == only.pieces
    assert "expand_ms" not in answer.timings
    assert answer.failure == ""
    assert len(writer.sent) == 2


def test_switched_off_the_writer_is_asked_once(ask):
    evidence, _, writer = ask("每人每月发放护理补贴200元。", percent=0)
    assert (len(evidence), len(writer.sent)) == (1, 1)


def test_a_clause_named_by_its_address_is_not_searched_again(ask):
    evidence, answer, writer = ask("每人每月发放护理补贴200元。", question="青政办发〔2021〕3号二（二）说了什么？")
    assert (len(evidence), len(writer.sent)) == (1, 1)
    assert answer.citations[0].clause.id == "qingshi-2021-3:二（二）"


def test_a_refusal_is_not_searched_again(ask):
    evidence, answer, writer = ask(question="深圳瘫在床上的老人有补贴吗？")
    assert (len(evidence), answer.refusal, writer.sent) == (1, "region", [])
