"""What a run of the evaluation is made of, and what its files tell: case files, run lines, logs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from qa.beijing import beijing

LARGEST = 8 * 1024 * 1024
"""Bytes of a case file that are taken."""
_LOG_KEPT = 20_000  # characters of a log that are looked through, from its end
_COMPARED = re.compile(r"(.+?)\s+(-?\d[\d.]*) → (-?\d[\d.]*)\s+([+-]\d[\d.]*)\s+p=([\d.]+)\s+(\d+)(?:\s+\D.*)?")
"""A row of `python -m eval compare`; what the measure is called in Chinese stands behind its figures."""
State = Literal["running", "done", "stopped", "failed"]
Kind = Literal["cases", "profiles"]


class BenchError(RuntimeError):
    """Something that a run cannot do; the message (Chinese) names it, the reason and the remedy."""


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A file that can be run. `count`: lines that are not empty."""

    path: Path
    kind: Kind
    count: int

    @property
    def name(self) -> str:
        return self.path.name


@dataclass(frozen=True, slots=True)
class Run:
    """One run as its folder tells it. `left`: seconds until it ends, None while that is not known."""

    id: str
    file: str
    kind: Kind
    retrieval_only: bool
    total: int
    done: int
    state: State
    left: float | None
    problem: str
    """Why it failed, in Chinese; empty otherwise."""
    warnings: tuple[str, ...]
    """What `eval` said of the case file, such as quotes that stand in no clause."""
    started: datetime

    @property
    def mode(self) -> str:
        return "retrieval" if self.retrieval_only else "full"

    @property
    def when(self) -> str:
        """The second in Beijing at which it was started."""
        return f"{beijing(self.started):%Y-%m-%d %H:%M:%S}"


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure of two runs, case by case: means, the second less the first, p of a randomisation test, cases."""

    name: str
    first: float
    second: float
    difference: float
    p: float
    cases: int


def case_file(path: Path) -> CaseFile:
    """What a file holds: questions, or profiles for the matcher.

    Only enough is looked at to choose the command; `eval` itself finds what is wrong and names the line.

    Raises:
        BenchError: not readable, too large, not UTF-8, empty, or of neither kind.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise BenchError(f"{path.name} 超过 {LARGEST // 1024 // 1024} MB。请只留下要评测的用例。")
        lines = [(n, line) for n, line in enumerate(case_lines(path), 1) if line.strip()]
    except UnicodeDecodeError:
        raise BenchError(f"{path.name} 不是 UTF-8 文字。请另存为 UTF-8 编码的 JSON Lines 文件。") from None
    except OSError as error:
        raise BenchError(f"读不了 {path.name}（{error.strerror}）。请重新选择文件。") from None
    if not lines:
        raise BenchError(f"{path.name} 里没有用例。每行应是一个 JSON 对象，例如 {_EXAMPLE}")
    number, line = lines[0]
    try:
        first = json.loads(line)
    except ValueError as error:
        raise BenchError(f"{path.name} 第 {number} 行不是 JSON（{error}）。每行应是一个 JSON 对象，例如 {_EXAMPLE}") from None
    keys = first.keys() if isinstance(first, dict) else set()
    if "turns" not in keys and "say" not in keys:
        raise BenchError(f"{path.name} 第 {number} 行里没有 turns（问题）或 say（画像）。每行应是一个 JSON 对象，如 {_EXAMPLE}")
    return CaseFile(path, "cases" if "turns" in keys else "profiles", len(lines))


_EXAMPLE = '{"id": "A01", "type": "fact", "turns": ["众创空间能享受哪些税收优惠？"], "evidence": [{"quote": "条款原文"}]}'


def told(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "run.json").read_text("utf-8"))
    return found


def started(run: str, told: Mapping[str, Any]) -> datetime:
    """When a run was started. Earlier versions left it only in the id, by the clock of the machine."""
    if "started" in told:
        return datetime.fromisoformat(told["started"])
    return datetime.strptime(run[:15], "%Y%m%d-%H%M%S").astimezone()


def plain(name: str) -> str:
    """A file name without anything that could lead elsewhere, ending in .jsonl; never one that a run writes itself."""
    stem = re.sub(r"[^\w.（）-]+", "_", Path(name).stem).strip("._-")[:80] or "cases"
    return f"{stem if stem != 'run' else 'cases'}.jsonl"


def case_lines(path: Path) -> list[str]:
    """Lines of a case file. Only a line feed ends one: strings of JSON may hold U+2028, at which splitlines would cut.

    Raises:
        OSError, UnicodeDecodeError: it cannot be read.
    """
    return path.read_text("utf-8-sig").split("\n")


def lines(path: Path) -> int:
    try:
        with path.open("rb") as stream:
            return sum(line.endswith(b"\n") for line in stream)
    except OSError:
        return 0


def said(log: Path) -> list[str]:
    """Lines of a log, also those that a progress bar has overwritten."""
    try:
        text = log.read_bytes()[-_LOG_KEPT:].decode("utf-8", "replace")
    except OSError:
        return []
    return [line.strip() for line in re.split(r"[\r\n]+", text) if line.strip()]


def problem(said: Sequence[str]) -> str:
    """What a command that failed told, without the places of files on this machine."""
    wrong = next((line.removeprefix("错误：") for line in reversed(said) if line.startswith("错误：")), "")
    if not wrong:
        last = said[-1][:200] if said else "没有任何输出"
        wrong = f"评测程序意外结束（{last}）。可以继续运行；仍不行时请查看服务器上的 log.txt。"
    return re.sub(r"(?:/[^/\s：，]+)+/([^/\s：，]+)", r"\1", wrong)


def differences(printed: str) -> list[Difference]:
    """The rows that `python -m eval compare` prints."""
    rows = [match for line in printed.splitlines() if (match := _COMPARED.fullmatch(line.strip()))]
    return [Difference(m[1].strip(), float(m[2]), float(m[3]), float(m[4]), float(m[5]), int(m[6])) for m in rows]
