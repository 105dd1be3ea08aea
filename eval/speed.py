"""How fast is it? `python -m eval speed` prints what a person waits for, measured on this machine, in one run.

Each figure stands beside its goal and their ratio. Timings on a shared machine drift: compare, do not quote.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.settings import IndexSettings
from qa.settings import Settings

QUESTIONS = (
    "企业研发费用加计扣除有什么规定？",
    "科技型中小企业贷款难，有什么融资支持？",
    "高校科研人员转化成果能拿多少奖励？",
    "众创空间可以享受哪些优惠？",
    "引进海外人才有什么便利？",
    "国有企业技术人员能不能拿股权？",
    "县里怎么培育创新型企业？",
    "到2020年科技进步贡献率要达到多少？",
    "制造业创新中心到2025年建多少家？",
    "首台（套）装备有什么鼓励政策？",
    "互联网加现代农业要做哪些事？",
    "大型科研仪器怎么开放共享？",
    "院士制度怎么改革？",
    "知识产权侵权怎么处罚？",
    "政府采购怎么支持创新产品？",
    "东北老工业基地怎么发展民营经济？",
    "智能制造工程的目标是什么？",
    "公民科学素质比例目标是多少？",
    "天使投资有没有税收政策？",
    "科研项目间接费用怎么管理？",
)
"""Asked in this order; everyday subjects of any innovation-policy corpus, not test cases."""
TOGETHER = (
    "科技人员离岗创业有什么保障？",
    "重大科技基础设施怎么布局？",
    "科技成果转化的收入怎么分配？",
    "怎么支持科普工作？",
)
"""Asked by as many people at once. No question is asked twice: the writer remembers whole replies."""
AGAIN = (
    (QUESTIONS[0], "那小微企业有什么税收优惠？"),
    (QUESTIONS[2], "那科研院所的人员呢？"),
    (QUESTIONS[4], "那外国留学生能留下来创业吗？"),
    (QUESTIONS[7], "那2030年的目标是什么？"),
    (QUESTIONS[10], "那互联网加制造业呢？"),
)
"""What was asked before in a conversation, and its second question."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure with its goal, both in `unit`; smaller is better."""

    name: str
    value: float
    goal: float
    unit: str


if TYPE_CHECKING:
    from qa.answer import Assistant


def measure(settings: Settings, questions: int = 20) -> Iterator[Figure]:
    """Yield figures as they are measured: builds first, in a temporary home, then start, answers and memory."""
    yield from _builds(settings.index)
    yield from _answers(settings, questions)


def _builds(settings: IndexSettings) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as work:
        corpus = Path(work) / "corpus"
        shutil.copytree(settings.corpus, corpus)
        (Path(work) / "home").mkdir()
        (Path(work) / "home" / "models").symlink_to(settings.home / "models")
        environment = {"YOUJU_HOME": str(Path(work) / "home"), "YOUJU_CORPUS": str(corpus)}
        yield Figure("从头建立索引", _timed(["-m", "index", "build", "--quiet"], environment), 120, "秒")
        largest = max(corpus.glob("*.txt"), key=lambda p: p.stat().st_size)
        text = largest.read_text("utf-8")
        largest.write_text(text.replace("创新", "革新", 10), "utf-8")
        yield Figure("改动一份文件后重建", _timed(["-m", "index", "build", "--quiet"], environment), 15, "秒")


def _timed(arguments: list[str], environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, env=os.environ | environment, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def _answers(settings: Settings, questions: int) -> Iterator[Figure]:
    began = time.perf_counter()
    from qa import start  # noqa: PLC0415 - its imports are part of what is measured
    from qa.records import Answer  # noqa: PLC0415

    assistant = start.assistant(settings)
    yield Figure("启动到可以提问", time.perf_counter() - began, 12, "秒")
    written: list[dict[str, float]] = []
    evidence: list[float] = []
    for question in QUESTIONS[:questions]:
        asked = time.perf_counter()
        for number, event in enumerate(assistant.ask(question)):
            if number == 0:
                evidence.append(time.perf_counter() - asked)
            if isinstance(event, Answer) and "first_token_ms" in event.timings:
                written.append(event.timings)
    yield Figure("依据上屏（中位）", statistics.median(evidence), 0.3, "秒")
    yield Figure("依据上屏（最慢）", max(evidence), 0.3, "秒")
    yield Figure("首字（中位）", statistics.median(t["first_token_ms"] for t in written) / 1000, 4, "秒")
    yield Figure("全文（中位）", statistics.median(t["total_ms"] for t in written) / 1000, 10, "秒")
    yield Figure("全文（最慢）", max(t["total_ms"] for t in written) / 1000, 15, "秒")
    alone = statistics.median(t["total_ms"] for t in written) / 1000
    yield Figure("对话中的第二问，全文是独自提问的倍数（中位）", _again(assistant) / alone, 1, "倍")
    yield Figure(f"{len(TOGETHER)}人同时提问，最慢一人是独自提问的倍数", _together(assistant, settings) / alone, 2.5, "倍")
    yield Figure("内存峰值，各进程相加", _memory(), 4, "GB")
    if hasattr(assistant.writer, "close"):
        assistant.writer.close()


def _memory() -> float:
    """GB that this process and those it started took at most, mapped files included, each at its own peak."""
    taken = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            told = dict(line.split(":", 1) for line in status.read_text("utf-8").splitlines())
            if int(told["PPid"]) == os.getpid() and "VmHWM" in told:
                taken += int(told["VmHWM"].split()[0])
    return taken / 1024**2


def _again(assistant: Assistant) -> float:
    """Median seconds of a second question in a conversation that has had the first."""
    times = []
    for first, second in AGAIN:
        began = time.perf_counter()
        for _ in assistant.ask(second, [first]):
            pass
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def _together(assistant: Assistant, settings: Settings) -> float:
    """Seconds of the slowest of several people who ask at once, in the line of a service."""
    from qa.service import Service  # noqa: PLC0415

    service = Service(assistant, None, settings)
    times: list[float] = []

    def wait(question: str) -> None:
        began = time.perf_counter()
        for _ in service.ask(question, "").events():
            pass
        times.append(time.perf_counter() - began)

    with ThreadPoolExecutor(len(TOGETHER)) as pool:
        list(pool.map(wait, TOGETHER))
    return max(times)
