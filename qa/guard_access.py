"""Who may come in: keys for programs and a login for people, where the settings ask for them."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from qa.guard_identity import Client
from qa.guard_paths import kind
from qa.guard_problem import is_visit, problem, refuse
from qa.meters import Meters


class Access:
    """401 or the login form for who may not come in; what nobody needs does not exist."""

    def __init__(self, app: ASGIApp, keys: bool, login: bool, meters: Meters | None) -> None:
        self.app = app
        self.keys = keys
        self.login = login
        self.meters = meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif kind(scope["path"]) == "closed":
            await refuse(scope, receive, send, problem(404, "not-found", "没有找到", "没有这个页面。"))
        elif self.may(scope["path"], scope["youju"]):
            await self.app(scope, receive, send)
        else:
            await self._refused(scope, receive, send)

    def may(self, path: str, client: Client) -> bool:
        """Whether this client may have what stands at this path."""
        what = kind(path)
        if what in ("health", "login", "file") or not (self.keys or self.login):
            return True
        if what == "program":
            return client.kind in (("key", "user") if self.login else ("key", "user", "page"))
        return client.kind == "user" or not self.login

    async def _refused(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.meters is not None:
            self.meters.turned_away("login" if self.login else "key")
        if self.login and is_visit(scope):
            query = scope["query_string"].decode("latin-1")
            wanted = scope["path"] + (f"?{query}" if query else "")
            await RedirectResponse(f"/login?next={quote(wanted, safe='')}", 303)(scope, receive, send)
        elif kind(scope["path"]) == "program":
            detail = "这个接口要用密钥。请在请求头里写 Authorization: Bearer 密钥；密钥由管理员用 python -m qa keys add 发给。"
            await refuse(scope, receive, send, problem(401, "key", "需要密钥", detail), {"WWW-Authenticate": "Bearer"})
        else:
            await refuse(scope, receive, send, problem(401, "login", "需要登录", "登录已过期。请刷新页面，重新登录。"))
