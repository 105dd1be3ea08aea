"""The door of the service: identity, limits, access, headers, logs and health around the application."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from qa import guard_health, guard_login, start
from qa.guard_access import Access
from qa.guard_body import Bodies
from qa.guard_headers import Secure
from qa.guard_identity import Client, Clients, Identify, Signer
from qa.guard_rate import Limit, Rates
from qa.guard_record import Record, networks
from qa.guard_secret import secret

if TYPE_CHECKING:
    from qa.service import Service


def install(app: FastAPI, service: Service) -> None:
    """Put the door around the app, and its own pages into it: /login, /logout, /healthz, /readyz, /metrics.

    Call it before anything is mounted at /. The layers, from outside: headers, CORS, record, identity, rate, access, body.
    """
    settings, meters = service.settings, service.meters
    signer = Signer(secret(settings.store_folder))
    login, keys = bool(settings.require_login), bool(settings.require_key)
    store = service.store or (start.store(settings) if login or keys else None)
    clients, rates = Clients(store), Rates()
    origins = tuple(part.strip() for part in settings.cors.split(",") if part.strip())
    guard_health.routes(app, service)
    if login:
        guard_login.routes(app, signer, clients, rates)
    app.add_middleware(Bodies, body_kb=settings.body_kb, upload_mb=settings.upload_mb, meters=meters)
    app.add_middleware(Access, keys=keys, login=login, meters=meters)
    app.add_middleware(Limit, rates=rates, rate=settings.rate, meters=meters)
    app.add_middleware(Identify, signer=signer, clients=clients, rates=rates, keys=keys or login)
    app.add_middleware(Record, meters=meters, proxies=networks(settings.proxies))
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=("GET", "POST", "PATCH", "DELETE"),
            allow_headers=("Authorization", "Content-Type", "X-Request-ID", "Mcp-Session-Id", "MCP-Protocol-Version"),
            expose_headers=("X-Request-ID", "Retry-After", "Mcp-Session-Id"),
        )
    app.add_middleware(Secure)


def client(request: Any) -> Client:
    """Who sent this request (Starlette's or Gradio's); nobody in particular where the door is not installed."""
    inner = getattr(request, "request", request)  # Gradio wraps Starlette's, and gives its attributes as copies
    scope = getattr(inner, "scope", None) or {}
    found = scope.get("youju")
    return found if isinstance(found, Client) else Client("none", secrets.token_urlsafe(12), "")


def owner(request: Any) -> str:
    """Whose conversations a request may see: `key:…`, `user:…`, `page:…`, or `api:…` for a program without a name."""
    return client(request).owner
