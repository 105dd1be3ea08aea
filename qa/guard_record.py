"""The outermost layer: who really asks (behind a trusted proxy), the id of a request, its line in the log, its counters."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import re
import time
import uuid
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa import logs
from qa.guard_paths import kind
from qa.guard_problem import Patched, problem, refuse
from qa.meters import Meters

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_FORWARDED = (b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-port", b"x-real-ip", b"forwarded")
STALL = 120
"""Seconds that a client may take to accept one piece of a response; one that takes longer is cut off."""

Networks = tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]


def networks(text: str) -> Networks:
    """Addresses and networks, separated by commas.

    Raises:
        ValueError: one of them is neither.
    """
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


@dataclass
class _Seen:
    """What came of a request."""

    status: int = 0
    began: float = 0.0


class _StalledError(Exception):
    """The client does not read what it asked for."""


class Record:
    """Gives every request an id and its true address, and every response the id; logs and counts; errors become problems."""

    def __init__(self, app: ASGIApp, meters: Meters | None, proxies: Networks) -> None:
        self.app = app
        self.meters = meters
        self.proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":  # nothing here speaks it, and the other layers would not look at it
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        _believe(scope, self.proxies)
        given = Headers(scope=scope).get("x-request-id", "")
        request = given if _ID.fullmatch(given) else uuid.uuid4().hex
        token = logs.request_id.set(request)
        seen = _Seen(began=time.perf_counter())

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status = message["status"]
                MutableHeaders(raw=message["headers"])["X-Request-ID"] = request
            try:
                async with asyncio.timeout(STALL):
                    await send(message)
            except TimeoutError:
                raise _StalledError from None

        method, path = scope["method"], scope["path"]
        try:
            await self.app(scope, receive, Patched(sending, request))
        except _StalledError:
            logs.note("stalled", logging.WARNING, seconds=STALL)
        except Exception as error:  # whatever was not foreseen: told to the log, not to the client
            logs.note("unexpected", logging.ERROR, error)
            if not seen.status:
                detail = "程序里出了没有料到的错误，已记入日志。请重试；再出现时请把编号告诉管理员。"
                told = problem(500, "internal", "程序出错", detail)
                await refuse({**scope, "path": path}, receive, Patched(sending, request), told)
        finally:
            self._tell(scope, method, path, seen)
            logs.request_id.reset(token)

    def _tell(self, scope: Scope, method: str, path: str, seen: _Seen) -> None:
        route = template(scope)
        seconds = time.perf_counter() - seen.began
        status = seen.status or 499  # the client went away before anything was sent
        if self.meters is not None:
            self.meters.request(route, status, seconds, method if method in _METHODS else "other")
        if status >= 400 or kind(path) not in ("file", "health"):
            level = logging.ERROR if status >= 500 and not _waits(path, status) else logging.INFO
            who = scope.get("youju")
            client: dict[str, Any] = {"address": scope["client"][0] if scope.get("client") else ""} | (
                {"client": who.told} if who else {}
            )
            logs.note("request", level, method=method, route=route, status=status, ms=round(seconds * 1000, 1), **client)


def _waits(path: str, status: int) -> bool:
    """Whether a poll was told “not yet”: that answer is what it came for, and a minute of loading is full of them."""
    return status == 503 and path == "/readyz"


_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def template(scope: Scope) -> str:
    """The route that answered, with its parameters unnamed: no token, no id, and a bounded number of names."""
    route = getattr(scope.get("route"), "path", None)
    if isinstance(route, str):
        return route or "/"
    mounted = scope.get("root_path", "")
    return f"{mounted}/…" if mounted else "unmatched"


def _believe(scope: Scope, proxies: Networks) -> None:
    """Put the client's own address and scheme into the scope; what an untrusted client says of itself is taken away.

    X-Forwarded-For is read from its right end: the last address that is not one of our proxies is the client.
    """
    peer = scope["client"][0] if scope.get("client") else ""
    if not _is_in(peer, proxies):
        scope["headers"] = [(n, v) for n, v in scope["headers"] if n.lower() not in _FORWARDED]
        return
    headers = Headers(scope=scope)
    chain = [part.strip() for value in headers.getlist("x-forwarded-for") for part in value.split(",")]
    for address in reversed(chain):
        if not _is_address(address):
            break
        scope["client"] = (address, 0)
        if not _is_in(address, proxies):
            break
    if headers.get("x-forwarded-proto", "").split(",")[-1].strip() in ("http", "https"):
        scope["scheme"] = headers["x-forwarded-proto"].split(",")[-1].strip()


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_in(address: str, proxies: Networks) -> bool:
    return _is_address(address) and any(ipaddress.ip_address(address) in network for network in proxies)
