"""The MCP server over HTTP: who may call, when, and what rubbish gets."""

from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI
from live import SteadyWriter, serving

from qa import mcp_server
from qa.answer import Assistant
from qa.service import Service
from qa.settings import Settings

pytest_plugins = ["mcp_service"]
PING = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
ACCEPT = {"Accept": "application/json, text/event-stream"}


def test_pages_of_other_sites_may_not_call(service):
    app = FastAPI()
    mcp_server.mount(app, service)
    with serving(app) as address, httpx.Client() as http:
        allowed = http.post(f"{address}/mcp", json=PING, headers={**ACCEPT, "Origin": address})
        refused = http.post(f"{address}/mcp", json=PING, headers={**ACCEPT, "Origin": "https://evil.example"})
    assert allowed.status_code == 200
    assert "search_clauses" in allowed.text
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:youju:problem:origin")


def test_an_origin_that_the_operator_names_may_call(index, settings):
    own = Settings(index=settings, everyday=0, cors="https://desk.example/")
    app = FastAPI()
    service = Service(Assistant(index, SteadyWriter(), own), None, own)
    mcp_server.mount(app, service)
    with serving(app) as address:
        got = httpx.post(f"{address}/mcp", json=PING, headers={**ACCEPT, "Origin": "https://desk.example"})
    assert got.status_code == 200


def test_before_the_app_runs_it_says_so(service):
    from starlette.testclient import TestClient

    app = FastAPI()
    mcp_server.mount(app, service)
    got = TestClient(app).post("/mcp", json=PING, headers=ACCEPT)
    assert (got.status_code, got.json()["type"]) == (503, "urn:youju:problem:not-ready")


def test_an_app_may_run_twice_and_keeps_its_own_lifespan(service):
    from starlette.testclient import TestClient

    told = []

    @asynccontextmanager
    async def lifespan(_):
        told.append("up")
        yield {"own": 1}
        told.append("down")

    app = FastAPI(lifespan=lifespan)
    mcp_server.mount(app, service)
    for _ in range(2):
        with TestClient(app) as client:
            assert "search_clauses" in client.post("/mcp", json=PING, headers=ACCEPT).text
    assert told == ["up", "down"] * 2


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"jsonrpc": "2.0"}', b"\xff" * 100, b'{"a":' * 5000])
def test_rubbish_is_refused_without_a_trace(service, body):
    app = FastAPI()
    mcp_server.mount(app, service)
    with serving(app) as address:
        got = httpx.post(f"{address}/mcp", content=body, headers={**ACCEPT, "Content-Type": "application/json"})
    assert 400 <= got.status_code < 500
    assert "Traceback" not in got.text
