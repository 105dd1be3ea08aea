"""A process that serves the sample policies with a writer that writes a piece every `pace` seconds, until told to stop.

python front_child.py HOME PORT PACE PATIENCE
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from fakes import HashEncoder

from index.build import build
from index.search import open_index
from index.settings import IndexSettings
from qa import logs, refusal, server, start
from qa.answer import Assistant
from qa.guard_front import Front, Opened, run
from qa.meters import Meters
from qa.service import Service
from qa.settings import Settings

REPLY = "新建社区养老服务中心按每张床位1万元给予建设补贴。"


class PacedWriter:
    name = "paced"
    slots = 4

    def __init__(self, pace: float) -> None:
        self.pace = pace

    def stream(self, messages: Sequence[dict[str, str]], max_tokens: int) -> Iterator[str]:
        for letter in REPLY:
            yield letter
            time.sleep(self.pace)

    def count(self, text: str) -> int:
        return len(text)


def main(home: Path, port: int, pace: float, patience: int) -> None:
    refusal.answerable = lambda *_: 1.0
    settings = Settings(
        index=IndexSettings(
            home, home / "documents", home / "indexes" / "sample", str(home / "e"), generator=str(home / "w.gguf")
        ),
        everyday=0,
        patience=patience,
        port=port,
    )

    def load(opened: Callable[[str], None]) -> Opened:
        store = start.store(settings)
        opened("store")
        shutil.copytree(Path(__file__).parent / "data", settings.index.corpus, dirs_exist_ok=True)
        encoder = HashEncoder()
        build(settings.index, encoder, progress=False)
        index = open_index(settings.index, encoder)
        opened("index")
        service = Service(Assistant(index, PacedWriter(pace), settings), store, settings, Meters())
        return server.application(service, with_page=False), service

    logs.configure(False)
    run(Front(load, start.PARTS), settings.host, port, patience, lambda: sys.stdout.write("ready\n") and sys.stdout.flush())


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
