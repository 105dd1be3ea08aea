"""The door around a few endpoints of its own: what stands behind it does not matter."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, StreamingResponse

from index.settings import IndexSettings
from qa import guard, logs
from qa.meters import Meters
from qa.settings import Settings
from qa.turns import StoreError

HTML = {"accept": "text/html,*/*"}


@dataclass
class Clients:
    """Keys and people as the store gives them."""

    people: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    broken: bool = False
    made: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(days=1))

    def client(self, kind, secret, name=""):
        self.asked.append(kind)
        if self.broken:
            raise StoreError("对话库打不开。请检查磁盘。")
        if kind == "key":
            found = next((n for n, s in self.keys.items() if s == secret), None)
        else:
            found = name if self.people.get(name) == secret else None
        return SimpleNamespace(name=found, created=self.made) if found else None

    def clients(self, kind):
        return [SimpleNamespace(name=n, created=self.made) for n in (self.people if kind == "user" else self.keys)]

    def ping(self):
        if self.broken:
            raise StoreError("对话库打不开。请检查磁盘。")


def service(home: Path, store=None, **settings) -> SimpleNamespace:
    chosen = Settings(index=IndexSettings(home, home, home / "indexes" / "sample"), **settings)
    parts = SimpleNamespace(index=SimpleNamespace(documents=[1], clauses=[1, 2]), writer=SimpleNamespace(name="scripted"))
    return SimpleNamespace(settings=chosen, store=store, meters=Meters(), assistant=parts)


def guarded(served: SimpleNamespace) -> FastAPI:
    app = FastAPI(docs_url=None)
    guard.install(app, served)

    @app.get("/", response_class=HTMLResponse)
    def page() -> str:
        return "<p>页面</p>"

    @app.get("/s/{token}", response_class=HTMLResponse)
    def shared(token: str) -> str:
        return "<p>分享</p>"

    @app.get("/api/who")
    @app.get("/api/conversations")
    @app.post("/gradio_api/queue/join")
    @app.get("/v1/models")
    def who(request: Request) -> dict[str, str]:
        return {"owner": guard.owner(request)}

    @app.post("/api/echo")
    @app.post("/v1/chat/completions")
    @app.post("/gradio_api/upload")
    async def echo(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @app.post("/api/json")
    def parsed(body: dict[str, str]) -> dict[str, str]:
        return body

    @app.get("/api/broken")
    def broken() -> None:
        raise ValueError("内部细节 geheim")

    @app.get("/api/problem")
    def problem() -> JSONResponse:
        return JSONResponse({"type": "urn:x", "status": 404}, 404, media_type="application/problem+json")

    @app.get("/api/stream")
    def stream() -> StreamingResponse:
        return StreamingResponse(_pieces(), media_type="text/event-stream")

    @app.get("/api/slow")
    async def slow() -> dict[str, str]:
        await asyncio.sleep(0.3)
        return {}

    @app.get("/api/large")
    def large() -> StreamingResponse:
        return StreamingResponse(b"x" * 65536 for _ in range(4000))

    return app


@pytest.fixture(name="logged")
def logging_to() -> Iterator[io.StringIO]:
    """Where the log goes; logging is as it was before when the test ends."""
    loggers = [logging.getLogger(n) for n in (None, "youju", "uvicorn", "uvicorn.error", "uvicorn.access")]
    before = [(logger, logger.handlers[:], logger.level, logger.propagate) for logger in loggers]
    stream = io.StringIO()
    logs.configure(False, stream)
    yield stream
    logs.configure(False, stream)
    for logger, handlers, level, propagate in before:
        logger.handlers[:], logger.propagate = handlers, propagate
        logger.setLevel(level)


def lines(stream: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def _pieces() -> Iterator[str]:
    for n in range(3):
        yield f"data: {n}\n\n"
        time.sleep(0.01)
