"""The server from its first second to its last: it says that it is loading, then serves, then ends in bounded time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.responses import HTMLResponse, JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa import logs
from qa.guard_headers import Secure
from qa.guard_health import not_ready
from qa.guard_problem import PROBLEM, is_visit, page, problem, refuse
from qa.guard_record import Record, networks

if TYPE_CHECKING:
    from qa.service import Service

Opened = tuple[ASGIApp, "Service"]
_CUT = 3
"""Seconds that connections may stay open after the answers are finished: open pages hold one for ever."""
_LAST = 15
"""Seconds after the answers are finished or cut off, when the process ends even if a thread does not."""
_PURGE = 3600
"""Seconds between two looks for conversations that are too old."""


class Front:
    """An ASGI application that opens another one in a thread, and until then says what is missing."""

    def __init__(self, load: Callable[[Callable[[str], None]], Opened], parts: tuple[str, ...], proxies: str = "") -> None:
        """`load` is called with a function that is told the name of each of `parts` when it is open."""
        self._load = load
        self._missing = list(parts)
        self._app: ASGIApp | None = None
        self._before = Secure(Record(self._loading, None, networks(proxies)))
        self._closing_app = Secure(Record(self._closed, None, networks(proxies)))
        self._inner: asyncio.Task[None] | None = None
        self._inbox: asyncio.Queue[Message] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False
        self.service: Service | None = None
        self.error: Exception | None = None
        self.loaded = threading.Event()
        self.ended: Callable[[bool], None] = lambda _: None
        """Called once the application is open (True) or could not be opened (False; see `error`)."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif self._closing and scope["type"] == "http" and scope["path"] == "/readyz":
            await self._closing_app(scope, receive, send)
        else:
            await (self._app or self._before)(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        self._start(self._open())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for task in self._tasks:
            task.cancel()
        if self._inner is not None:
            await self._inbox.put({"type": "lifespan.shutdown"})
            with contextlib.suppress(TimeoutError, Exception):  # whatever a library says at its end
                await asyncio.wait_for(self._inner, _CUT)
        await send({"type": "lifespan.shutdown.complete"})

    def _start(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        opened: asyncio.Future[Opened] = loop.create_future()

        def work() -> None:
            """In a daemon's thread: a service that is told to stop while it loads does not wait for it."""
            try:
                made = self._load(self._missing.remove)
            except Exception as error:  # every kind is told by who started the server
                loop.call_soon_threadsafe(opened.set_exception, error)
            else:
                loop.call_soon_threadsafe(opened.set_result, made)

        threading.Thread(target=work, name="load", daemon=True).start()
        try:
            app, self.service = await opened
            await self._enter(app)
        except Exception as error:  # as above
            self.error = error
            self.ended(False)
            return
        self._app = app
        self.loaded.set()
        self.ended(True)
        if self.service.store is not None and self.service.settings.keep_days:
            self._start(self._purge(self.service.store))

    async def _enter(self, app: ASGIApp) -> None:
        """Run the application's own lifespan in a task of its own, until its start is complete."""
        started: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def sending(message: Message) -> None:
            if message["type"] == "lifespan.startup.complete":
                started.set_result(None)
            elif message["type"] == "lifespan.startup.failed":
                started.set_exception(RuntimeError(message.get("message", "")))

        async def run() -> None:
            await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, self._inbox.get, sending)

        await self._inbox.put({"type": "lifespan.startup"})
        self._inner = asyncio.get_running_loop().create_task(run())
        await asyncio.wait([self._inner, started], return_when=asyncio.FIRST_COMPLETED)
        if not started.done():
            self._inner.result()  # raises what went wrong
        else:
            started.result()

    async def _purge(self, store: Any) -> None:
        while True:
            try:
                if gone := await asyncio.to_thread(store.purge):
                    logs.note("purged", conversations=gone)
            except Exception as error:  # the next hour may be better
                logs.note("purge failed", logging.WARNING, error)
            await asyncio.sleep(_PURGE)

    def close(self, patience: float) -> threading.Thread:
        """Begin to end: no more questions, running answers have `patience` seconds. The thread ends when that is done."""
        self._closing = True
        service = self.service

        def work() -> None:
            if service is not None:
                service.close(patience)

        thread = threading.Thread(target=work, name="close", daemon=True)
        thread.start()
        return thread

    async def _loading(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {"Retry-After": "5", "Cache-Control": "no-store"}
        if scope["path"] == "/healthz":
            await JSONResponse({"status": "ok"})(scope, receive, send)
        elif scope["path"] == "/readyz":
            told = not_ready(list(self._missing) or ["page"])
            await JSONResponse(told, 503, headers, media_type=PROBLEM)(scope, receive, send)
        elif is_visit(scope):
            again = '<meta http-equiv="refresh" content="3">'
            body = '<p role="status">正在载入模型和索引，通常不到一分钟。本页会自己刷新。</p>'
            await HTMLResponse(page("正在启动", body, again), 503, headers)(scope, receive, send)
        else:
            told = problem(503, "not-ready", "还不能回答", "服务正在载入模型和索引。请几秒后再试。")
            await refuse(scope, receive, send, told, headers)

    async def _closed(self, scope: Scope, receive: Receive, send: Send) -> None:
        await JSONResponse(not_ready([], closing=True), 503, media_type=PROBLEM)(scope, receive, send)


class Server(uvicorn.Server):
    """Uvicorn that lets running answers end before it closes their connections."""

    def __init__(self, config: uvicorn.Config, front: Front, patience: float) -> None:
        super().__init__(config)
        self._front = front
        self._patience = patience
        front.ended = self._loaded
        self.ready: Callable[[], None] = lambda: None
        self.ending: Callable[[], None] = lambda: None

    def _loaded(self, well: bool) -> None:
        if well:
            self.ready()
        else:
            self.should_exit = True

    async def shutdown(self, sockets: Any = None) -> None:
        self.ending()
        logs.note("stopping", patience=self._patience)
        closing = self._front.close(self._patience)
        until = time.monotonic() + self._patience + _CUT
        while closing.is_alive() and time.monotonic() < until and not self.force_exit:
            await asyncio.sleep(0.05)
        await super().shutdown(sockets)
        self._captured_signals.clear()  # uvicorn would raise them again, and the process end before its last lines
        logs.note("stopped")


def run(front: Front, host: str, port: int, patience: float, ready: Callable[[], None]) -> None:
    """Serve until told to stop; `ready` is called when questions can be answered.

    Raises:
        Exception: whatever opening the application raised.
    """
    config = uvicorn.Config(
        front,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=_CUT,
    )
    server = Server(config, front, patience)
    last = threading.Timer(patience + _LAST, lambda: os._exit(1 if front.error else 0))
    last.daemon = True
    server.ready, server.ending = ready, last.start
    server.run()
    if front.error is not None:
        raise front.error
    if front.service is not None and front.service.store is not None:
        front.service.store.close()
