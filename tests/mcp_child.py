"""A process that serves MCP on standard input and output, as `python -m qa mcp` does, with a scripted writer.

Its arguments are home, corpus and index of the sample settings, and perhaps a file: the service opens when it is there.
It prints while it opens, as models do.
"""

import os
import sys
import time
from pathlib import Path

from fakes import HashEncoder
from live import SteadyWriter

from index.search import open_index
from index.settings import IndexSettings
from qa import mcp_server, refusal
from qa.answer import Assistant
from qa.service import Service
from qa.settings import Settings


def opened() -> Service:
    home, corpus, index, *gate = (Path(argument) for argument in sys.argv[1:])
    while not all(file.exists() for file in gate):
        time.sleep(0.02)
    print("loading")  # noqa: T201
    os.write(1, b"printed by a library\n")
    settings = Settings(index=IndexSettings(home, corpus, index), everyday=0)
    return Service(Assistant(open_index(settings.index, HashEncoder()), SteadyWriter(), settings), None, settings)


if __name__ == "__main__":
    refusal.answerable = lambda *_: 1.0
    mcp_server.stdio(opened)
