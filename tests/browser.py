"""A live server around a small index with a scripted writer, and Debian's Chromium to look at it.

In a test module:
    import the fixtures where they are used: `from browser import live, chromium, visit`.
`live` is the server, `visit(path="/", **context)` opens a page of a fresh browser context and fails the
test when the page sends a request to another host, raises an error, or logs one.
"""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from fakes import HashEncoder
from playwright.sync_api import Browser, Page, sync_playwright

from index.build import build
from index.search import Index, open_index
from index.settings import IndexSettings
from qa import refusal, server
from qa.answer import Assistant
from qa.service import Service
from qa.settings import Settings

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
PICTURES = os.environ.get("YOUJU_PICTURES", "")
"""A folder into which the tests put the user guide's screenshots; empty: none are made."""
GUIDE = Path(__file__).parent.parent / "docs" / "guide.md"
EXTRA = """关于<script>window.hacked=1</script>促进小微企业发展的若干措施
江试发〔2022〕6号

一、金融支持
（一）对首次贷款的小微企业，按贷款利息的**50%**给予贴息，<img src=x onerror="window.hacked=1">最高10万元。（省财政厅负责）
（二）对为小微企业担保的机构，按担保额的1%给予奖补。

二、发展目标
主要指标如下：

\t指标
\t2020年
\t2025年

\t小微企业数量1（万户）
\t82
\t120

\t新增贷款户数
\t3.5
\t6

1 小微企业数量以市场监管部门登记为准。

三、附则
本措施自2022年3月1日起施行，有效期5年。

江东省人民政府
2022年2月10日
"""
_ENTRY = """
[[document]]
id = "jiangshifa-2022-6"
file = "jiangshifa-2022-6.txt"
title = "关于<script>window.hacked=1</script>促进小微企业发展的若干措施"
number = "江试发〔2022〕6号"
issuer = "江东省人民政府"
issued = 2022-02-10
level = "省"
region = "江东省"
status = "现行有效"
"""


class Script:
    """A writer that repeats: `say` holds (part of the question, reply); other questions get `reply`.

    `pace` is the seconds between two pieces. `hold` stops every reply after its first piece until `release()`.
    """

    name = "scripted"
    slots = 4

    def __init__(self, reply: str = "每张床位给予1万元建设补贴。") -> None:
        self.reply, self.say, self.pace = reply, [], 0.0  # type: tuple[str, list[tuple[str, str]], float]
        self.asked: list[str] = []
        self._go = threading.Event()
        self._go.set()

    def hold(self) -> None:
        self._go.clear()

    def release(self) -> None:
        self._go.set()

    def count(self, text: str) -> int:
        return len(text)

    def stream(self, messages: Sequence[dict[str, str]], max_tokens: int) -> Iterator[str]:
        prompt = messages[-1]["content"]
        self.asked.append(prompt)
        reply = next((text for part, text in self.say if part in prompt.splitlines()[-1] or part in prompt[-200:]), self.reply)
        return self._pieces(reply)

    def _pieces(self, reply: str) -> Iterator[str]:
        for at in range(0, len(reply), 4):
            yield reply[at : at + 4]
            time.sleep(self.pace)
            self._go.wait(30)


@dataclass
class Live:
    """A running server; `writer` may be told what to say."""

    url: str
    service: Service
    writer: Script
    index: Index


def small_index(home: Path, documents: Path) -> tuple[Index, IndexSettings]:
    """tests/data and one document full of markup, indexed with HashEncoder."""
    corpus = Path(shutil.copytree(documents, home / "documents"))
    (corpus / "jiangshifa-2022-6.txt").write_text(EXTRA, "utf-8")
    catalog = corpus / "catalog.toml"
    catalog.write_text(catalog.read_text("utf-8") + _ENTRY, "utf-8")
    settings = IndexSettings(home, corpus, home / "indexes" / "small", str(home / "encoder"), generator=str(home / "writer.gguf"))
    encoder = HashEncoder()
    build(settings, encoder, progress=False)
    return open_index(settings, encoder), settings


@contextmanager
def serving(index: Index, settings: IndexSettings, writer: Any, store: Any, **more: Any) -> Iterator[Live]:
    """uvicorn in a thread of its own around the whole app; stopped with its service."""
    service = Service(Assistant(index, writer, chosen := Settings(index=settings, everyday=0, rate=0, **more)), store, chosen)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = server.application(service)
    running = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", port, log_level="error", timeout_graceful_shutdown=2))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    until = time.monotonic() + 60
    while not running.started and thread.is_alive() and time.monotonic() < until:
        time.sleep(0.02)
    assert running.started, "the server did not start"
    try:
        yield Live(f"http://127.0.0.1:{port}", service, writer, index)
    finally:
        if isinstance(writer, Script):
            writer.release()
        service.close(2)
        running.should_exit = True
        thread.join(15)


_ONE = ExitStack()
atexit.register(_ONE.close)
_running: list[Live] = []


def _server(home: Path, documents: Path) -> Live:
    """One server for the modules of a run: building Gradio's part of the page takes seconds. It ends with the process."""
    from qa.store import Store

    if not _running:
        index, settings = small_index(home, documents)
        store = Store(f"sqlite:///{home / 'store.sqlite'}")
        _ONE.callback(store.close)
        _running.append(_ONE.enter_context(serving(index, settings, Script(), store)))
    return _running[0]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> Iterator[Live]:
    """The small index, a Script, conversations in an SQLite file. Nothing is refused for being unlike the corpus."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refusal, "answerable", lambda *_: 1.0)
        yield _server(tmp_path_factory.mktemp("live"), sample)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. Module scope: Playwright's loop would be in the way of other modules' `asyncio.run`."""
    path = shutil.which("chromium")
    assert path, "no chromium on this machine: apt install chromium fonts-noto-cjk"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


Visit = Callable[..., Page]


@pytest.fixture
def visit(live: Live, chromium: Browser) -> Iterator[Visit]:
    """Open a path of the live server in a new context; `phone=True`, `dark=True` or any option of new_context."""
    contexts: list[Any] = []
    wrong: list[str] = []
    ours = urlsplit(live.url).netloc

    def listen(page: Page) -> None:
        def request(sent: Any) -> None:
            parts = urlsplit(sent.url)
            if parts.scheme not in ("data", "blob") and parts.netloc != ours:
                wrong.append(f"a request left the machine: {sent.url}")

        page.on("request", request)
        page.on("websocket", lambda s: wrong.append(f"a socket: {s.url}") if urlsplit(s.url).netloc != ours else None)
        page.on("pageerror", lambda e: wrong.append(f"an error in the page: {e}"))
        page.on("console", lambda m: wrong.append(f"console: {m.text}") if m.type == "error" and _ours(m.text) else None)

    def opening(path: str = "/", *, context: Any = None, phone: bool = False, dark: bool = False, **options: Any) -> Page:
        if context is None:
            options = {"viewport": PHONE if phone else DESKTOP, "locale": "zh-CN", **options}
            if phone:
                options = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2, **options}
            context = chromium.new_context(color_scheme="dark" if dark else "light", **options)
            contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)  # seconds matter to people, not to a test on a busy machine
        listen(page)
        page.goto(live.url + path)
        return page

    yield opening
    for context in contexts:
        context.close()
    assert not wrong, "\n".join(wrong)


def _ours(text: str) -> bool:
    """No fault of the page: refusals that a test provokes, and Gradio's stream when the page is left while it runs."""
    return not any(part in text for part in ("Failed to load resource", "AbortError", "Connection errored out"))


def axe(page: Page, context: str | None = None) -> list[str]:
    """Serious and critical violations that axe-core finds, one line each."""
    from axe_playwright_python.sync_playwright import Axe

    options = {"resultTypes": ["violations"]}
    found = Axe().run(page, context, options) if context else Axe().run(page, options=options)
    return [
        f"{v['id']} ({v['impact']}): {n['html'][:160]} – {n.get('failureSummary', '')[:160]}"
        for v in found.response["violations"]
        if v["impact"] in ("serious", "critical")
        for n in v["nodes"]
    ]


def picture(page: Page, name: str) -> None:
    """A screenshot for the user's guide, when they are asked for and the guide shows it."""
    if PICTURES and f"({Path(PICTURES).name}/{name}.png)" in GUIDE.read_text("utf-8"):
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"))
