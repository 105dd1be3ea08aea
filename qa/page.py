"""The page: Gradio's tabs mounted in the FastAPI app, in Chinese at / and in English at /en.

A visitor sees header and chat at once, because they stand in the HTML that is sent; Gradio starts meanwhile, takes the
chat into its first tab and brings the questions to the service. Nothing is loaded from outside.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa import page_bench, page_chat, page_html_shell, page_match, page_read, page_routes
from qa.page_text import EN, ZH, Words
from qa.service import Service

_TABS = {"ask": page_chat.build, "match": page_match.build, "read": page_read.build, "bench": page_bench.build}
STATIC = Path(__file__).parent / "static"
_HEAD = re.compile(r'<meta\s+(?:property="og:|name="twitter:)[^>]*>|<link rel="manifest"[^>]*>', re.DOTALL)


def mount(app: FastAPI, service: Service) -> FastAPI:
    """Mount the page and what belongs to it; the last thing that is mounted, since it answers every path."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    import gradio as gr  # noqa: PLC0415 - takes seconds to import

    version = _version()
    page_routes.mount(app, service, version)
    page_bench.routes(app, service)
    app.mount("/page/static", StaticFiles(directory=STATIC), name="page-static")
    for words in (EN, ZH):
        _mount(gr, app, service, words, version)
    return app


def _mount(gr: Any, app: FastAPI, service: Service, words: Words, version: str) -> None:
    with gr.Blocks(title=words("title"), analytics_enabled=False) as blocks, gr.Tabs(elem_id="yj-tabs"):
        for name, build in _TABS.items():
            with gr.Tab(words(f"tab_{name}"), id=name, elem_id=f"yj-tab-{name}"):
                build(gr, service, words)
    gr.mount_gradio_app(
        app,
        blocks,
        path=words.root.rstrip("/") or "/",
        theme=_theme(gr),
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        show_error=False,
        favicon_path=None,
    )
    route = app.router.routes[-1]
    shell = page_html_shell.page(service.assistant.index.documents, words, version)
    route.app = _Shell(route.app, *shell, words.tag)  # type: ignore[attr-defined]


def _theme(gr: Any) -> Any:
    fonts = ["system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"]
    return gr.themes.Base(primary_hue="red", neutral_hue="stone", font=fonts, font_mono=["ui-monospace", "monospace"])


def _version() -> str:
    """Changes when a static file does, so that browsers may keep them."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


class _Shell:
    """Puts our own header and chat into the HTML that Gradio sends for its page; everything else passes unchanged."""

    def __init__(self, app: ASGIApp, head: str, before: str, behind: str, lang: str) -> None:
        self.app, self.head, self.before, self.behind, self.lang = app, head, before, behind, lang

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        start: Message | None = None
        whole = bytearray()

        async def sending(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                kind = MutableHeaders(raw=message["headers"]).get("content-type", "")
                if message["status"] == 200 and kind.startswith("text/html"):
                    start = message
                    return
            if start is None:
                await send(message)
                return
            whole.extend(message.get("body", b""))
            if not message.get("more_body"):
                body = self._with_shell(whole.decode()).encode()
                MutableHeaders(raw=start["headers"])["content-length"] = str(len(body))
                await send(start)
                await send({"type": "http.response.body", "body": body})

        await self.app(scope, receive, sending)

    def _with_shell(self, page: str) -> str:
        page = _HEAD.sub("", page.replace('lang="en"', f'lang="{self.lang}"', 1))
        page = re.sub(r"(<meta charset[^>]*>)", lambda m: m[1] + self.head, page, count=1)
        page = re.sub(r"(<body[^>]*>)", lambda m: m[1] + self.before, page, count=1)
        front, end, rest = page.rpartition("</body>")
        return f"{front}{self.behind}{end}{rest}"
