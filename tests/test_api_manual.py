"""What the manual says: every problem with its words in Chinese, as it is really sent."""

import re

import pytest
from fakes import ScriptedWriter
from fastapi.testclient import TestClient
from serving import ABROAD, QUESTION, HeldWriter, service

from qa import server
from qa.store import Store

PROBLEM, JSON = "application/problem+json", "application/json"
CHINESE = re.compile(r"[一-鿿]")


@pytest.fixture
def client(index, settings):
    def make(writer=None, store=None, **more):
        made = service(index, settings, writer or ScriptedWriter(), store, **more)
        return TestClient(server.application(made, with_page=False), raise_server_exceptions=False)

    return make


@pytest.fixture
def manual(client):
    return client().get("/openapi.json").json()


def operations(manual):
    return [(path, method, o) for path, methods in manual["paths"].items() for method, o in methods.items()]


def test_every_problem_has_its_words_and_an_example(manual):
    for path, method, operation in operations(manual):
        statuses = {s for s in operation["responses"] if s[0] in "45"}
        door = {"401", "413", "429", "503"} if path not in ("/healthz", "/readyz") else set()
        assert door <= statuses, (path, method)
        assert ("requestBody" in operation) == ("408" in statuses)
        for status in statuses:
            told = operation["responses"][status]
            assert CHINESE.search(told["description"]), (path, status)
            if path.startswith("/v1/"):
                shown = told["content"][JSON]
                assert shown["schema"] == {"$ref": "#/components/schemas/FaultReply"}
                assert CHINESE.search(shown["example"]["error"]["message"])
                continue
            (media,) = told["content"]
            assert media == PROBLEM
            assert told["content"][media]["schema"] == {"$ref": "#/components/schemas/ProblemModel"}
            for kind, example in told["content"][media]["examples"].items():
                value = example["value"]
                assert (value["type"], value["status"]) == (f"urn:youju:problem:{kind}", int(status))
                assert CHINESE.search(value["title"])
                assert CHINESE.search(value["detail"])


def test_whoever_reads_the_manual_reads_chinese(manual):
    def words(node, where):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node if isinstance(node, list) else []):
            if key in ("description", "summary") and isinstance(value, str):
                yield f"{where}: {value}"
            else:
                yield from words(value, f"{where}/{key}")

    asked = {n: s for n, s in manual["components"]["schemas"].items() if n.endswith("Request") or n == "ProblemModel"}
    assert [w for w in words([manual["paths"], asked], "") if not CHINESE.search(w)] == []
    assert len(list(words(asked, ""))) > 10


def test_files_are_not_told_to_be_json(manual):
    for path in ("/api/conversations/{conversation_id}/export", "/api/match/dossier"):
        (operation,) = manual["paths"][path].values()
        assert JSON not in operation["responses"]["200"]["content"]


def documented(manual, path, method, response):
    """What the manual shows of the kind of problem that came."""
    told = manual["paths"][path][method]["responses"][str(response.status_code)]["content"][PROBLEM]["examples"]
    return told[response.json()["type"].removeprefix("urn:youju:problem:")]["value"]


@pytest.mark.parametrize(
    ("path", "method", "sent"),
    [
        ("/api/ask", "post", {"content": b"{"}),
        ("/api/ask", "post", {"json": {}}),
        ("/api/ask", "post", {"json": {"question": ""}}),
        ("/api/ask", "post", {"json": {"question": QUESTION, "conversation": "gone"}}),
        ("/api/ask", "post", {"content": b" " * 300_000}),
        ("/api/ask", "post", {"json": {"question": QUESTION}, "headers": {"authorization": "Bearer yj-unknown"}}),
        ("/api/match", "post", {"json": {"profile": {"staff": "许多"}}}),
        ("/api/documents/{document_id}", "get", {}),
        ("/api/conversations", "get", {"params": {"limit": 0}}),
    ],
)
def test_a_problem_is_sent_as_the_manual_shows_it(client, manual, tmp_path, path, method, sent):
    store = Store(f"sqlite:///{tmp_path / 'talk.db'}")
    found = client(store=store).request(method, path.replace("{document_id}", "gone"), **sent)
    store.close()
    assert found.headers["content-type"] == PROBLEM
    shown = documented(manual, path, method, found)
    assert {k: found.json()[k] for k in ("type", "title", "status")} == {k: shown[k] for k in ("type", "title", "status")}


def test_limits_and_the_end_are_told_as_the_manual_shows_them(client, manual):
    writer = HeldWriter()
    api = client(writer, slots=1, waiting=0)
    asked = api.app.state.service
    ticket = asked.line.ticket()
    busy = api.post("/api/ask", json={"question": ABROAD})
    ticket.leave()
    asked.close(0)
    closing = api.post("/api/ask", json={"question": ABROAD})
    limited = client(rate=1)
    limited.get("/api/documents")
    rate = limited.get("/api/documents")
    kinds = []
    for path, method, found in (("/api/ask", "post", busy), ("/api/ask", "post", closing), ("/api/documents", "get", rate)):
        shown = documented(manual, path, method, found)
        kinds.append(found.json()["type"].rsplit(":", 1)[-1])
        assert (found.json()["title"], found.json()["status"]) == (shown["title"], shown["status"])
        assert found.headers["retry-after"]
    assert kinds == ["busy", "closing", "rate"]


def test_what_cannot_be_seen_makes_no_question_too_long(client, manual):
    long = "养老服务补贴" + "\x0e" * 1000
    assert client().post("/api/search", json={"question": long}).status_code == 200
    assert client().post("/api/search", json={"question": "补贴" * 501}).status_code == 422
    for name in ("AskRequest", "SearchRequest"):
        assert "maxLength" not in manual["components"]["schemas"][name]["properties"]["question"]
