"""What is wrong with a request, told as problem details (RFC 9457), or in OpenAI's shape under /v1."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from qa import wire
from qa.profile_form import ProfileError
from qa.records import QuestionError
from qa.turns import BusyError, MissingError, StoreError
from qa.writer import WriterError

MEDIA = "application/problem+json"
_OPENAI = {404: "not_found_error", 429: "rate_limit_error"}
_TITLES = {
    400: "请求读不懂",
    401: "需要密钥",
    404: "没有找到",
    405: "不能这样调用",
    409: "已经停止",
    413: "请求太大",
    422: "请求格式不对",
    429: "请求太多",
    500: "服务出错",
    503: "暂时不能服务",
}
_KINDS = {404: "not-found", 405: "method"}
_WRONG = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这一项",
    "string_type": "应是文字",
    "string_unicode": "含有不能写成 UTF-8 的字符",
    "string_too_short": "太短，至少 {min_length} 个字符",
    "string_too_long": "太长，最多 {max_length} 个字符",
    "string_pattern_mismatch": "写法不对，应符合 {pattern}",
    "too_short": "至少要有 {min_length} 个",
    "int_type": "应是整数",
    "int_parsing": "应是整数",
    "int_from_float": "应是整数",
    "float_type": "应是数字",
    "finite_number": "应是有限的数字",
    "bool_type": "应是 true 或 false",
    "list_type": "应是列表",
    "dict_type": "应是对象",
    "literal_error": "只能是 {expected}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "model_type": "应是对象",
    "model_attributes_type": "应是 JSON 对象（请求头 Content-Type 要写 application/json）",
}


class ProblemError(Exception):
    """A problem found by an endpoint itself."""

    def __init__(self, status: int, kind: str, title: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.kind, self.title, self.detail = status, kind, title, detail


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses` of an endpoint: these, and what the door may say to anybody."""
    content = {MEDIA: {"schema": {"$ref": "#/components/schemas/ProblemModel"}}}
    return {s: {"description": _TITLES[s], "content": content} for s in sorted({*statuses, 401, 413, 429, 503})}


def reply(problem: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse(dict(problem), int(problem["status"]), dict(headers or {}), media_type=MEDIA)


def openai_error(status: int, message: str, param: str | None = None, code: str | None = None) -> JSONResponse:
    """The same for a client of OpenAI's protocol."""
    kind = _OPENAI.get(status, "server_error" if status >= 500 else "invalid_request_error")
    return JSONResponse({"error": {"message": message, "type": kind, "param": param, "code": code}}, status)


_SIMPLE: dict[type[Exception], tuple[int, str, str]] = {
    QuestionError: (422, "question", "问题无法回答"),
    ProfileError: (422, "profile", "画像不能用"),
    MissingError: (404, "not-found", _TITLES[404]),
    StoreError: (503, "store", "记录库不可用"),
    WriterError: (500, "writer", "写答案时出错"),
}


def install(app: FastAPI) -> None:
    """Handlers for everything that an endpoint raises on purpose."""
    for kind in _SIMPLE:
        app.add_exception_handler(kind, _simple)
    app.add_exception_handler(ProblemError, _own)
    app.add_exception_handler(BusyError, _busy)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def _told(
    request: Request, status: int, kind: str, title: str, detail: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    if not request.url.path.startswith("/v1/"):
        return reply(wire.problem_json(status, kind, title, detail), headers)
    response = openai_error(400 if status == 422 else status, detail, code=kind)
    response.headers.update(dict(headers or {}))
    return response


async def _simple(request: Request, error: Exception) -> JSONResponse:
    status, kind, title = next(_SIMPLE[t] for t in type(error).__mro__ if t in _SIMPLE)
    return _told(request, status, kind, title, str(error), {"Retry-After": "10"} if status == 503 else None)


async def _own(request: Request, error: Exception) -> JSONResponse:
    found = cast(ProblemError, error)
    return _told(request, found.status, found.kind, found.title, found.detail)


async def _busy(request: Request, error: Exception) -> JSONResponse:
    retry = {"Retry-After": str(cast(BusyError, error).retry)}
    if request.app.state.service.closing:
        return _told(request, 503, "closing", "服务正在关闭", str(error), retry)
    return _told(request, 429, "busy", "排队的人太多", str(error), retry)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    where, what = wrong(cast(RequestValidationError, error).errors()[0])
    if request.url.path.startswith("/v1/"):
        return openai_error(400, f"{where}：{what}。", where if where != "请求体" else None, "invalid_value")
    return _told(request, 422, "request", _TITLES[422], f"{where}：{what}。格式见 /docs。")


async def _http(request: Request, error: Exception) -> JSONResponse:
    found = cast(HTTPException, error)
    status, detail = found.status_code, str(found.detail)
    if status == 400:
        detail = "请求体读不懂：应是 UTF-8 编码的 JSON，嵌套不太深，数字不太长。格式见 /docs。"
    elif re.fullmatch(r"[ -~]*", detail):  # the framework's own English
        detail = _here(request, status)
    return _told(request, status, _KINDS.get(status, "http"), _TITLES.get(status, "请求不成立"), detail, found.headers)


def wrong(error: Mapping[str, Any]) -> tuple[str, str]:
    """Where in a request the first fault is, and what is wrong there, in Chinese."""
    kind = str(error["type"])
    if kind == "json_invalid":
        return "请求体", "不是合法的 JSON"
    # Behind a choice of types pydantic names the type that it tried.
    parts = [str(p) for p in error["loc"][1:] if not re.fullmatch(r"str|list\[.*|[A-Z]\w*", str(p))]
    told = _WRONG.get(kind, "值不对").format_map(error.get("ctx") or {})
    return ".".join(parts) or "请求体", told


def _here(request: Request, status: int) -> str:
    path = request.url.path
    if status == 405:
        return f"{path} 不能用 {request.method} 调用。全部接口见 /docs。"
    return f"没有 {path}。全部接口见 /docs。" if status == 404 else _TITLES.get(status, "请求不成立")
