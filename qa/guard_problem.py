"""What a refused request is told, in the shape that its client reads: problem details, OpenAI's, or a small page."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send

from qa import logs
from qa.guard_paths import kind

PROBLEM = "application/problem+json"
_OPENAI = {
    401: ("invalid_request_error", "invalid_api_key"),
    429: ("rate_limit_error", "rate_limit_exceeded"),
    408: ("invalid_request_error", "timeout"),
    413: ("invalid_request_error", "request_too_large"),
    503: ("server_error", "not_ready"),
}
PAPER = """
:root { color-scheme: light dark; --ink: light-dark(#22211f, #eae7e0); --accent: light-dark(#8f2d22, #f0a89f); }
body { font: 16px/1.7 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; margin: 0; min-height: 100vh;
  display: grid; place-items: center; background: light-dark(#f7f5f0, #1c1b19); color: var(--ink); }
main { width: min(92vw, 24rem); padding: 1.5rem; border-radius: .6rem; background: light-dark(#fff, #272522);
  box-sizing: border-box; }
h1 { font-size: 1.25rem; margin: 0 0 .75rem; } p { margin: .5rem 0; } label { display: block; margin: .75rem 0 .2rem; }
input { width: 100%; box-sizing: border-box; font: inherit; padding: .5rem .6rem; border: 1px solid #8d887e;
  border-radius: .35rem; background: transparent; color: inherit; }
button { font: inherit; margin-top: 1rem; padding: .5rem 1.4rem; border: 0; border-radius: .35rem; background: #8f2d22;
  color: #fff; cursor: pointer; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; } a { color: var(--accent); }
[role=alert] { color: light-dark(#9c1c10, #ffb4a9); }
"""


def problem(status: int, kind: str, title: str, detail: str, **more: Any) -> dict[str, Any]:
    """RFC 9457 problem details; `type` is stable, `detail` is Chinese for the reader."""
    return {"type": f"urn:youju:problem:{kind}", "title": title, "status": status, "detail": detail} | more


def response(scope: Scope, told: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """The problem for this client: OpenAI's error under /v1, a page for a person in a browser, else problem details."""
    status = int(told["status"])
    extra = {"Cache-Control": "no-store", **(headers or {})}
    if scope["path"].startswith("/v1/"):
        kind, code = _OPENAI.get(status, ("server_error" if status >= 500 else "invalid_request_error", None))
        error = {"message": told["detail"], "type": kind, "param": None, "code": code}
        return JSONResponse({"error": error}, status, extra)
    if is_visit(scope):
        return HTMLResponse(page(told["title"], f"<p>{html.escape(told['detail'])}</p>"), status, extra)
    body = dict(told) | ({"request": logs.request_id.get()} if logs.request_id.get() else {})
    return JSONResponse(body, status, extra, media_type=PROBLEM)


def is_visit(scope: Scope) -> bool:
    """Whether a person opens a page with this request, rather than a program or a script of the page."""
    pages = kind(scope["path"]) in ("page", "login", "manual")
    return pages and scope["method"] in ("GET", "HEAD") and "text/html" in Headers(scope=scope).get("accept", "")


def page(title: str, body: str, head: str = "") -> str:
    """A small page of our own around HTML that is safe already; no script."""
    name = html.escape(title)
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{name} · 有据</title>{head}<style>{PAPER}</style></head><body><main><h1>{name}</h1>{body}</main></body></html>"
    )


async def refuse(
    scope: Scope, receive: Receive, send: Send, told: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> None:
    await response(scope, told, headers)(scope, receive, send)


class Patched:
    """A `send` that puts the id of the request into problem details on their way out; everything else passes at once."""

    def __init__(self, send: Send, request: str) -> None:
        self._send = send
        self._request = request
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if Headers(raw=message["headers"]).get("content-type", "").startswith(PROBLEM):
                self._start = message
                return
        elif self._start is not None:
            self._body += message.get("body", b"")
            if message.get("more_body"):
                return
            start, body = self._start, self._with_request()
            self._start = None
            headers = [(n, v) for n, v in start["headers"] if n.lower() != b"content-length"]
            await self._send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
            await self._send({"type": "http.response.body", "body": body})
            return
        await self._send(message)

    def _with_request(self) -> bytes:
        try:
            told = json.loads(self._body)
        except ValueError:
            return self._body
        return json.dumps({**told, "request": self._request}, ensure_ascii=False).encode()
