"""Logs: one JSON object a line, with the request's id; no secret, and no question unless it is wanted."""

import io
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest
from guarded import Clients, guarded, lines, logging_to, service  # noqa: F401 - a fixture
from starlette.testclient import TestClient

from qa import logs

KEY = "yj-" + "Ab9_" * 11


def test_a_line_is_an_object_with_time_level_event_and_fields(logged):
    logs.note("开始", answers=3)
    assert len(logged.getvalue().splitlines()) == 1
    (line,) = lines(logged)
    assert (line["level"], line["event"], line["answers"]) == ("info", "开始", 3)
    assert line["time"].endswith("+00:00")
    assert "request" not in line


def test_a_line_break_in_a_field_makes_no_second_line(logged):
    logs.note("x", name='a\n{"event": "forged"}\r\nb')
    assert len(logged.getvalue().splitlines()) == 1
    assert lines(logged)[0]["name"] == 'a\n{"event": "forged"}\r\nb'


def test_a_thread_that_copies_its_context_has_the_request(logged):
    token = logs.request_id.set("r-7")
    with ThreadPoolExecutor(1) as pool:
        pool.submit(copy_context().run, logs.note, "in a thread").result()
        pool.submit(logs.note, "elsewhere").result()
    logs.request_id.reset(token)
    assert [line.get("request") for line in lines(logged)] == ["r-7", None]


def test_questions_are_logged_only_when_wanted(logged):
    logs.note("asked", **logs.words("我们公司姓王的欠了多少税"))
    assert lines(logged)[0]["length"] == 12
    assert "姓王" not in logged.getvalue()
    stream = io.StringIO()
    logs.configure(True, stream)
    logs.note("asked", **logs.words("我们公司姓王的欠了多少税"))
    assert lines(stream)[0]["question"] == "我们公司姓王的欠了多少税"


def test_an_error_tells_its_place_and_its_words_only_when_wanted(logged):
    def fail():
        raise ValueError("问题原文")

    for questions, stream in ((False, logged), (True, io.StringIO())):
        logs.configure(questions, stream)
        try:
            fail()
        except ValueError as error:
            logs.note("broken", logging.ERROR, error)
        (line,) = lines(stream)
        assert line["error"]["type"] == "ValueError"
        assert line["error"]["at"][-1].endswith(" fail")
        assert ("问题原文" in stream.getvalue()) == questions


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"key {KEY} used", "key *** used"),
        (f"Authorization: Bearer {KEY}", "Authorization: Bearer ***"),
        ("authorization: bearer sk-abcdef", "authorization: bearer ***"),
        ("name=a&password=geheim&x=1", "name=a&password=***&x=1"),
        ("postgresql+psycopg://youju:geheim@db/youju", "postgresql+psycopg://***@db/youju"),
        ("http://127.0.0.1:7860/x@y", "http://127.0.0.1:7860/x@y"),
        ("youju", "youju"),
    ],
)
def test_secrets_are_hidden(text, kept):
    assert logs.hidden(text) == kept


def test_libraries_log_in_the_same_form(logged):
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    logging.getLogger("some.library").info("chatter")
    assert [(line["logger"], line["level"]) for line in lines(logged)] == [("uvicorn.error", "warning")]


def test_nothing_secret_of_a_request_is_in_its_line(logged, tmp_path):
    store = Clients(keys={"大屏": KEY}, people={"小王": "geheim-99"})
    door = TestClient(guarded(service(tmp_path, store)))
    door.get("/s/share-token-geheim?q=geheim", headers={"accept": "text/html"})
    door.get("/api/who?question=geheim", headers={"authorization": f"Bearer {KEY}"})
    door.post("/api/echo?x=geheim", content=b"geheim")
    door.get("/api/broken?x=geheim")
    assert "geheim" not in logged.getvalue()
    assert KEY[5:] not in logged.getvalue()
    assert door.cookies["youju"] not in logged.getvalue()
    found = [line for line in lines(logged) if line["event"] == "request"]
    assert [(line["method"], line["route"], line["status"]) for line in found] == [
        ("GET", "/s/{token}", 200),
        ("GET", "/api/who", 200),
        ("POST", "/api/echo", 200),
        ("GET", "/api/broken", 500),
    ]
    assert found[1]["client"] == "key:大屏"
    assert len({line["request"] for line in found}) == 4


def test_files_and_health_fill_no_log(logged, tmp_path):
    door = TestClient(guarded(service(tmp_path)))
    assert door.get("/healthz").status_code == door.get("/metrics").status_code == 200
    assert lines(logged) == []
    door.get("/assets/missing.js")
    assert [line["status"] for line in lines(logged)] == [404]


def test_a_poll_that_is_told_to_wait_is_no_error(logged, tmp_path):
    """Whoever is paged by errors must not be for each poll of a service that cannot answer yet; other failures stay errors."""
    lost = TestClient(guarded(service(tmp_path, Clients(broken=True))))
    assert lost.get("/readyz").status_code == 503
    assert lost.get("/api/broken").status_code == 500
    found = [(line["route"], line["status"], line["level"]) for line in lines(logged) if line["event"] == "request"]
    assert found == [("/readyz", 503, "info"), ("/api/broken", 500, "error")]


def test_a_line_can_be_read_by_any_json_reader(logged):
    logs.note("odd", value={1, 2}, text="\ud800 \u2028")
    assert len(logged.getvalue().split("\n")) == 2
    json.loads(logged.getvalue())
    logged.getvalue().encode("utf-8")
