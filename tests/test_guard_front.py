"""From the first second to the last: what a server says while it loads, and how it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI
from guarded import HTML, lines, logging_to  # noqa: F401 - a fixture
from starlette.testclient import TestClient

from qa.guard_front import Front
from qa.settings import Settings
from qa.start import PARTS, store

HERE = Path(__file__).parent


class Loading:
    """A Front whose application opens when the test says so."""

    def __init__(self, error=None):
        self.go, self.opened, self.ended = threading.Event(), None, []
        self.error, self.closed = error, []
        self.front = Front(self._load, PARTS)
        self.front.ended = self.ended.append

    def _load(self, opened):
        self.opened = opened
        assert self.go.wait(30)
        if self.error:
            raise self.error
        app = FastAPI(lifespan=self._lifespan)
        app.get("/api/who")(lambda: {"open": True})
        return app, SimpleNamespace(store=None, settings=Settings(index=None), close=lambda patience: None)

    def _lifespan(self, app):
        from contextlib import asynccontextmanager

        @asynccontextmanager
        async def around(_):
            self.closed.append("entered")
            yield
            self.closed.append("left")

        return around(app)


def until(true, what):
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.01)


def test_while_it_loads_it_names_what_is_missing():
    made = Loading()
    with TestClient(made.front) as client:
        until(lambda: made.opened, "the thread that loads")
        assert client.get("/healthz").json() == {"status": "ok"}
        told = client.get("/readyz")
        assert (told.status_code, told.json()["missing"]) == (503, ["store", "index", "writer"])
        made.opened("index")
        told = client.get("/readyz")
        assert (told.json()["missing"], told.headers["retry-after"]) == (["store", "writer"], "5")
        asked = client.post("/api/ask", json={})
        assert (asked.status_code, asked.json()["request"]) == (503, asked.headers["x-request-id"])
        assert client.post("/v1/chat/completions").json()["error"]["code"] == "not_ready"
        page = client.get("/", headers=HTML)
        assert page.status_code == 503
        assert 'http-equiv="refresh"' in page.text
        assert "frame-ancestors 'self'" in page.headers["content-security-policy"]
        made.go.set()
        until(lambda: made.ended, "the application")
        assert client.get("/api/who").json() == {"open": True}
        assert made.closed == ["entered"]
        assert made.ended == [True]
    assert made.closed == ["entered", "left"]


def test_polls_while_it_loads_and_ends_are_no_errors_of_the_log(logged):
    made = Loading()
    with TestClient(made.front) as client:
        assert client.get("/readyz").status_code == client.post("/api/ask", json={}).status_code == 503
        made.go.set()
        until(lambda: made.ended, "the application")
        made.front.close(1).join()
        assert client.get("/readyz").status_code == 503
    found = [(line["method"], line["status"], line["level"]) for line in lines(logged) if line["event"] == "request"]
    assert found == [("GET", 503, "info"), ("POST", 503, "error"), ("GET", 503, "info")]


def test_what_cannot_be_opened_is_told_to_who_started_it():
    made = Loading(OSError("索引坏了"))
    with TestClient(made.front) as client:
        made.go.set()
        until(lambda: made.ended, "the end of loading")
        assert client.get("/readyz").status_code == 503
    assert made.ended == [False]
    assert str(made.front.error) == "索引坏了"


def test_while_it_ends_it_is_not_ready_but_answers():
    made = Loading()
    made.go.set()
    with TestClient(made.front) as client:
        until(lambda: made.ended, "the application")
        made.front.close(1).join()
        told = client.get("/readyz")
        assert (told.status_code, told.json()["detail"]) == (503, "服务正在停止，不再接新的问题。")
        assert client.get("/api/who").status_code == 200


# --- a process of its own ----------------------------------------------------------


@contextmanager
def process(home, pace, patience):
    """A child that serves; its address and the process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, str(HERE / "front_child.py"), str(home), str(port), str(pace), str(patience)]
    paths = os.pathsep.join([str(HERE), str(HERE.parent)])
    with (home / "log").open("w") as log:
        child = subprocess.Popen(
            command, env=os.environ | {"PYTHONPATH": paths}, stdout=subprocess.PIPE, stderr=log, text=True, cwd=HERE.parent
        )
    try:
        assert child.stdout.readline() == "ready\n", (home / "log").read_text()
        yield f"http://127.0.0.1:{port}", child
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def kept(home):
    """The turns of the child's store."""
    from index.settings import IndexSettings

    opened = store(Settings(index=IndexSettings(home, home, home / "indexes" / "sample")))
    try:
        (conversation,) = opened.conversations("api:open")
        return opened.kept(conversation.id).turns
    finally:
        opened.close()


@pytest.mark.parametrize(("patience", "status"), [(60, "done"), (1, "stopped")])
def test_told_to_stop_it_finishes_or_cancels_what_runs(tmp_path, patience, status):
    """Half a second a letter is too slow for a second's patience, and fast enough for a minute's."""
    with process(tmp_path, 0.1 if status == "done" else 2, patience) as (url, child):
        idle = socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1])))
        question = {"question": "新建社区养老服务中心每张床位有多少建设补贴？", "stream": True}
        names = []
        with httpx.stream("POST", f"{url}/api/ask", json=question, timeout=60) as response:
            for line in response.iter_lines():
                if line.startswith("event: "):
                    names.append(line.removeprefix("event: "))
                if names.count("token") == 1 and line.startswith("event: token"):
                    child.send_signal(signal.SIGTERM)
        assert names[0] == "evidence"
        assert names[-1] in (("answer",) if status == "done" else ("answer", "error"))
        assert child.wait(60) == 0, (tmp_path / "log").read_text()
        idle.close()
    (turn,) = kept(tmp_path)
    assert turn.status == status
    assert turn.record["evidence"]
    events = [json.loads(line)["event"] for line in (tmp_path / "log").read_text().splitlines()]
    assert events.index("stopping") < events.index("stopped")
