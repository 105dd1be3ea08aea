"""Headers that tell a browser what a page of ours may do: nothing may be loaded from, or sent to, another server."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.guard_paths import kind

_BASE = "base-uri 'self'; object-src 'none'; form-action 'self'; frame-ancestors 'self'"
STRICT = f"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; {_BASE}"
"""Pages of our own: scripts only from our files."""
GRADIO = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; "
    f"media-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; connect-src 'self' blob: data:; {_BASE}"
)
"""Gradio writes its configuration into inline scripts, and its HTML component makes functions from text."""
DOCS = f"default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; {_BASE}"
"""Swagger UI is started by an inline script."""
DATA = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
"""Answers for programs and exported pages: no script at all."""


def policy(path: str) -> str:
    """The Content-Security-Policy of what stands at this path."""
    what = kind(path)
    if what == "program":
        return DATA
    if what in ("login", "fragment", "file") or path.startswith("/s/"):
        return STRICT
    return DOCS if what == "manual" else GRADIO


class Secure:
    """Adds the headers to every response that does not set them itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"]

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                headers.setdefault("Content-Security-Policy", policy(path))
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("X-Frame-Options", "SAMEORIGIN")
                headers.setdefault("Referrer-Policy", "same-origin")
                headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
                if scope["scheme"] == "https":  # read now: a trusted proxy may have told
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
                    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
                if kind(path) in ("program", "login", "fragment", "page"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, sending)
