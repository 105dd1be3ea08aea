"""`python -m eval` with a HashEncoder in place of the encoder, and as slow as BENCH_PAUSE says (seconds a case).

With the generator: every answer is what the file BENCH_REPLY holds when the run starts.
"""

import os
import time
from pathlib import Path

from fakes import HashEncoder

from eval import __main__ as evaluation
from eval import run
from index.search import open_index
from qa import refusal
from qa.answer import Assistant


class _Reply:
    """Writes the same to everybody."""

    name = "scripted"
    slots = 4

    def __init__(self):
        self._reply = Path(os.environ["BENCH_REPLY"]).read_text("utf-8")

    def count(self, text):
        return len(text)

    def stream(self, messages, max_tokens):
        return iter(self._reply)


def _open(settings, retrieval_only):
    index = open_index(settings.index, HashEncoder())
    return index, None if retrieval_only else Assistant(index, _Reply(), settings)


retrieved = run.retrieved


def _slow(case, index):
    time.sleep(float(os.environ.get("BENCH_PAUSE", "0")))
    return retrieved(case, index)


evaluation._open = _open
run.retrieved = _slow
refusal.answerable = lambda *_: 1.0  # fitted for another encoder
evaluation.main()
