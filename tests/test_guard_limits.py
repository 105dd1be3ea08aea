"""Limits: how often, how large, how slow; and that who is within them notices nothing."""

import asyncio
import http.client
import json
import socket
import time

import pytest
from guarded import HTML, Clients, guarded, lines, logging_to, service  # noqa: F401 - a fixture
from live import serving
from starlette.testclient import TestClient

from qa import guard_body, guard_record
from qa.guard_rate import Rates

KEY, OTHER = "yj-" + "k" * 43, "yj-" + "o" * 43


@pytest.fixture
def door(tmp_path):
    def make(client=("10.1.2.3", 5000), store=None, **settings):
        return TestClient(guarded(service(tmp_path, store, **settings)), client=client)

    return make


@pytest.fixture
def running(tmp_path):
    """The address of a live server, host and port."""
    with serving(guarded(service(tmp_path, rate=0, body_kb=64))) as url:
        host, port = url.removeprefix("http://").split(":")
        yield host, int(port)


# --- how often ---------------------------------------------------------------------


def test_a_burst_is_refused_with_the_seconds_to_wait(door):
    one = door()
    answers = [one.get("/api/who") for _ in range(500)]
    assert [a.status_code for a in answers] == [200] * 60 + [429] * 440
    told = answers[-1]
    assert 1 <= int(told.headers["retry-after"]) <= 60
    assert told.json()["type"] == "urn:youju:problem:rate"
    assert told.json()["retry"] == int(told.headers["retry-after"])
    assert f"请 {told.headers['retry-after']} 秒后再试" in told.json()["detail"]
    assert one.get("/v1/models").json()["error"]["code"] == "rate_limit_exceeded"
    assert 'youju_turned_away_total{reason="rate"} 441.0' in one.get("/metrics").text


def test_health_and_files_are_free(door):
    one = door(rate=1)
    for path in ("/healthz", "/readyz", "/metrics", "/assets/index.js", "/en/assets/index.js", "/gradio_api/queue/data"):
        assert {one.get(path).status_code for _ in range(20)} <= {200, 404}


def test_others_are_not_slowed_by_who_is_over(door):
    keys = Clients(keys={"a": KEY, "b": OTHER})
    one = door(store=keys, rate=5)

    def send(key):
        return one.get("/api/who", headers={"authorization": f"Bearer {key}"}).status_code

    assert [send(KEY) for _ in range(7)] == [200] * 5 + [429] * 2
    assert send(OTHER) == 200
    assert TestClient(one.app, client=("10.9.9.9", 1)).get("/api/who").status_code == 200


def test_two_browsers_behind_one_address_have_a_rate_each(door):
    one = door(rate=5)
    one.get("/", headers=HTML)
    two = TestClient(one.app, client=("10.1.2.3", 5001))
    two.get("/", headers=HTML)
    assert [one.get("/api/who").status_code for _ in range(6)][-1] == 429
    assert two.get("/api/who").status_code == 200


def test_throwing_cookies_away_does_not_help_for_ever(door):
    one = door(rate=3)
    codes = []
    for _ in range(60):
        one.cookies.clear()
        codes.append(one.get("/", headers=HTML).status_code)
        codes += [one.get("/api/who").status_code for _ in range(3)]
    assert codes.count(429) > 100
    page = door(rate=0).get("/", headers=HTML)
    assert page.status_code == 200


def test_a_person_over_the_rate_sees_a_page(door):
    one = door(rate=1)
    told = [one.get("/", headers=HTML) for _ in range(7)][-1]
    assert (told.status_code, told.headers["content-type"]) == (429, "text/html; charset=utf-8")
    assert "秒后再试" in told.text


def test_any_number_with_rate_0(door):
    one = door(rate=0)
    assert {one.get("/api/who").status_code for _ in range(100)} == {200}


def test_a_window_lets_in_again_when_the_oldest_leaves_it(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    rates = Rates()
    assert [rates.hit("x", "a", 2), rates.hit("x", "a", 2), rates.hit("x", "b", 2)] == [0, 0, 0]
    now[0] += 20
    assert rates.hit("x", "a", 2) == rates.full("x", "a", 2) == 40
    now[0] += 41
    assert rates.full("x", "a", 2) == rates.hit("x", "a", 2) == 0


# --- how large ---------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api/echo", "/api/json", "/v1/chat/completions"])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_limit_is_refused(door, path, chunked):
    one = door(body_kb=64)
    body = iter([b"x" * 40_000] * 2) if chunked else b"x" * 80_000
    told = one.post(path, content=body, headers={"content-type": "application/json"})
    assert told.status_code == 413
    detail = told.json()["error"]["message"] if path.startswith("/v1") else told.json()["detail"]
    assert "超过了 64 KB 的上限" in detail
    assert one.post("/api/echo", content=b"x" * 65_536).json() == {"bytes": 65_536}


def test_files_for_the_page_have_a_limit_of_their_own(door):
    one = door(body_kb=64, upload_mb=1)
    assert one.post("/gradio_api/upload", content=b"x" * 1_000_000).json() == {"bytes": 1_000_000}
    assert one.post("/gradio_api/upload", content=b"x" * 1_200_000).status_code == 413


def test_a_length_that_is_no_number_is_refused(door):
    assert door().post("/api/echo", content=b"x", headers={"content-length": "-1"}).status_code == 413


def test_a_large_body_is_answered_before_it_is_sent(running, monkeypatch):
    """Only the beginning of what was announced is ever sent."""
    monkeypatch.setattr(guard_body, "_DRAIN_SECONDS", 0.2)
    with socket.create_connection(running, 20) as raw:
        raw.sendall(b"POST /api/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 900000000\r\n\r\n" + b"x" * 1000)
        assert raw.recv(65536).startswith(b"HTTP/1.1 413")


def test_an_endless_body_is_answered_before_it_ends(running, monkeypatch):
    monkeypatch.setattr(guard_body, "_DRAIN_SECONDS", 0.2)
    with socket.create_connection(running, 20) as raw:
        raw.sendall(b"POST /api/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(3):
            raw.sendall(b"8000\r\n" + b"x" * 0x8000 + b"\r\n")
        assert raw.recv(65536).startswith(b"HTTP/1.1 413")


def test_a_client_that_sends_everything_first_can_read_the_refusal(running):
    connection = http.client.HTTPConnection(*running, timeout=20)
    connection.request("POST", "/api/echo", b"x" * 2_000_000)
    response = connection.getresponse()
    assert response.status == 413
    assert json.loads(response.read())["type"] == "urn:youju:problem:too-large"


def test_a_client_that_asks_first_is_not_told_to_go_on(running):
    with socket.create_connection(running, 20) as raw:
        raw.sendall(b"POST /api/echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2000000\r\n\r\n")
        received = b""
        while chunk := raw.recv(65536):
            received += chunk
    assert received.startswith(b"HTTP/1.1 413")
    assert "urn:youju:problem:too-large" in received.decode()


# --- how slow ----------------------------------------------------------------------


def test_a_body_that_does_not_arrive_is_given_up(running, monkeypatch):
    monkeypatch.setattr(guard_body, "SECONDS", 0.2)
    monkeypatch.setattr(guard_body, "_DRAIN_SECONDS", 0.2)
    with socket.create_connection(running, 20) as raw:
        raw.sendall(b"POST /api/json HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        received = b""
        while chunk := raw.recv(65536):
            received += chunk
    assert received.startswith(b"HTTP/1.1 408")
    assert "urn:youju:problem:timeout" in received.decode()


def test_a_client_that_does_not_read_is_cut_off(running, monkeypatch, logged):
    monkeypatch.setattr(guard_record, "STALL", 0.3)
    with socket.create_connection(running, 20) as raw:
        raw.sendall(b"GET /api/large HTTP/1.1\r\nHost: x\r\n\r\n")
        while not any(line["event"] == "stalled" for line in lines(logged)):
            time.sleep(0.02)
        received = 0
        while chunk := raw.recv(1 << 20):
            received += len(chunk)
    assert received < 4000 * 65536


def test_a_slow_client_holds_up_nobody(running):
    slow = socket.create_connection(running, 20)
    slow.sendall(b"POST /api/json HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    try:
        connection = http.client.HTTPConnection(*running, timeout=20)
        connection.request("GET", "/api/who")
        assert connection.getresponse().status == 200
    finally:
        slow.close()


def test_a_request_goes_on_long_after_its_body(door, monkeypatch):
    monkeypatch.setattr(guard_body, "SECONDS", 0.05)
    assert door().get("/api/slow").status_code == 200


def test_an_application_that_waits_for_the_client_to_leave_is_not_disturbed(monkeypatch):
    """Servers of streams read on after the body, to notice that the client has left."""
    monkeypatch.setattr(guard_body, "SECONDS", 0.05)
    sent = []

    async def application(scope, receive, send):
        assert (await receive())["type"] == "http.request"
        assert (await receive())["type"] == "http.disconnect"
        sent.append("left")

    async def go():
        messages = iter([{"type": "http.request", "body": b"", "more_body": False}, {"type": "http.disconnect"}])

        async def receive():
            message = next(messages)
            if message["type"] == "http.disconnect":
                await asyncio.sleep(0.2)
            return message

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "path": "/api/ask", "method": "POST", "headers": []}
        await guard_body.Bodies(application, 64, 1, None)(scope, receive, send)

    asyncio.run(go())
    assert sent == ["left"]
