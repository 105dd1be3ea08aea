"""`python -m eval` with a HashEncoder in place of the encoder, and as slow as BENCH_PAUSE says (seconds a case)."""

import os
import time

from fakes import HashEncoder

from eval import __main__ as evaluation
from eval import run
from index.search import open_index


def _open(settings, retrieval_only):
    return open_index(settings.index, HashEncoder()), None


retrieved = run.retrieved


def _slow(case, index):
    time.sleep(float(os.environ.get("BENCH_PAUSE", "0")))
    return retrieved(case, index)


evaluation._open = _open
run.retrieved = _slow
evaluation.main()
