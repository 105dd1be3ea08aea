"""Bodies of requests: bounded in size and in time, refused before they are read to the end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.guard_paths import kind
from qa.guard_problem import problem, refuse
from qa.meters import Meters

SECONDS = 60
UPLOAD_SECONDS = 600
_DRAINED = 16 * 1024 * 1024
_DRAIN_SECONDS = 5
_PAGE_KB = 4096
"""The page's own events carry what its components show."""


class _RefusedError(Exception):
    """Raised inside the application when it reads on in a body that is refused."""


class Bodies:
    """413 for a body over its limit (declared or found while reading), 408 for one that does not arrive in time."""

    def __init__(self, app: ASGIApp, body_kb: int, upload_mb: int, meters: Meters | None) -> None:
        self.app = app
        self.body = body_kb * 1024
        self.upload = upload_mb * 1024 * 1024
        self.meters = meters

    def limit(self, path: str) -> int:
        """Bytes that a body sent to this path may have."""
        what = kind(path)
        if what == "upload":
            return self.upload + 65536  # the frame around the file
        return max(self.body, _PAGE_KB * 1024) if what == "event" else self.body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        declared = headers.get("content-length", "")
        most = self.limit(scope["path"])
        if declared and (not declared.isdigit() or int(declared) > most):
            # Who asks whether to send (curl does) is not told to go on.
            await self._refuse(scope, receive, send, _too_large(most), drain="expect" not in headers)
            return
        seconds = UPLOAD_SECONDS if kind(scope["path"]) == "upload" else SECONDS
        reading = _Reading(receive, most, asyncio.get_running_loop().time() + seconds)
        original = scope["path"]

        async def sending(message: Message) -> None:
            """What the application says of a body that it could not read is replaced by the reason."""
            if message["type"] == "http.response.start":
                reading.answered = reading.refused is None
            if reading.answered:
                await send(message)

        try:
            await self.app(scope, reading, sending)
        except Exception:
            if reading.refused is None or reading.answered:
                raise
        if reading.refused is not None and not reading.answered:
            await self._refuse({**scope, "path": original}, receive, send, reading.refused, drain=not reading.complete)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, told: Mapping[str, object], drain: bool = True) -> None:
        """Answer at once; then throw away a little of what still comes, for a client that sends does not read."""
        if self.meters is not None:
            self.meters.turned_away("body")

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.body":
                await send({**message, "more_body": True})
                if drain:
                    await _drain(receive)
                message = {"type": "http.response.body", "body": b""}
            await send(message)

        await refuse(scope, receive, sending, told, {"Connection": "close"})


class _Reading:
    """A `receive` that counts bytes until the body has arrived; afterwards it only waits for the client to leave."""

    def __init__(self, receive: Receive, most: int, until: float) -> None:
        self._receive = receive
        self._most = most
        self._until = until
        self._read = 0
        self.complete = False
        self.refused: dict[str, object] | None = None
        self.answered = False

    async def __call__(self) -> Message:
        if self.complete:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            self.refused = problem(408, "timeout", "请求体没有送完", "请求体没有在规定时间内送完。请检查网络后重试。")
            raise _RefusedError from None
        if message["type"] == "http.request":
            self._read += len(message.get("body", b""))
            self.complete = not message.get("more_body", False)
            if self._read > self._most:
                self.refused = _too_large(self._most)
                raise _RefusedError
        return message


async def _drain(receive: Receive) -> None:
    left = _DRAINED
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_SECONDS):
            while left > 0:
                message = await receive()
                if message["type"] != "http.request" or not message.get("more_body", False):
                    return
                left -= len(message.get("body", b""))


def _too_large(most: int) -> dict[str, object]:
    size = f"{most // 1024 // 1024} MB" if most >= 1024 * 1024 else f"{most // 1024} KB"
    return problem(413, "too-large", "请求太大", f"请求体超过了 {size} 的上限。请只写要问的事，或把文件分成几份。")
