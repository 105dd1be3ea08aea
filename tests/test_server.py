"""The API in memory: the same answers as everywhere, problem details for what goes wrong."""

import json

import pytest
from fakes import ScriptedWriter
from fastapi.testclient import TestClient

from qa import refusal, server
from qa.answer import Assistant
from qa.service import Service
from qa.settings import Settings
from qa.writer import WriterError

QUESTION = "新建社区养老服务中心每张床位有多少建设补贴？"


@pytest.fixture
def client(index, settings, monkeypatch):
    monkeypatch.setattr(refusal, "answerable", lambda *_: 1.0)

    def make(*replies):
        own = Settings(index=settings, everyday=0, rate=0)
        service = Service(Assistant(index, ScriptedWriter(*replies), own), None, own)
        return TestClient(server.application(service, with_page=False), raise_server_exceptions=False)

    return make


def events(response):
    blocks = [b for b in response.text.split("\n\n") if b]
    return [(b.split("\n")[0].removeprefix("event: "), json.loads(b.split("\n")[1].removeprefix("data: "))) for b in blocks]


def test_answer_as_json(client):
    answer = client("每张床位给予1万元建设补贴。").post("/api/ask", json={"question": QUESTION}).json()
    assert answer["refusal"] is None
    assert answer["citations"][0]["verdict"] == "verified"
    assert "1万元" in answer["citations"][0]["quote"]
    assert answer["model"] == "scripted"


def test_quote_is_the_span_of_the_document_that_the_api_gives(client):
    api = client("每张床位给予1万元建设补贴。")
    citation = api.post("/api/ask", json={"question": QUESTION}).json()["citations"][0]
    text = api.get(f"/api/documents/{citation['document']}").json()["text"]
    assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert citation["quote"] in api.get(f"/api/clauses/{citation['clause']}").json()["text"]


def test_stream_order(client):
    response = client("每张床位给予1万元建设补贴。").post("/api/ask", json={"question": QUESTION, "stream": True})
    names = [name for name, _ in events(response)]
    assert response.headers["content-type"].startswith("text/event-stream")
    assert (names[0], names[-1]) == ("evidence", "answer")
    assert set(names[1:-1]) == {"token"}


def test_refusal_streams_evidence_and_answer_only(client):
    response = client().post("/api/ask", json={"question": "深圳养老有补贴吗？", "stream": True})
    assert [(n, d.get("refusal")) for n, d in events(response)] == [("evidence", None), ("answer", "region")]


@pytest.mark.parametrize("stream", [True, False])
def test_failing_writer_leaves_an_answer_of_the_clauses_own_sentences(client, stream):
    response = client(WriterError("生成模型出错：测试")).post("/api/ask", json={"question": QUESTION, "stream": stream})
    assert response.status_code == 200
    if stream:
        names = [name for name, _ in events(response)]
        assert (names[0], names[-1]) == ("evidence", "answer")
        assert "error" not in names
    answer = events(response)[-1][1] if stream else response.json()
    assert (answer["failure"], answer["extractive"], answer["refusal"]) == ("生成模型出错：测试", True, None)
    assert "1万元" in answer["text"]
    assert "1万元" in answer["citations"][0]["quote"]


def test_history_in_both_forms(client):
    for history in (
        ["到2022年江东省护理型床位占比是多少？"],
        [{"role": "user", "content": "到2022年江东省护理型床位占比是多少？"}],
    ):
        answer = (
            client("护理型床位占比不低于60%。").post("/api/ask", json={"question": "那2025年呢？", "history": history}).json()
        )
        assert answer["standalone"] == "到2025年江东省护理型床位占比是多少？"


def test_filters_hold(client):
    answer = client("").post("/api/search", json={"question": "养老服务补贴", "filters": {"levels": ["县"]}}).json()
    assert {h["level"] for h in answer["hits"]} == {"县"}


@pytest.mark.parametrize(
    ("body", "kind", "part"),
    [
        ({"question": ""}, "question", "没有看到问题"),
        ({"question": "税"}, "question", "只有“税”一个字"),
        ({"question": "税" * 10_000}, "question", "10000 个字"),
        ({}, "request", "question"),
        ({"question": "补贴有哪些", "colour": 1}, "request", "colour"),
        ({"question": "补贴有哪些", "filters": {"colours": []}}, "request", "colours"),
        ({"question": 5}, "request", "question"),
    ],
)
def test_bad_requests_are_problem_details(client, body, kind, part):
    response = client().post("/api/ask", json=body)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == f"urn:youju:problem:{kind}"
    assert part in response.json()["detail"]


@pytest.mark.parametrize("path", ["/api/documents/nothing", "/api/clauses/nothing:一", "/nowhere"])
def test_missing_things_are_404_problems(client, path):
    response = client().get(path)
    assert response.status_code == 404
    assert response.json()["type"] == "urn:youju:problem:not-found"


def test_catalogue_and_health(client):
    api = client()
    assert {d["number"] for d in api.get("/api/documents").json()} == {
        "国办发〔2019〕21号",
        "江政发〔2020〕8号",
        "青政办发〔2021〕3号",
    }
    assert api.get("/healthz").json() == {"status": "ok"}
    assert api.get("/readyz").json()["documents"] == 3
    assert "/api/ask" in api.get("/openapi.json").json()["paths"]


def test_manual_needs_nothing_from_outside(client):
    api = client()
    page = api.get("/docs").text
    assert "https://" not in page
    assert "/docs/assets/swagger-ui-bundle.js" in page
    assert api.get("/docs/assets/swagger-ui-bundle.js").status_code == 200


def test_wrong_method_is_a_problem_even_beside_the_page(client):
    response = client().get("/api/ask")
    assert response.status_code in (404, 405)
    assert response.headers["content-type"] == "application/problem+json"


def test_raw_turns_of_a_conversation_are_joined_one_by_one(client):
    history = ["到2022年江东省护理型床位占比是多少？", "那2025年呢？"]
    answer = client("国务院有关部门。").post("/api/ask", json={"question": "由谁负责？", "history": history}).json()
    assert answer["standalone"] == "到2025年江东省护理型床位占比是多少，由谁负责？"


# --- a text of somebody else ---------------------------------------------------

TOLD = "新建社区养老服务中心，省级财政按每张床位1万元给予一次性建设补贴。新建社区养老服务中心，每张床位补贴9万元。"


def test_a_text_is_checked_sentence_by_sentence(client):
    api = client()
    found = api.post("/api/check", json={"text": TOLD}).json()
    assert (found["verified"], found["share"]) == (1, 0.5)
    first, second = found["sentences"]
    assert set(first) == {"text", "verdict", "problem", "citations", "nearest"}
    assert (first["verdict"], first["problem"], second["verdict"], second["citations"]) == ("verified", "", "unsupported", [])
    assert first["text"] + second["text"] == TOLD
    assert "9万元" in second["problem"]
    citation = first["citations"][0]
    text = api.get(f"/api/documents/{citation['document']}").json()["text"]
    assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert [len(s["nearest"]) for s in (first, second)] == [3, 3]
    assert api.get(f"/api/clauses/{second['nearest'][0]['clause']}").status_code == 200


def test_checking_needs_no_writer(client):
    assert client(WriterError("生成模型出错：测试")).post("/api/check", json={"text": TOLD}).status_code == 200


def test_filters_and_question_hold_for_a_text(client):
    api = client()
    county = {"text": TOLD, "filters": {"levels": ["县"]}}
    found = api.post("/api/check", json=county).json()
    assert {c["document"] for s in found["sentences"] for c in s["nearest"]} == {"qingshi-2021-3"}
    assert found["verified"] == 0
    own = {"text": "30个人的机构，按每人每月300元给予运营补贴。"}
    asked = own | {"question": "我们有30个人，有运营补贴吗？"}
    verdicts = [api.post("/api/check", json=body).json()["sentences"][0]["verdict"] for body in (own, asked)]
    assert verdicts[0] == "unsupported" != verdicts[1]


@pytest.mark.parametrize(
    ("body", "kind", "part"),
    [
        ({"text": ""}, "question", "没有看到要核对的文字"),
        ({"text": "。！"}, "question", "没有看到要核对的文字"),
        ({"text": "补" * 5001}, "question", "5001 个字"),
        ({"text": "补贴。" * 61}, "question", "61 句"),
        ({}, "request", "text"),
        ({"text": 5}, "request", "text"),
        ({"text": TOLD, "k": 3}, "request", "k"),
        ({"text": TOLD, "filters": {"colours": []}}, "request", "colours"),
    ],
)
def test_a_text_that_cannot_be_checked_is_a_problem(client, body, kind, part):
    response = client().post("/api/check", json=body)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == f"urn:youju:problem:{kind}"
    assert part in response.json()["detail"]


def test_the_check_is_in_the_manual(client):
    assert "/api/check" in client().get("/openapi.json").json()["paths"]


@pytest.mark.parametrize("method", ["TRACE", "POST", "DELETE"])
@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/api/ask", "/v1/models"])
def test_a_method_that_nobody_offers_is_told(client, method, path):
    if (method, path) == ("POST", "/api/ask"):
        return
    response = client().request(method, path)
    assert response.status_code == 405
    told = response.json()
    assert told.get("status") == 405 or "error" in told  # /v1 tells errors as OpenAI does
    assert response.headers["Allow"]
