"""The app: door, API, OpenAI's protocol, MCP, the page and the manual, put together."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send
from swagger_ui_bundle import swagger_ui_path

from qa import api_ask, api_conversations, api_corpus, api_openai, api_problems, api_schema, guard, mcp_server, page
from qa.service import Service


def application(service: Service, with_page: bool = True) -> FastAPI:
    """The app around an opened Service; with the page mounted at /."""
    app = FastAPI(
        title="有据 YouJu",
        description="带条款依据的政策问答",
        version="0.1.0",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.service, app.state.with_page = service, with_page
    api_problems.install(app)
    guard.install(app, service)
    api_ask.routes(app, service)
    api_conversations.routes(app, service)
    api_corpus.routes(app, service)
    api_openai.routes(app, service)
    _manual(app)
    mcp_server.mount(app, service)
    for path in ("/api/{path:path}", "/v1/{path:path}", "/healthz", "/readyz", "/metrics"):
        app.router.routes.append(Route(path, _Unknown(app), include_in_schema=False))
    return page.mount(app, service) if with_page else app


class _Unknown:
    """Before the page, which is mounted at / and would answer: no such endpoint, or not with this method."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        path = scope["path"]
        routes = [r for r in self._app.routes if isinstance(r, APIRoute) and r.matches(scope)[0] is Match.PARTIAL]
        allowed = sorted({method for route in routes for method in route.methods or ()})
        if allowed:
            told = f"{path} 不能用 {scope['method']} 调用，可用 {'、'.join(allowed)}。全部接口见 /docs。"
            raise HTTPException(405, told, {"Allow": ", ".join(allowed)})
        raise HTTPException(404, f"没有接口 {path}。全部接口见 /docs。")


def _manual(app: FastAPI) -> None:
    """Swagger UI from a package on this machine: the usual page would load it from a public server."""
    api_schema.install(app)
    app.mount("/docs/assets", StaticFiles(directory=swagger_ui_path), name="docs-assets")

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="/openapi.json",
            title="有据：接口文档",
            swagger_js_url="/docs/assets/swagger-ui-bundle.js",
            swagger_css_url="/docs/assets/swagger-ui.css",
            swagger_favicon_url="/docs/assets/favicon-32x32.png",
        )
