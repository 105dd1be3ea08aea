"""Case files: one question a line, with the verbatim quotes that a full answer rests on.

{"id": "A01", "type": "number", "asker": "citizen", "turns": ["…"],
 "evidence": [{"document": "optional id", "quote": "verbatim", "alt": [{"quote": "…"}]}],
 "alt": [{"quote": "…"}], "answer": "…", "must": ["60%"]}
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from corpus.records import Clause
from corpus.repair import fold

TYPES = ("fact", "number", "plain", "support", "list", "agency", "compare", "followup", "none")
_KEYS = {"id", "type", "asker", "turns", "evidence", "alt", "answer", "must"}
_QUOTE_KEYS = {"document", "quote", "alt"}

C = TypeVar("C")


class CaseError(ValueError):
    """A case file that cannot be used; the message (Chinese) names the file, the line and what is wrong."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A gold quotation; any of `alternatives` may stand for it."""

    text: str
    document: str = ""
    alternatives: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        return (self.text, *self.alternatives)


@dataclass(frozen=True, slots=True)
class Case:
    """One question; the last turn is judged, the earlier ones are asked before it in one conversation."""

    id: str
    type: str
    asker: str
    turns: tuple[str, ...]
    evidence: tuple[Quote, ...]
    spare: tuple[str, ...]
    """Quotes any of which may stand for one that is missing."""
    answer: str
    must: tuple[str, ...]
    line: int = 0
    """Where it stands in its file."""


def read_cases(path: Path, case: Callable[[Any], C], what: str) -> list[C]:
    """The cases of a JSON Lines file, each made by `case` (with fields `id` and `line`) from its line; empty lines are skipped.

    Args:
        what: what the file is called in messages (用例文件).

    Raises:
        CaseError: naming file and line: unreadable, not JSON, refused by `case`, an id given twice, or no case at all.
    """
    try:
        # Only \n ends a line: JSON strings may hold U+2028, at which splitlines would cut.
        lines = path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CaseError(f"读不了{what} {path}：{error}。请检查路径，文件应为 UTF-8。") from error
    cases: dict[str, Any] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            made: Any = case(json.loads(line))
        except json.JSONDecodeError as error:
            raise CaseError(
                f"{path.name} 第 {number} 行不是 JSON（第 {error.colno} 个字符处）。每行应是一个 JSON 对象。"
            ) from None
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise CaseError(f"{path.name} 第 {number} 行：{error}") from error
        made = replace(made, line=number)
        if made.id in cases:
            raise CaseError(f"{path.name} 第 {number} 行：id “{made.id}”重复。")
        cases[made.id] = made
    if not cases:
        raise CaseError(f"{path.name} 里没有用例。")
    return list(cases.values())


def load(path: Path) -> list[Case]:
    """Read a case file.

    Raises:
        CaseError: unreadable, not JSON, an unknown or missing key, an unknown type, or an id given twice.
    """
    return read_cases(path, _case, "用例文件")


def _case(row: Any) -> Case:
    if not isinstance(row, dict):
        raise CaseError("应为一个 JSON 对象。")
    unknown, missing = row.keys() - _KEYS, {"id", "type", "turns"} - row.keys()
    if unknown or missing:
        what = f"不认识的键 {'、'.join(sorted(unknown))}" if unknown else f"缺少 {'、'.join(sorted(missing))}"
        raise CaseError(f"{what}。可用的键：{'、'.join(sorted(_KEYS))}。")
    if row["type"] not in TYPES:
        raise CaseError(f"类型“{row['type']}”不认识，可用：{'、'.join(TYPES)}。")
    turns = _texts(row, "turns")
    if not turns or not all(t.strip() for t in turns):
        raise CaseError("turns 应为非空的问题列表。")
    for key in ("evidence", "alt"):
        if not isinstance(row.get(key, []), list):
            raise CaseError(f"{key} 应为列表。")
    for key in ("asker", "answer"):
        if not isinstance(row.get(key, ""), str):
            raise CaseError(f"{key} 应为文字。")
    evidence = tuple(map(quote, row.get("evidence", [])))
    if row["type"] == "none" and (evidence or row.get("must")):
        raise CaseError("类型 none 的用例不应有 evidence 或 must。")
    spare = tuple(text for q in map(quote, row.get("alt", [])) for text in q.texts)
    return Case(
        str(row["id"]),
        row["type"],
        row.get("asker", ""),
        turns,
        evidence,
        spare,
        row.get("answer", ""),
        _texts(row, "must"),
    )


def _texts(row: dict[str, Any], key: str) -> tuple[str, ...]:
    """A list of texts; a single text is none, for it would be read letter by letter."""
    found = row.get(key, [])
    if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
        raise CaseError(f'{key} 应为文字的列表，如 ["…"]。')
    return tuple(found)


def quote(row: Any) -> Quote:
    """A gold quotation of a case; CaseError when it is none."""
    if not isinstance(row, dict) or not isinstance(row.get("quote"), str) or not row["quote"].strip():
        raise CaseError("evidence 和 alt 的每一项应为含有 quote 的对象。")
    if row.keys() - _QUOTE_KEYS:
        raise CaseError(f"evidence 里有不认识的键 {'、'.join(sorted(row.keys() - _QUOTE_KEYS))}。")
    return Quote(row["quote"], row.get("document", ""), tuple(t for q in map(quote, row.get("alt", [])) for t in q.texts))


def unproved(cases: Iterable[Case], clauses: Iterable[Clause]) -> Iterator[str]:
    """Quotes, as “第 n 行 id: quote”, that no single clause holds: a wrong quote, or one across clauses."""
    texts = [fold(c.full) for c in clauses]
    for case in cases:
        for text in [*(t for q in case.evidence for t in q.texts), *case.spare]:
            if not any(fold(text) in held for held in texts):
                yield f"第 {case.line} 行 {case.id}：{text}"
