"""The page: evidence before the answer, what is cited marked, every word of a document escaped."""

import pytest
from fakes import ScriptedWriter
from fastapi.testclient import TestClient
from hits import clause

from corpus.sentences import sentences
from qa import page, refusal, server
from qa.answer import Assistant
from qa.records import Piece
from qa.settings import Settings
from qa.writing import WriterError

QUESTION = "江东省新建社区养老服务中心每张床位有多少建设补贴？"


@pytest.fixture
def assistant(index, settings, monkeypatch):
    monkeypatch.setattr(refusal, "answerable", lambda *_: 1.0)
    return Assistant(index, ScriptedWriter("每张床位给予1万元建设补贴。"), Settings(index=settings, everyday=0))


def test_evidence_is_on_the_page_before_the_writer_starts(assistant):
    replies = page._replies(assistant, QUESTION, [])
    first, whole = next(replies)
    assert "江政发〔2020〕8号" in first
    assert "正在依据以上条款写答案" in first
    assert whole == ""
    assert assistant.writer.sent == []


def test_finished_reply_marks_the_cited_span_and_remembers_the_question(assistant):
    *_, (last, whole) = page._replies(assistant, QUESTION, [])
    assert "每张床位给予1万元建设补贴。[1]" in last
    assert "<mark>新建社区养老服务中心，省级财政按每张床位1万元给予一次性建设补贴；" in last
    assert whole == QUESTION


def test_a_follow_up_is_shown_as_understood_and_remembered_as_typed(assistant):
    first = "到2022年江东省护理型床位占比是多少？"
    replies = list(page._replies(assistant, "那2025年呢？", [first]))
    note = '<div class="said">理解为：到2025年江东省护理型床位占比是多少？</div>'
    assert replies[0][0].startswith(note)
    assert replies[-1][0].startswith(note)
    assert [whole for _, whole in replies][-1] == "那2025年呢？"
    assert not any(whole for _, whole in replies[:-1])


def test_a_question_that_stands_alone_has_no_note(assistant):
    assert not any("理解为" in text for text, _ in page._replies(assistant, QUESTION, []))


def test_a_writer_that_fails_is_told_under_the_clauses_own_words(assistant):
    assistant.writer = ScriptedWriter(WriterError("生成服务 <b>断开了</b>。"))
    *_, (last, whole) = page._replies(assistant, QUESTION, [])
    assert last.startswith('<div class="said">新建社区养老服务中心，省级财政按每张床位1万元给予一次性建设补贴')
    assert "生成模型没有写完（生成服务 &lt;b&gt;断开了&lt;/b&gt;）" in last
    assert "⚠️" not in last
    assert whole == QUESTION


def test_a_refusal_shows_all_the_nearest_clauses_and_an_answer_only_the_cited(assistant):
    *_, (refused, _) = page._replies(assistant, "深圳新建社区养老服务中心每张床位有补贴吗？", [])
    assert "**最接近的条款**" in refused
    assert refused.count('<details class="evidence">') > 1
    *_, (answered, _) = page._replies(assistant, QUESTION, [])
    assert "**依据**" in answered
    assert answered.count('<details class="evidence">') == 1


def test_evidence_of_the_second_search_takes_the_place_of_the_first(assistant):
    assistant.settings = Settings(index=assistant.settings.index, everyday=100)
    assistant.writer = ScriptedWriter("失能老年人 护理补贴", "每人每月发放护理补贴200元。")
    texts = [text for text, _ in page._replies(assistant, "瘫在床上的老人，公家按月给点啥？", [])]
    waiting = [text for text in texts if "正在依据以上条款写答案" in text]
    assert len(waiting) == 2
    assert "护理补贴200元" not in waiting[0]
    assert waiting[1].count("**找到的条款**") == 1
    assert "护理补贴200元" in waiting[1]


def test_impossible_question_is_told_and_not_remembered(assistant):
    assert list(page._replies(assistant, "？？", [])) == [
        ('⚠️ <div class="said">没有看到问题。请用一句话写出想问的事，例如：众创空间能享受哪些税收优惠？</div>', "")
    ]


def test_a_question_that_cannot_be_asked_is_escaped(assistant):
    ((text, _),) = page._replies(assistant, "<s>", [])
    assert "<s>" not in text


@pytest.mark.parametrize("cited", [0, 1, 2])
def test_text_of_documents_is_escaped_before_inside_and_behind_what_is_marked(cited):
    found = clause("一、要求\n<b>甲</b>应当申报。<i>乙</i>逾期不再受理。<script>alert(1)</script>丙。\n")
    card = page._card(Piece(1, found, (sentences(found)[1 + cited],)), None)
    assert card.count("<mark>") == 1
    for tag in ("b", "i", "script"):
        assert f"<{tag}>" not in card
        assert f"&lt;{tag}&gt;" in card


def test_page_is_served_on_the_same_port_as_the_api(assistant):
    client = TestClient(server.application(assistant))
    assert "有据" in client.get("/").text
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.post("/api/ask", json={"question": ""}).status_code == 422
