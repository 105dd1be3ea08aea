"""What programs send: typed, checked at the door, nothing unknown let through."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from index.search import Filters
from qa.profile import Profile
from qa.profile_form import ProfileError, choices, from_form

_DEEPEST = 8  # lists and objects inside one another in a form


def _day(text: str) -> str:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        raise ValueError("应是日期，例如 2026-01-31")
    date.fromisoformat(text)  # raises for a day that is in no calendar
    return text


Day = Annotated[str, Field(json_schema_extra={"format": "date"}), AfterValidator(_day)]
Question = Annotated[str, Field(description="问题，1000 字以内（看不见的字符不算）", json_schema_extra={"minLength": 2})]
"""How long it is, is judged by `qa.answer.check` once it is cleaned, which says what to write instead."""


def _plain(value: Any, depth: int = 0) -> Any:
    """The value again, without what UTF-8 cannot write and what nobody can read."""
    if depth > _DEEPEST:
        raise ValueError("嵌套太深")
    if isinstance(value, str):
        value.encode()  # a lone surrogate is a UnicodeEncodeError, which is a ValueError
    elif isinstance(value, dict):
        for key, inner in value.items():
            _plain(key, depth)
            _plain(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _plain(inner, depth + 1)
    return value


def _form() -> dict[str, Any]:
    """The keys of a form with what may stand there, as a JSON schema: a list stands for several values, null for none."""
    text, nothing = {"type": "string"}, {"type": "null"}
    least = {"staff": 1, "revenue": 0, "age": 0}
    keys: dict[str, Any] = {key: {"anyOf": [{"type": "number", "minimum": n}, text, nothing]} for key, n in least.items()}
    keys["say"] = {"anyOf": [text, nothing]}
    for key, allowed in choices().items():
        if key not in keys:
            closed = allowed and key != "region"
            value = {"type": "string", "enum": [*allowed, ""]} if closed else text
            keys[key] = {"anyOf": [value, {"type": "array", "items": value}, nothing]}
    return {"type": "object", "properties": keys, "additionalProperties": False}


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class FilterModel(Strict):
    """Only documents that agree; an empty list means any."""

    documents: list[str] = []
    levels: list[str] = []
    regions: list[str] = []
    statuses: list[str] = []
    years: list[int] = []

    def filters(self) -> Filters:
        return Filters(**{k: tuple(v) for k, v in self.model_dump().items()})


class HistoryTurn(Strict):
    role: Literal["user", "assistant"]
    content: str


class AskRequest(Strict):
    """A question, in a kept conversation or with the earlier turns of its own."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"question": "众创空间能享受哪些税收优惠？", "stream": False},
                {"question": "那2025年呢？", "history": ["到2020年全国研发经费要占GDP多少？"], "stream": True},
            ]
        }
    )
    question: Question
    history: list[str | HistoryTurn] | None = Field(
        default=None, description="前面的问题，旧的在前，或聊天记录；不能和 `conversation` 一起给"
    )
    conversation: str | None = Field(default=None, description="接着哪一段对话问")
    replaces: str | None = Field(default=None, description="代替其中哪一个回答（和它后面的）")
    filters: FilterModel = FilterModel()
    stream: bool = Field(default=False, description="边写边发（SSE）：evidence、token…，最后是 answer 或 error")

    def earlier(self) -> list[str] | None:
        if self.history is None:
            return None if self.conversation or self.replaces else []
        return [t if isinstance(t, str) else t.content for t in self.history if isinstance(t, str) or t.role == "user"]


class CheckRequest(Strict):
    """A text whose sentences are compared with the corpus, whoever wrote it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "离岗创业的科研人员可以保留人事关系3年。"}]})
    text: str = Field(description="5000 字、60 句以内", json_schema_extra={"minLength": 1, "maxLength": 5000})
    question: str = Field(default="", description="这段文字回答的问题，如果有")
    filters: FilterModel = FilterModel()


class SearchRequest(Strict):
    model_config = ConfigDict(json_schema_extra={"examples": [{"question": "养老服务补贴", "k": 5}]})
    question: Question
    k: int = Field(default=10, ge=1, le=100)
    filters: FilterModel = FilterModel()


class MatchRequest(Strict):
    """Who is asking: in words, as a form, or both; what the form says of the same fact wins."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"say": "我们是沈阳一家做机器人的小公司，30个人，去年刚评上高企，想买设备", "limit": 10},
                {"profile": {"who": ["企业"], "region": "沈阳市", "staff": 30, "activities": ["购买设备"]}},
            ]
        }
    )
    say: str | None = Field(default=None, description="用自己的话")
    profile: Annotated[dict[str, Any], AfterValidator(_plain), WithJsonSchema(_form())] | None = Field(
        default=None, description="表单：revenue 年营业收入（元），age 成立年数，region 照平常的叫法"
    )
    filters: FilterModel = FilterModel()
    limit: int = Field(default=20, ge=1, le=100)
    as_of: Day | None = Field(default=None, description="按哪一天判断有效期和申报期；缺省今天")

    def asker(self) -> Profile:
        """Who asks; ProfileError for a form that cannot be taken."""
        if not isinstance((self.profile or {}).get("say"), str | None):
            raise ProfileError("say", "应是一段话")
        return from_form({**(self.profile or {}), **({} if self.say is None else {"say": self.say})})

    @property
    def day(self) -> date | None:
        return date.fromisoformat(self.as_of) if self.as_of else None


class RenameRequest(Strict):
    model_config = ConfigDict(json_schema_extra={"examples": [{"title": "众创空间的税"}]})
    title: str = Field(min_length=1, max_length=200)


class FeedbackRequest(Strict):
    """What the asker thinks of an answer; sent again it replaces what was said before."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"answer": "answer-id", "rating": "down", "reason": "引用的不是这一条"}]}
    )
    answer: str = Field(description="回答的 id")
    rating: Literal["up", "down"]
    reason: str = Field(default="", max_length=2000)
