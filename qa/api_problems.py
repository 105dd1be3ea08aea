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
_TITLES = {400: "请求读不懂", 404: "没有找到", 405: "不能这样调用", 413: "请求太大", 422: "请求格式不对", 500: "服务出错"}
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


_UNREADABLE = "请求体读不懂：应是 UTF-8 编码的 JSON，嵌套不太深，数字不太长。格式见 /docs。"
_SAID: dict[str, tuple[int, str, str]] = {
    "http": (400, _TITLES[400], _UNREADABLE),
    "key": (
        401,
        "需要密钥",
        "这个接口要用密钥。请在请求头里写 Authorization: Bearer 密钥；密钥由管理员用 python -m qa keys add 发给。",
    ),
    "login": (401, "需要登录", "登录已过期。请刷新页面，重新登录。"),
    "not-found": (404, _TITLES[404], "没有这个 id 的内容，或者它已经删除。请检查 id 是否抄写完整。"),
    "timeout": (408, "请求体没有送完", "请求体没有在规定时间内送完。请检查网络后重试。"),
    "stopped": (409, "已经停止", "已停止。"),
    "elsewhere": (
        409,
        "在别处书写",
        "这个回答由同一个记录库上的另一个进程在写，这里停不了。请断开提问的连接，或等它写完（通常几十秒）再看。",
    ),
    "too-large": (413, _TITLES[413], "请求体超过了 256 KB 的上限。请只写要问的事，或把文件分成几份。"),
    "request": (422, _TITLES[422], "question：缺少这一项。格式见 /docs。"),
    "question": (422, "问题无法回答", "没有看到问题。请用一句话写出想问的事，例如：众创空间能享受哪些税收优惠？"),
    "profile": (422, "画像不能用", "staff：应是大于 0 的整数。"),
    "rate": (429, "请求太多", "一分钟里的请求太多（每分钟最多 60 次）。请 12 秒后再试。"),
    "busy": (429, "排队的人太多", "已有 18 个问题在回答或排队，排满了。请约 15 秒后再问。"),
    "writer": (500, "写答案时出错", "生成模型出错。请重试；再出现时请把编号告诉管理员。"),
    "internal": (500, "程序出错", "程序里出了没有料到的错误，已记入日志。请重试；再出现时请把编号告诉管理员。"),
    "not-ready": (503, "还不能回答", "服务正在载入模型和索引。请几秒后再试。"),
    "closing": (503, "服务正在关闭", "服务正在关闭，不再接受新的问题。请稍后再问。"),
    "store": (503, "记录库不可用", "打不开对话库（连不上数据库）。请检查数据库是否在运行，地址和密码是否写对。"),
}
"""Kind → status, title, and a detail as an example of what the reader is told."""
BODY = ("http", "request", "timeout")
"""What may be wrong with a request that has a body."""
_ANYBODY = ("key", "login", "too-large", "rate", "not-ready", "store")
_SCHEMA = {"$ref": "#/components/schemas/ProblemModel"}


def problems(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """`responses` of an endpoint: these kinds of problems, and what the door may say to anybody."""
    made: dict[int | str, dict[str, Any]] = {}
    for kind in sorted({*kinds, *_ANYBODY}, key=lambda k: (_SAID[k][0], list(_SAID).index(k))):
        status, title, detail = _SAID[kind]
        entry = made.setdefault(status, {"description": "", "content": {MEDIA: {"schema": _SCHEMA, "examples": {}}}})
        entry["description"] += f"{'；' if entry['description'] else ''}{title}（urn:youju:problem:{kind}）"
        value = wire.problem_json(status, kind, title, detail) | {"request": "3f0c9a1be2d44c51"}
        entry["content"][MEDIA]["examples"][kind] = {"summary": title, "value": value}
    return made


def reply(problem: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse(dict(problem), int(problem["status"]), dict(headers or {}), media_type=MEDIA)


def openai_error(status: int, message: str, param: str | None = None, code: str | None = None) -> JSONResponse:
    """The same for a client of OpenAI's protocol."""
    return JSONResponse(fault(status, message, param, code), status)


def fault(status: int, message: str, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    """What stands in such a reply."""
    kind = _OPENAI.get(status, "server_error" if status >= 500 else "invalid_request_error")
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


_SIMPLE: dict[type[Exception], str] = {
    QuestionError: "question",
    ProfileError: "profile",
    MissingError: "not-found",
    StoreError: "store",
    WriterError: "writer",
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
    kind = next(_SIMPLE[t] for t in type(error).__mro__ if t in _SIMPLE)
    status, title, _ = _SAID[kind]
    return _told(request, status, kind, title, str(error), {"Retry-After": "10"} if status == 503 else None)


async def _own(request: Request, error: Exception) -> JSONResponse:
    found = cast(ProblemError, error)
    return _told(request, found.status, found.kind, found.title, found.detail)


async def _busy(request: Request, error: Exception) -> JSONResponse:
    retry = {"Retry-After": str(cast(BusyError, error).retry)}
    kind = "closing" if request.app.state.service.closing else "busy"
    status, title, _ = _SAID[kind]
    return _told(request, status, kind, title, str(error), retry)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    where, what = wrong(cast(RequestValidationError, error).errors()[0])
    if request.url.path.startswith("/v1/"):
        return openai_error(400, f"{where}：{what}。", where if where != "请求体" else None, "invalid_value")
    return _told(request, 422, "request", _TITLES[422], f"{where}：{what}。格式见 /docs。")


async def _http(request: Request, error: Exception) -> JSONResponse:
    found = cast(HTTPException, error)
    status, detail = found.status_code, str(found.detail)
    if status == 400:
        detail = _UNREADABLE
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
