"""How an answer reads its question: which readings are searched, which paragraphs are meant, what stays open."""

import pytest
from fakes import ScriptedWriter
from hits import clause, hit

from qa import refusal
from qa.answer import Assistant, _paragraphs
from qa.settings import Settings

BEDS = "新建社区养老服务中心每张床位有多少建设补贴？"
REPLY = "每张床位给予1万元建设补贴。"


@pytest.fixture
def asked(index, settings, monkeypatch):
    """(answer, searches as (question, also, own)) of a question to the sample corpus with a scripted writer."""
    monkeypatch.setattr(refusal, "answerable", lambda *_: 1.0)
    searches = []
    search = type(index).search

    def noted(self, question, k, filters=None, also="", own=False):
        searches.append((question, also, own))
        return search(self, question, k, filters, also, own)

    monkeypatch.setattr(type(index), "search", noted)

    def run(*replies, question, earlier=(), everyday=0):
        searches.clear()
        assistant = Assistant(index, ScriptedWriter(*replies), Settings(index=settings, everyday=everyday))
        return list(assistant.ask(question, earlier))[-1], list(searches)

    return run


def test_what_the_clauses_leave_open_is_told_in_the_notes(asked):
    note = "所引条款没有写明由谁负责。"
    assert note in asked(REPLY, question="新建社区养老服务中心每张床位的建设补贴由谁负责？")[0].notes
    assert note not in asked(REPLY, question=BEDS)[0].notes


@pytest.mark.parametrize(
    ("question", "addressed", "count"),
    [("第三条说了什么？", 3, 3), ("第三条的主要内容？", 9, 4), ("第三条由谁负责？", 3, 0), ("补贴怎么规定？", 0, 0)],
)
def test_all_paragraphs_are_meant_where_the_content_is_asked(question, addressed, count):
    hits = [hit(clause("一、补贴\n给予补贴。\n"), ranks={"address": 1}) for _ in range(addressed)]
    assert _paragraphs(question, hits) == count


def test_words_of_taiwan_are_also_read_in_those_of_the_mainland(asked):
    searches = asked(REPLY, question="資訊服務有補貼嗎？")[1]
    assert searches[0][:2] == ("资讯服务有补贴吗？", "信息服务有补贴吗？")


def test_the_likeness_of_a_follow_up_counts_both_readings_and_that_of_keywords_does_not(asked):
    searches = asked("床位补贴", REPLY, question="那它归谁管？", earlier=[BEDS], everyday=100)[1]
    assert [own for *_, own in searches] == [True, False]
