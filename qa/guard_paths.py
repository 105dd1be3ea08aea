"""What kind of thing stands at a path: every layer of the door decides by the same names."""

from __future__ import annotations

from typing import Literal

Kind = Literal["health", "file", "waiting", "program", "login", "manual", "upload", "event", "closed", "fragment", "page"]

_LANGUAGES = ("/en/",)
"""Where the page is mounted besides /."""
_KINDS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    ("health", ("/healthz", "/readyz", "/metrics")),
    ("login", ("/login", "/logout")),
    ("program", ("/api/", "/v1/", "/mcp")),
    (
        "file",
        (
            "/assets/",
            "/static/",
            "/svelte/",
            "/page/static/",
            "/docs/assets/",
            "/theme.css",
            "/favicon.ico",
            "/manifest.json",
            "/robots.txt",
        ),
    ),
    ("manual", ("/docs", "/openapi.json")),
    (
        "waiting",
        (
            "/gradio_api/heartbeat/",
            "/gradio_api/queue/data",
            "/gradio_api/upload_progress",
            "/gradio_api/info",
            "/gradio_api/startup-events",
        ),
    ),
    ("upload", ("/gradio_api/upload",)),
    (
        "closed",  # what Gradio offers and the page does not use: some of it reaches other servers or starts programs
        (
            "/gradio_api/proxy=",
            "/gradio_api/vibe",
            "/gradio_api/undo-vibe",
            "/gradio_api/process_recording",
            "/gradio_api/dev/",
            "/gradio_api/run-history",
            "/gradio_api/runs",
            "/gradio_api/mcp",
            "/gradio_api/deep_link",
            "/gradio_api/profiling",
            "/gradio_api/openapi.json",
            "/monitoring",
        ),
    ),
    ("event", ("/gradio_api/",)),
    ("fragment", ("/page/",)),
)


def kind(path: str) -> Kind:
    """The kind of a request's path, the same in every language of the page."""
    for language in _LANGUAGES:
        if path.startswith(language):
            path = path[len(language) - 1 :]
    return next((name for name, starts in _KINDS if path.startswith(starts)), "page")
