"""The generator on a server that speaks OpenAI's chat protocol, by URL: vLLM, llama.cpp's server, Ollama and others."""

from __future__ import annotations

import contextlib
import queue
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import openai

from qa.settings import Settings
from qa.writing import GREEDY, Message, WriterError, estimated_tokens, fit, prompt_length, pumped

_SLOTS = 4
"""Replies asked for at once unless told: what the server can do is not known here."""


class OpenAIWriter:
    """A model behind any server that speaks OpenAI's chat protocol; it need not be up before the first question."""

    def __init__(self, settings: Settings) -> None:
        self.slots = settings.slots or _SLOTS
        self._url, self._key, self._model = settings.writer_url, settings.writer_key, settings.writer_model
        self._patience, self._context = settings.writer_timeout, settings.context_tokens
        # Connections are not shared, so that shutting one cannot hit another reply. The openai package's own
        # environment variables, a netrc file and proxies are meant for other servers.
        self._headers: Any = {"Connection": "close", "OpenAI-Organization": openai.omit, "OpenAI-Project": openai.omit}
        if not self._key:
            self._headers["Authorization"] = openai.omit
        self._client: Any = openai.OpenAI(
            base_url=self._url,
            api_key=self._key or "none",
            timeout=self._patience,
            max_retries=0,
            http_client=openai.DefaultHttpxClient(trust_env=False, follow_redirects=False),
        )
        self._named = bool(self._model)
        self.name = self._model or self._url.partition("://")[2]

    def count(self, text: str) -> int:
        return estimated_tokens(text)

    def stream(self, messages: Sequence[Message], max_tokens: int) -> Iterator[str]:
        fit(prompt_length(messages, self.count), max_tokens, self._context)
        return self._pieces(messages, max_tokens)

    def _pieces(self, messages: Sequence[Message], max_tokens: int) -> Iterator[str]:
        opened: list[Any] = []
        try:
            yield from pumped(
                lambda push: self._run(messages, max_tokens, push, opened), lambda: _hang_up(opened), self._patience
            )
        except queue.Empty:
            raise WriterError(self._late()) from None

    def _run(self, messages: Sequence[Message], max_tokens: int, push: Callable[[str], bool], opened: list[Any]) -> None:
        text, begun, finished = "", False, False
        with self._told(), self._create(messages, max_tokens, stream=True) as stream:
            opened.append(stream)
            try:
                for chunk in stream:
                    begun = True
                    if not chunk.choices:  # a chunk that only counts tokens
                        continue
                    finished = finished or bool(chunk.choices[0].finish_reason)
                    piece = chunk.choices[0].delta.content
                    if piece:
                        text += piece
                        if not push(piece):
                            return
            except openai.APITimeoutError:
                raise
            except openai.APIConnectionError:
                finished = False
            if not begun:
                raise ValueError("not a stream of events")
            if not finished:
                raise WriterError(f"生成服务 {self._url} 写到一半断开了，答案不完整。请重试；若常常如此，请看该服务的日志。")
            if not text.strip():
                raise WriterError(
                    f"生成服务 {self._url} 一个字也没有写。模型若先思考再回答，请在服务端关闭思考；否则请看该服务的日志。"
                )

    def _create(self, messages: Sequence[Message], max_tokens: int, **more: Any) -> Any:
        """Send a request; a model that was not named is the first that the server lists."""
        if not self._model:
            listed = self._client.models.list(extra_headers=self._headers).data
            if not listed:
                raise WriterError(f"生成服务 {self._url} 没有列出任何模型。请用 YOUJU_WRITER_MODEL 写明模型名。")
            self._model = self.name = str(listed[0].id)
        more |= {"max_tokens": max_tokens, "extra_headers": self._headers} | GREEDY
        return self._client.chat.completions.create(model=self._model, messages=list(messages), **more)

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Failures of the server, and of the way to it, as WriterError without the cause, which may hold the key."""
        try:
            yield
        except WriterError:
            raise
        except Exception as error:  # openai's, its HTTP library's, and whatever a strange reply leads to
            raise WriterError(self._reason(error)) from None

    def _late(self) -> str:
        return f"生成服务 {self._url} 在 {self._patience:g} 秒内没有写出新的内容。请确认它没有过载，或调大 YOUJU_WRITER_TIMEOUT。"

    def _reason(self, error: Exception) -> str:
        if isinstance(error, openai.APITimeoutError):
            return self._late()
        if isinstance(error, openai.APIConnectionError):
            return f"连不上生成服务 {self._url}（{_cause(error)}）。请确认它已经启动，YOUJU_WRITER_URL 没有写错。"
        if not isinstance(error, openai.APIError):
            kind = type(error).__name__
            return f"生成服务 {self._url} 回的不是 OpenAI 接口的内容（{kind}）。请检查 YOUJU_WRITER_URL，它通常以 /v1 结尾。"
        status = getattr(error, "status_code", 500)  # an error inside a stream that began well has none
        body = error.body if isinstance(error.body, dict) else {}
        words = str(body.get("message") or body.get("detail") or "")
        words = " ".join((words.replace(self._key, "***") if self._key else words).split())[:160]
        said = f"{status}：{words}" if words else f"{status}"
        if status in (401, 403):  # servers repeat part of a wrong key
            what = f"不接受密钥（{status}）。请检查 YOUJU_WRITER_KEY。"
        elif status == 404:
            what = f"没有这个模型或地址（{said}）。请检查 YOUJU_WRITER_MODEL 和 YOUJU_WRITER_URL（通常以 /v1 结尾）。"
            self._model = self._model if self._named else ""  # it may serve another one by now
        elif status == 429:
            what = f"太忙（{said}）。请过一会儿再试。"
        elif status >= 500:
            what = f"出错（{said}）。请看该服务的日志，或过一会儿再试。"
        else:
            what = (
                f"拒绝了请求（{said}）。请检查 YOUJU_WRITER_URL 和 YOUJU_WRITER_MODEL；若说太长，请调小 YOUJU_EVIDENCE_TOKENS。"
            )
        return f"生成服务 {self._url} {what}"


def _cause(error: BaseException) -> str:
    while inner := error.__cause__ or error.__context__:
        error = inner
    known = {ConnectionRefusedError: "连接被拒绝", socket.gaierror: "找不到这个主机", ssl.SSLError: "证书或加密方式不被接受"}
    return next((text for kind, text in known.items() if isinstance(error, kind)), type(error).__name__)


def _hang_up(opened: list[Any]) -> None:
    """Shut the connections below opened streams: closing alone does not wake a thread that waits for the next byte."""
    for stream in opened:
        with contextlib.suppress(OSError):  # it has ended by itself
            stream.response.extensions["network_stream"].get_extra_info("socket").shutdown(socket.SHUT_RDWR)
