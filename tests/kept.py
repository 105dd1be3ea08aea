"""Kept conversations for the tests of exports and feedback, with answers as `qa.wire` writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from qa.turns import Conversation, Rating, Turn

WHEN = datetime(2026, 3, 1, 16, 5, tzinfo=UTC)
TITLE, NUMBER = "江东省养老服务促进办法", "江政发〔2020〕8号"
QUOTE = "新建社区养老服务中心，按每张床位1万元给予一次性建设补贴。"


def piece(marker: int = 1, **fields: Any) -> dict[str, Any]:
    """A clause as evidence; fields that are not given are those of one invented policy."""
    return {
        "marker": marker,
        "clause": f"jiang:第十条第{marker}款",
        "document": "jiang",
        "title": TITLE,
        "number": NUMBER,
        "address": f"第十条第{marker}款",
        "headings": ["第三章 扶持"],
        "level": "省",
        "region": "江东省",
        "text": QUOTE,
        "reading": QUOTE,
        "spans": [[10, 40]],
        "notes": [],
        **fields,
    }


def citation(sentence: int = 0, marker: int = 1, **fields: Any) -> dict[str, Any]:
    """A span of that clause which a sentence rests on."""
    return {
        "sentence": sentence,
        "clause": f"jiang:第十条第{marker}款",
        "document": "jiang",
        "title": TITLE,
        "number": NUMBER,
        "address": f"第十条第{marker}款",
        "start": 10,
        "end": 40,
        "quote": QUOTE,
        "verdict": "verified",
        "marker": marker,
        **fields,
    }


def record(**fields: Any) -> dict[str, Any]:
    """A whole answer of one verified sentence."""
    return {
        "id": "t" * 32,
        "conversation": "c" * 32,
        "documents": {"jiang": "ab" * 32},
        "question": "每张床位补多少？",
        "standalone": "每张床位补多少？",
        "text": "每张床位给予1万元补贴。[1]",
        "refusal": None,
        "sentences": [{"text": "每张床位给予1万元补贴。", "verdict": "verified", "problem": ""}],
        "citations": [citation()],
        "evidence": [piece(), piece(2, text="没有引用的条款。", reading="没有引用的条款。")],
        "hits": [],
        "removed": [],
        "extractive": False,
        "notes": [],
        "timings": {"total_ms": 5},
        "model": "scripted",
        "failure": "",
        "matches": None,
        **fields,
    }


def turn(number: int = 1, question: str = "每张床位补多少？", **fields: Any) -> Turn:
    """A finished turn."""
    given: dict[str, Any] = {"status": "done", "record": record(), **fields}
    return Turn(f"{number:032x}", "c" * 32, number, question, created=WHEN, **given)


def conversation(*turns: Turn, title: str = "养老床位补贴") -> Conversation:
    return Conversation("c" * 32, "page:ann", title, WHEN, WHEN, None, turns)


DOWN = Rating("down", "漏了改建的标准")
