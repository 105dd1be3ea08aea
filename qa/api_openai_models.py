"""Requests of OpenAI's chat protocol: what we read is checked, what we do not read may stand there."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from qa.api_models import FilterModel, Strict

NAME = "youju"


class Lenient(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)


class Part(Lenient):
    """A piece of a message; only text can be read."""

    type: str
    text: str | None = None


class Message(Lenient):
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None

    @property
    def words(self) -> str:
        """All text of the message."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(part.text or "" for part in self.content or [] if part.type in ("text", "input_text"))


class StreamOptions(Lenient):
    include_usage: bool | None = None


class Extra(Strict):
    """What OpenAI's protocol has no word for (`extra_body` of the official client)."""

    filters: FilterModel = FilterModel()


class ChatRequest(Lenient):
    """The last message of the user is the question, those before it are its conversation; the rest is not read.

    The answer is greedy and checked: `temperature`, `tools` and other wishes to the model are accepted without effect.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"model": NAME, "messages": [{"role": "user", "content": "众创空间能享受哪些税收优惠？"}]}]
        }
    )
    model: str = Field(default=NAME, min_length=1, description="随便写；只有一个模型")
    messages: Annotated[list[Message], Field(min_length=1)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = Field(default=None, description="只能是 1：只有一个答案")
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, ge=0, le=1)
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    youju: Extra = Extra()

    @property
    def questions(self) -> list[str]:
        """What the user typed, oldest first."""
        return [message.words for message in self.messages if message.role == "user"]

    @property
    def pictures(self) -> bool:
        """True when the question holds something that is not text."""
        asked = [message for message in self.messages if message.role == "user"][-1:]
        parts = [part for message in asked for part in (message.content if isinstance(message.content, list) else [])]
        return any(part.type not in ("text", "input_text") for part in parts)


class Location(BaseModel):
    start_index: int = Field(description="[n] 在 `content` 里的位置，按 Unicode 码点")
    end_index: int
    title: str
    url: str = Field(description="在哪里读被引用的条款")


class Annotation(BaseModel):
    type: Literal["url_citation"] = "url_citation"
    url_citation: Location
    youju: dict[str, Any] = Field(description="这处引用，同 /api/ask：条款、位置、原文、核对结果")


class Reply(BaseModel):
    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None
    annotations: list[Annotation]


class Choice(BaseModel):
    index: int = 0
    message: Reply
    finish_reason: Literal["stop"] = "stop"
    logprobs: None = None


class Usage(BaseModel):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Completion(BaseModel):
    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[Choice]
    usage: Usage
    youju: dict[str, Any] = Field(description="完整的答案，同 /api/ask")


class Model(BaseModel):
    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str = NAME


class Models(BaseModel):
    object: Literal["list"] = "list"
    data: list[Model]


class Fault(BaseModel):
    message: str
    type: str
    param: str | None
    code: str | None


class FaultReply(BaseModel):
    error: Fault
