"""Who asks: a program by its key, a person by a login, a browser by a signed cookie, else only an address."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.guard_problem import is_visit, problem, refuse
from qa.guard_rate import Rates
from qa.turns import StoreError

T = TypeVar("T")
COOKIE = "youju"
LOGIN = "youju_login"
LOGIN_SECONDS = 12 * 3600
_COOKIE_SECONDS = 400 * 24 * 3600  # browsers keep none longer
_KNOWN_SECONDS = 30
"""How long a key or name that was looked up is believed: a revoked one works no longer than this."""
_MOST_KNOWN = 4096
_GUESSES = 30
"""Unknown keys a minute that one address may try."""


@dataclass(frozen=True, slots=True)
class Client:
    """Who sent a request. `owner` is what conversations belong to; `page` tells that its cookie is ours."""

    kind: Literal["key", "user", "page", "none"]
    name: str
    address: str
    cookie: str = ""
    """The id in the page's cookie, whoever else the client is."""

    @property
    def owner(self) -> str:
        return f"{self.kind}:{self.name}" if self.kind != "none" else f"api:{self.name}"

    @property
    def told(self) -> str:
        """For logs: names of keys and people; of a browser only the beginning of its cookie."""
        return f"{self.kind}:{self.name}" if self.kind in ("key", "user") else f"{self.kind}:{self.name[:6]}"

    @property
    def counted(self) -> str:
        """What the rate limit counts by: two people behind one address are told apart as well as can be."""
        return self.owner if self.kind != "none" else f"address:{self.address}"


class Signer:
    """Signs what is given to a browser; a value that was not made here is refused."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def sign(self, purpose: str, value: str) -> str:
        mark = hmac.new(self._secret, f"{purpose}:{value}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(mark).decode().rstrip("=")

    def join(self, purpose: str, value: str) -> str:
        return f"{value}.{self.sign(purpose, value)}"

    def split(self, purpose: str, text: str) -> str | None:
        """The value inside, or None when its signature is not ours."""
        value, _, mark = text.rpartition(".")
        sound = hmac.compare_digest(mark.encode("utf-8", "replace"), self.sign(purpose, value).encode())
        return value if value and sound else None

    def login(self, name: str, since: int) -> str:
        """A login cookie of a person; `since` in seconds since 1970."""
        value = base64.urlsafe_b64encode(json.dumps([name, since]).encode()).decode().rstrip("=")
        return self.join("login", value)

    def person(self, text: str) -> tuple[str, int] | None:
        """Name and time of a login that has not run out."""
        value = self.split("login", text)
        if value is None:
            return None
        name, since = json.loads(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)))
        return (str(name), int(since)) if 0 <= time.time() - since < LOGIN_SECONDS else None


class Clients:
    """Keys and people from the store, asked in threads of their own and remembered for a short while."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="clients")
        self._known: dict[str, tuple[float, str | None]] = {}

    async def run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    async def key(self, secret: str) -> str | None:
        """The name of a key, or None when there is no such key."""
        return await self._ask("key", secret, lambda: self._store.client("key", secret))

    async def password(self, name: str, password: str) -> bool:
        """Whether this is the person's password; takes as long for an unknown name."""
        return await self.run(lambda: self._store.client("user", password, name)) is not None

    async def person(self, name: str, since: int) -> str | None:
        """The name again if the person may still come in and was not made anew since the login."""

        def look() -> str | None:
            for client in self._store.clients("user"):
                if client.name == name and client.created.timestamp() <= since + 1:
                    return name
            return None

        return await self._ask("user", f"{name}:{since}", look)

    def remembered(self, kind: str, value: str) -> bool:
        return self._fresh(kind, value) is not None

    def _fresh(self, kind: str, value: str) -> tuple[float, str | None] | None:
        found = self._known.get(hashlib.sha256(f"{kind}:{value}".encode("utf-8", "replace")).hexdigest())
        return found if found and time.monotonic() - found[0] < _KNOWN_SECONDS else None

    async def _ask(self, kind: str, value: str, look: Callable[[], Any]) -> str | None:
        if found := self._fresh(kind, value):
            return found[1]
        if self._store is None:
            return None
        answer = await self.run(look)
        name = answer if answer is None or isinstance(answer, str) else str(answer.name)
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[hashlib.sha256(f"{kind}:{value}".encode("utf-8", "replace")).hexdigest()] = (time.monotonic(), name)
        return name


class Identify:
    """Puts the Client into the scope; gives a visiting browser its cookie; refuses a key of ours that is not known."""

    def __init__(self, app: ASGIApp, signer: Signer, clients: Clients, rates: Rates, keys: bool) -> None:
        self.app = app
        self.signer = signer
        self.clients = clients
        self.rates = rates
        self.keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            client = await self._client(scope)
        except StoreError as error:
            await refuse(scope, receive, send, problem(503, "store", "记录库不可用", str(error)), {"Retry-After": "10"})
            return
        if isinstance(client, int):
            told = problem(429, "rate", "请求太多", f"试错密钥的次数太多。请 {client} 秒后再试。")
            await refuse(scope, receive, send, told, {"Retry-After": str(client)})
            return
        if client is None:
            detail = "接口密钥不存在或已作废。请检查 Authorization: Bearer 后面的密钥，或向管理员要一个新的。"
            told = problem(401, "key", "需要密钥", detail)
            await refuse(scope, receive, send, told, {"WWW-Authenticate": "Bearer"})
            return
        scope["youju"] = client
        await self.app(scope, receive, self._greeting(scope, client, send) if is_visit(scope) else send)

    async def _client(self, scope: Scope) -> Client | int | None:
        """The client; None for an unknown key of ours; seconds to wait after too many of those."""
        headers = Headers(scope=scope)
        address = scope["client"][0] if scope.get("client") else ""
        scheme, _, secret = headers.get("authorization", "").partition(" ")
        secret = secret.strip()
        if scheme.lower() == "bearer" and secret and (self.keys or secret.startswith("yj-")):
            if not self.clients.remembered("key", secret) and (wait := self.rates.full("guess", address, _GUESSES)):
                return wait
            name = await self.clients.key(secret)
            if name is None:
                self.rates.hit("guess", address, _GUESSES)
                return None
            return Client("key", name, address)
        cookies = _cookies(headers) if self._is_ours(scope, headers) else {}
        cookie = self.signer.split("page", cookies.get(COOKIE, "")) or ""
        if (person := self.signer.person(cookies.get(LOGIN, ""))) and await self.clients.person(*person):
            return Client("user", person[0], address, cookie)
        if cookie:
            return Client("page", cookie, address, cookie)
        return Client("none", _nameless(scope["path"]), address)

    def _is_ours(self, scope: Scope, headers: Headers) -> bool:
        """Whether cookies count: not when a page of another origin makes the browser send them."""
        origin = headers.get("origin", "")
        if not origin or scope["method"] in ("GET", "HEAD"):
            return True
        # X-Forwarded-Host has come this far only from a trusted proxy, whose own name may stand in Host.
        return urlsplit(origin).netloc.lower() in (headers.get("host", "").lower(), headers.get("x-forwarded-host", "").lower())

    def _greeting(self, scope: Scope, client: Client, send: Send) -> Send:
        """A `send` that renews the page's cookie on a visit."""
        value = client.cookie or secrets.token_urlsafe(18)
        scope["youju_cookie"] = value

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                line = cookie_line(COOKIE, self.signer.join("page", value), _COOKIE_SECONDS, scope["scheme"])
                MutableHeaders(raw=message["headers"]).append("Set-Cookie", line)
            await send(message)

        return sending


def _nameless(path: str) -> str:
    """The name of a program without key and cookie.

    Under /api and /v1 all of them are one owner: an id that nobody can guess is what lets a program come back to an answer.
    A list of conversations, and everything that is no program's, belongs to nobody else: a new name each time.
    """
    shared = path.startswith(("/api/", "/v1/")) and path.rstrip("/") != "/api/conversations"
    return "open" if shared else secrets.token_urlsafe(12)


def _cookies(headers: Headers) -> dict[str, str]:
    jar: SimpleCookie = SimpleCookie()
    for name in (COOKIE, LOGIN):
        for part in headers.get("cookie", "").split(";"):
            if part.strip().startswith(f"{name}="):
                try:
                    jar.load(part.strip())
                except CookieError:
                    continue
    return {name: morsel.value for name, morsel in jar.items()}


def cookie_line(name: str, value: str, seconds: int, scheme: str) -> str:
    """A Set-Cookie header: no script reads it, no other site's form sends it."""
    secure = "; Secure" if scheme == "https" else ""
    return f"{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
