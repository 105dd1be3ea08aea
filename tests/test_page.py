"""The page: evidence before the answer, what is cited marked, every word of a document escaped."""

import pytest
from fakes import ScriptedWriter
from fastapi.testclient import TestClient
from hits import clause, piece

from qa import page, refusal, server
from qa.answer import Assistant
from qa.settings import Settings

QUESTION = "江东省新建社区养老服务中心每张床位有多少建设补贴？"


@pytest.fixture
def assistant(index, settings, monkeypatch):
    monkeypatch.setattr(refusal, "answerable", lambda *_: 1.0)
    return Assistant(index, ScriptedWriter("每张床位给予1万元建设补贴。"), Settings(index=settings))


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


def test_impossible_question_is_told_and_not_remembered(assistant):
    assert list(page._replies(assistant, "？？", [])) == [
        ("⚠️ 没有看到问题。请用一句话写出想问的事，例如：众创空间能享受哪些税收优惠？", "")
    ]


def test_text_of_documents_is_escaped():
    found = clause("一、要求\n<script>alert(1)</script>企业应当申报，逾期不再受理。\n")
    card = page._card(piece(found), None)
    assert "<script>" not in card
    assert "&lt;script&gt;" in card


def test_page_is_served_on_the_same_port_as_the_api(assistant):
    client = TestClient(server.application(assistant))
    assert "有据" in client.get("/").text
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.post("/api/ask", json={"question": ""}).status_code == 422
