"""The login: one small form without script, for a page that only known people may see."""

from __future__ import annotations

import hmac
import html
import time
from urllib.parse import parse_qs, quote

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from qa.guard_identity import LOGIN, LOGIN_SECONDS, Clients, Signer, cookie_line
from qa.guard_problem import page
from qa.guard_rate import Rates

_TRIES = 10
"""Passwords a minute for one name from one address."""
_TRIES_ADDRESS = 40
_TRIES_NAME = 40
_LONGEST = 256


def routes(app: FastAPI, signer: Signer, clients: Clients, rates: Rates) -> None:
    """Add /login and /logout."""

    @app.get("/login", include_in_schema=False)
    async def form(request: Request) -> HTMLResponse:
        return _form(request, signer, local(request.query_params.get("next", "/")))

    @app.post("/login", include_in_schema=False)
    async def enter(request: Request) -> Response:
        fields = _fields(await request.body())
        name, password, wanted = fields.get("name", ""), fields.get("password", ""), local(fields.get("next", "/"))
        if not _is_our_form(request, signer, fields):
            return _form(request, signer, wanted, "页面放得太久，或浏览器没有接受 Cookie。请再登录一次。", 403)
        address = request.client.host if request.client else ""
        wait = max(
            rates.hit("login", f"{address} {name}", _TRIES),
            rates.hit("login-address", address, _TRIES_ADDRESS),
            rates.hit("login-name", name, _TRIES_NAME),
        )
        if wait:
            return _form(request, signer, wanted, f"试的次数太多。请 {wait} 秒后再试。", 429, {"Retry-After": str(wait)})
        if max(len(name), len(password)) > _LONGEST or not await clients.password(name, password):
            return _form(request, signer, wanted, "用户名或密码不对。", 401)
        response = RedirectResponse(wanted, 303)
        line = cookie_line(LOGIN, signer.login(name, int(time.time())), LOGIN_SECONDS, request.url.scheme)
        response.headers.append("Set-Cookie", line)
        return response

    @app.get("/logout", include_in_schema=False)
    async def leaving(request: Request) -> HTMLResponse:
        token = html.escape(_token(request, signer))
        body = (
            '<form method="post" action="/logout"><p>退出以后，要再登录才能看到你的会话。</p>'
            f'<input type="hidden" name="token" value="{token}"><button>退出登录</button></form>'
        )
        return HTMLResponse(page("退出登录", body))

    @app.post("/logout", include_in_schema=False)
    async def leave(request: Request) -> Response:
        if not _is_our_form(request, signer, _fields(await request.body())):
            return RedirectResponse("/logout", 303)
        response = RedirectResponse("/login", 303)
        response.headers.append("Set-Cookie", cookie_line(LOGIN, "", 0, request.url.scheme))
        return response


def local(path: str) -> str:
    """A path of this site, or / for anything that a browser could take for another site."""
    sound = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if sound and not path.startswith(("/login", "/logout")) else "/"


def _fields(body: bytes) -> dict[str, str]:
    found = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20) if body.count(b"&") < 20 else {}
    return {name: values[0] for name, values in found.items()}


def _token(request: Request, signer: Signer) -> str:
    """Tied to the browser's cookie: a form on another site cannot know it."""
    cookie = request.scope.get("youju_cookie") or request.scope["youju"].cookie
    return signer.sign("form", cookie) if cookie else ""


def _is_our_form(request: Request, signer: Signer, fields: dict[str, str]) -> bool:
    cookie = request.scope["youju"].cookie
    given = fields.get("token", "").encode("utf-8", "replace")
    return bool(cookie) and hmac.compare_digest(given, signer.sign("form", cookie).encode())


def _form(
    request: Request, signer: Signer, wanted: str, wrong: str = "", status: int = 200, headers: dict[str, str] | None = None
) -> HTMLResponse:
    alert = f'<p role="alert">{html.escape(wrong)}</p>' if wrong else ""
    body = (
        f'<form method="post" action="/login?next={html.escape(quote(wanted, safe=""))}">{alert}'
        '<label for="name">用户名</label><input id="name" name="name" autocomplete="username" required autofocus maxlength="256">'
        '<label for="password">密码</label><input id="password" name="password" type="password" '
        'autocomplete="current-password" required maxlength="256">'
        f'<input type="hidden" name="next" value="{html.escape(wanted)}">'
        f'<input type="hidden" name="token" value="{html.escape(_token(request, signer))}">'
        "<button>登录</button></form>"
    )
    return HTMLResponse(page("登录", body), status, headers)
