"""Kept conversations over HTTP: the same record everywhere, nobody sees another's, nonsense gets a clear answer."""

import io
import json
import zipfile

import pytest
from fakes import ScriptedWriter
from fastapi.testclient import TestClient
from serving import QUESTION, REPLY, service, until

from qa import guard, refusal, server
from qa.api_replies import AnswerModel, CheckReply, ConversationModel, EvidenceModel, SnapshotModel, TurnModel
from qa.service_documents import digest
from qa.store import Store
from qa.turns import StoreError

NONSENSE = ["nothing", "..", "%00", "%F0%9F%98%80", "a" * 5000, "' OR 1=1 --", "<script>", "%ED%A0%80"]


@pytest.fixture
def store(tmp_path):
    made = Store(f"sqlite:///{tmp_path / 'talk.db'}")
    yield made
    made.close()


@pytest.fixture
def make(index, settings, monkeypatch):
    monkeypatch.setattr(refusal, "answerable", lambda *_: 1.0)
    # Who asks stands in a header here; how the door finds it out is tested with the door.
    monkeypatch.setattr(guard, "owner", lambda request: request.headers.get("x-owner", "me"))

    def made(kept, *replies, **more):
        own = service(index, settings, ScriptedWriter(*replies), kept, **more)
        return TestClient(server.application(own, with_page=False), raise_server_exceptions=False)

    return made


@pytest.fixture
def api(make, store):
    return make(store, *[REPLY] * 6)


@pytest.fixture
def answer(api):
    return api.post("/api/ask", json={"question": QUESTION}).json()


OTHER = {"x-owner": "you"}


def problem(response, status, kind):
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    told = response.json()
    assert (told["type"], told["status"]) == (f"urn:youju:problem:{kind}", status)
    return told["detail"]


def test_an_answer_its_turn_and_its_conversation_are_one_record(api, answer):
    turn = api.get(f"/api/turns/{answer['id']}").json()
    assert turn["record"] == answer
    conversation = api.get(f"/api/conversations/{answer['conversation']}").json()
    assert conversation["turns"] == [turn]
    AnswerModel.model_validate(answer)
    TurnModel.model_validate(turn)
    ConversationModel.model_validate(conversation)


def test_a_stream_ends_with_the_same_record(api):
    text = api.post("/api/ask", json={"question": QUESTION, "stream": True}).text
    *_, last = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]
    told = json.loads(last)
    assert api.get(f"/api/turns/{told['id']}").json()["record"] == told
    first = next(line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: "))
    evidence = json.loads(first)
    EvidenceModel.model_validate(evidence)
    assert (evidence["id"], evidence["conversation"]) == (told["id"], told["conversation"])


def test_going_on_in_a_conversation_and_asking_again(api):
    first = api.post("/api/ask", json={"question": "到2022年江东省护理型床位占比是多少？"}).json()
    again = {"question": "那2025年呢？", "conversation": first["conversation"]}
    second = api.post("/api/ask", json=again).json()
    assert second["standalone"] == "到2025年江东省护理型床位占比是多少？"
    third = api.post("/api/ask", json={"question": QUESTION, "replaces": second["id"]}).json()
    shown = api.get(f"/api/conversations/{first['conversation']}").json()["turns"]
    assert [t["id"] for t in shown] == [first["id"], third["id"]]
    assert api.get(f"/api/turns/{second['id']}").status_code == 200
    both = api.post("/api/ask", json=again | {"history": ["别的"]})
    assert "history" in problem(both, 422, "request")


def test_the_text_behind_an_answer(api, answer):
    for document, found in answer["documents"].items():
        kept = api.get(f"/api/texts/{found}").json()
        assert digest(kept) == found
        SnapshotModel.model_validate(kept)
        for citation in (c for c in answer["citations"] if c["document"] == document):
            assert kept["text"][citation["start"] : citation["end"]] == citation["quote"]


def test_list_rename_delete(api, answer):
    name = answer["conversation"]
    (listed,) = api.get("/api/conversations").json()
    assert (listed["id"], listed["title"], listed["turns"]) == (name, QUESTION, [])
    assert api.patch(f"/api/conversations/{name}", json={"title": " 床位\u200b补贴 "}).json()["title"] == "床位补贴"
    assert api.patch(f"/api/conversations/{name}", json={"title": "\x00"}).json()["title"] == "未命名"
    assert api.get("/api/conversations", params={"before": listed["updated"]}).json() == []
    assert len(api.get("/api/conversations", params={"before": "9999-12-31T23:59:59-23:00"}).json()) == 1
    assert api.get("/api/conversations", params={"before": "0001-01-01T00:00:00+23:00"}).json() == []
    assert api.delete(f"/api/conversations/{name}").status_code == 204
    assert api.get("/api/conversations").json() == []
    problem(api.get(f"/api/turns/{answer['id']}"), 404, "not-found")


@pytest.mark.parametrize("before", ["yesterday", "2026-13-01", "2026-02-30T00:00:00Z", "20260131"])
def test_a_time_that_is_none_is_told(api, before):
    assert "before" in problem(api.get("/api/conversations", params={"before": before}), 422, "request")


def test_sharing_and_taking_back(api, answer):
    path = f"/api/conversations/{answer['conversation']}/share"
    shared = api.post(path).json()
    assert shared["path"] == f"/s/{shared['token']}"
    found = api.get(f"/api/shared/{shared['token']}", headers=OTHER).json()
    assert found["turns"][0]["record"] == answer
    assert api.post(path).json() == shared
    assert api.delete(path).status_code == 204
    problem(api.get(f"/api/shared/{shared['token']}"), 404, "not-found")


def test_rating_again_replaces(api, answer, store):
    for rating, reason in (("up", ""), ("down", "引用\x00不对")):
        body = {"answer": answer["id"], "rating": rating, "reason": reason}
        assert api.post("/api/feedback", json=body).json() == {"rating": rating, "reason": reason.replace("\x00", "")}
    ((turn, rating),) = store.ratings()
    assert (turn.id, rating.rating, rating.reason) == (answer["id"], "down", "引用不对")


@pytest.mark.parametrize(
    ("kind", "media", "part"),
    [
        ("md", "text/markdown; charset=utf-8", QUESTION),
        ("html", "text/html; charset=utf-8", QUESTION),
        ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", None),
    ],
)
def test_export(api, answer, kind, media, part):
    response = api.get(f"/api/conversations/{answer['conversation']}/export", params={"format": kind})
    assert response.headers["content-type"] == media
    assert f"conversation.{kind}" in response.headers["content-disposition"]
    text = response.text if part else zipfile.ZipFile(io.BytesIO(response.content)).read("word/document.xml").decode()
    assert QUESTION in text


def test_nobody_sees_or_changes_anothers(api, answer):
    name, turn = answer["conversation"], answer["id"]
    assert api.get("/api/conversations", headers=OTHER).json() == []
    calls = [
        ("GET", f"/api/conversations/{name}", None),
        ("PATCH", f"/api/conversations/{name}", {"title": "我的"}),
        ("DELETE", f"/api/conversations/{name}", None),
        ("POST", f"/api/conversations/{name}/share", None),
        ("DELETE", f"/api/conversations/{name}/share", None),
        ("GET", f"/api/conversations/{name}/export", None),
        ("GET", f"/api/turns/{turn}", None),
        ("POST", f"/api/turns/{turn}/stop", None),
        ("POST", "/api/feedback", {"answer": turn, "rating": "up"}),
        ("POST", "/api/ask", {"question": QUESTION, "conversation": name}),
        ("POST", "/api/ask", {"question": QUESTION, "replaces": turn}),
    ]
    for method, path, body in calls:
        problem(api.request(method, path, json=body, headers=OTHER), 404, "not-found")
    assert api.get(f"/api/conversations/{name}").json()["turns"][0]["record"] == answer


@pytest.mark.parametrize("value", NONSENSE)
def test_nonsense_for_an_id_is_missing(api, value):
    for path in (
        f"/api/turns/{value}",
        f"/api/conversations/{value}",
        f"/api/conversations/{value}/export",
        f"/api/shared/{value}",
        f"/api/texts/{value}",
        f"/api/documents/{value}",
        f"/api/clauses/{value}",
    ):
        problem(api.get(path), 404, "not-found")


@pytest.mark.parametrize("value", ["nothing", "\x00", "a" * 5000, ""])
def test_nonsense_for_an_id_in_a_body_is_missing(api, value):
    problem(api.post("/api/ask", json={"question": QUESTION, "conversation": value}), 404, "not-found")
    problem(api.post("/api/feedback", json={"answer": value, "rating": "up"}), 404, "not-found")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"question": "\\ud83d"}', 422),
        (b'{"question": "\xed\xa0\xbd"}', 422),
        (b"\xff\xfe", 422),
        (b"{\xff", 400),
        (b'{"question": ', 422),
        (b"[" * 100_000, 400),
        (b'{"question": ' + b"9" * 6000 + b"}", 400),
        (b'"question"', 422),
        (b"", 422),
        (b'{"question": "\\u0000"}', 422),
    ],
)
def test_bodies_that_cannot_be_read(api, body, status):
    response = api.post("/api/ask", content=body, headers={"content-type": "application/json"})
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    assert response.json()["detail"]


@pytest.mark.parametrize("profile", [{"region": "\ud83d"}, {"\ud83d": 1}, {"who": [[[[[[[[[["企业"]]]]]]]]]]}, {"say": {}}])
def test_forms_that_cannot_be_read(api, profile):
    response = api.post("/api/match", content=json.dumps({"profile": profile}), headers={"content-type": "application/json"})
    assert (response.status_code, response.headers["content-type"]) == (422, "application/problem+json")


def test_a_body_that_is_not_said_to_be_json_is_told_so(api):
    response = api.post("/api/ask", content=b'{"question": "x"}', headers={"content-type": "text/plain"})
    assert "application/json" in problem(response, 422, "request")


def test_other_methods_are_told_which_are_right(api):
    response = api.put("/api/conversations/x")
    assert response.headers["allow"] == "DELETE, GET, PATCH"
    assert "GET" in problem(response, 405, "method")
    problem(api.request("TRACE", "/api/ask"), 405, "method")
    problem(api.get("/api/nothing/at/all"), 404, "not-found")


def test_stopping_a_finished_answer_changes_nothing(api, answer):
    assert api.post(f"/api/turns/{answer['id']}/stop").json()["status"] == "done"


def test_what_another_process_writes_cannot_be_stopped_here_and_what_a_dead_one_left_is_given_up(api, store, tmp_path):
    other = Store(f"sqlite:///{tmp_path / 'talk.db'}")
    other.enlist()
    turn = other.begin("me", QUESTION, {})
    stop = f"/api/turns/{turn.id}/stop"
    assert "另一个进程" in problem(api.post(stop), 409, "elsewhere")
    assert store.turn(turn.id).status == "writing"
    problem(api.post(stop, headers=OTHER), 404, "not-found")
    other.close()
    told = api.post(stop).json()
    assert (told["status"], "没有写完" in told["problem"]) == ("stopped", True)


def test_without_a_store_answers_work_and_the_rest_says_why_not(make):
    api = make(None, REPLY, REPLY)
    answer = api.post("/api/ask", json={"question": QUESTION}).json()
    assert api.get(f"/api/turns/{answer['id']}").json()["record"] == answer
    assert api.get(f"/api/texts/{next(iter(answer['documents'].values()))}").status_code == 200
    assert api.post("/api/ask", json={"question": QUESTION, "conversation": answer["conversation"]}).status_code == 200
    assert api.get("/api/conversations").json() == []
    name = answer["conversation"]
    for method, path, body in (
        ("POST", f"/api/conversations/{name}/share", None),
        ("DELETE", f"/api/conversations/{name}", None),
        ("PATCH", f"/api/conversations/{name}", {"title": "x"}),
        ("POST", "/api/feedback", {"answer": answer["id"], "rating": "up"}),
    ):
        assert "不保存" in problem(api.request(method, path, json=body), 404, "not-found")


def test_a_store_that_is_down_is_a_503_with_when_to_come_back(api, store, monkeypatch):
    monkeypatch.setattr(store, "conversations", lambda *_: (_ for _ in ()).throw(StoreError("连不上。请检查数据库。")))
    response = api.get("/api/conversations")
    assert "数据库" in problem(response, 503, "store")
    assert response.headers["retry-after"] == "10"


def test_a_closing_service_says_so(make, store):
    api = make(store)
    api.app.state.service.close(0)
    response = api.post("/api/ask", json={"question": QUESTION})
    problem(response, 503, "closing")
    assert int(response.headers["retry-after"]) > 0


def test_dossiers(api):
    body = {"say": "我们是一家养老机构，想建社区养老服务中心"}
    page = api.post("/api/match/dossier", json=body)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "政策匹配清单" in page.text
    sheet = api.post("/api/match/dossier", params={"format": "xlsx"}, json=body)
    assert "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(sheet.content)).namelist()
    assert "filename=dossier.xlsx" in sheet.headers["content-disposition"]
    problem(api.post("/api/match/dossier", params={"format": "exe"}, json=body), 422, "request")


def test_the_check_of_a_text_is_as_described(api):
    CheckReply.model_validate(api.post("/api/check", json={"text": REPLY}).json())


def test_the_manual_is_written_in_its_own_version(api):
    text = api.get("/openapi.json").text
    made = json.loads(text)
    assert made["openapi"] == "3.0.3"
    for newer in ('"type":"null"', '"const"', '"HTTPValidationError"', '"prefixItems"'):
        assert newer not in text
    names = [o["operationId"] for p in made["paths"].values() for o in p.values()]
    assert len(names) == len(set(names))
    links = made["paths"]["/api/ask"]["post"]["responses"]["200"]["links"]
    assert {link["operationId"] for link in links.values()} <= set(names)


def test_a_turn_is_stored_before_it_is_answered_and_the_answer_is_not_lost_with_the_reader(api, store):
    with api.stream("POST", "/api/ask", json={"question": QUESTION, "stream": True}) as response:
        assert response.status_code == 200
    until(lambda: all(t.status != "writing" for c in store.conversations("me") for t in store.conversation(c.id, "me").turns))
