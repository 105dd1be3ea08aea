"""Logs as JSON lines, with the id of the request they belong to; secrets never, questions only when switched on."""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import IO, Any

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Of the request that is being answered; empty outside of one. A thread that works for a request copies its context."""

_LOG = logging.getLogger("youju")
_SECRETS = re.compile(
    r"yj-[A-Za-z0-9_-]{8,}"  # our keys
    r"|(?<=bearer )\s*\S+"
    r"|(?<=password=)[^\s&\"']+"
    r"|(?<=://)[^/\s:@]*:[^/\s@]*(?=@)",  # a password in an address of a database
    re.IGNORECASE,
)
_questions = False


class JsonLines(logging.Formatter):
    """One record, one line: time, level, event, request, and the fields given by `note`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        if record.name != _LOG.name:
            line["logger"] = record.name
        if request := request_id.get():
            line["request"] = request
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[1]:
            line["error"] = told(record.exc_info[1])
        made = hidden(json.dumps(line, ensure_ascii=False, default=str))
        return made.encode("utf-8", "backslashreplace").decode()  # half a character is written as JSON's escape


def configure(questions: bool, stream: IO[str] | None = None) -> None:
    """Send everything, also what libraries log, to one stream (stderr) as JSON lines."""
    global _questions  # noqa: PLW0603 - logging is one per process, as Python's own
    _questions = questions
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    _LOG.setLevel(logging.INFO)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True


def note(event: str, level: int = logging.INFO, error: BaseException | None = None, **fields: Any) -> None:
    """Log an event with its fields; never put what a user wrote into a field except through `words`."""
    _LOG.log(level, event, extra={"fields": fields}, exc_info=error)


def words(question: str) -> dict[str, Any]:
    """What may be logged of a question: its length, and the text only with YOUJU_LOG_QUESTIONS=1."""
    return {"length": len(question)} | ({"question": question} if _questions else {})


def told(error: BaseException) -> dict[str, Any]:
    """Type and places of an error; its message may quote what a user wrote, so it stands there only if that may."""
    frames = traceback.extract_tb(error.__traceback__)
    shown = {"type": type(error).__name__, "at": [f"{f.filename}:{f.lineno} {f.name}" for f in frames[-8:]]}
    return shown | ({"message": str(error)} if _questions else {})


def hidden(text: str) -> str:
    """The text with keys and passwords replaced by ***."""
    return _SECRETS.sub("***", text)
