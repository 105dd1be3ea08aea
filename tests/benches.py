"""A Bench over the sample corpus whose processes run the real evaluation with a HashEncoder."""

import json
import os
import sys
import time
from pathlib import Path

from qa.bench import Bench

QUESTIONS = ("失业人员创业有什么补贴？", "养老服务的床位补贴多少？", "谁负责养老服务？", "有什么税收优惠？", "什么时候开始施行？")


def environment(settings, pause=0.0, reply=""):
    """What the process needs to find the index of these settings; `reply`: the file of what the writer writes."""
    return {
        **os.environ,
        "YOUJU_HOME": str(settings.home),
        "YOUJU_CORPUS": str(settings.corpus),
        "YOUJU_INDEX": str(settings.index),
        "YOUJU_ENCODER": settings.encoder,
        "BENCH_PAUSE": str(pause),
        "BENCH_REPLY": str(reply),
        "YOUJU_EVERYDAY": "0",
    }


def bench(settings, folder, shipped, pause=0.0, reply=""):
    child = Path(__file__).parent / "bench_child.py"
    return Bench(folder, (sys.executable, str(child)), environment(settings, pause, reply), shipped)


def cases(path, count=5, quote=""):
    """A case file of so many questions; a quote makes its first case one with evidence."""
    rows = [{"id": f"C{n}", "type": "fact", "turns": [QUESTIONS[n % 5]]} for n in range(count)]
    if quote:
        rows[0]["evidence"] = [{"quote": quote}]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")
    return path


def until(test, seconds=90):
    """What a test gives as soon as it is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := test():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")
