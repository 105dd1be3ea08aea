"""The generator in OpenVINO GenAI, in a process beside this one: 8-bit weights, all replies in one batch, kept prefixes."""

from __future__ import annotations

import contextlib
import itertools
import json
import logging
import os
import queue
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from index.errors import WeightsError
from qa.settings import Settings
from qa.writing import Message, Replies, WriterError, fit, prompt_length, pumped

_LOG = logging.getLogger(__name__)
_SLOTS = 4
"""Replies in one batch unless told: four people wait 2.2 times as long as one, and by twos 3.1 times."""
_GLANCE = 0.25
"""Seconds after which a reader who hears nothing is asked whether it is still there."""
_ROOT = Path(__file__).parent.parent
_GONE = "生成模型的进程中断了，下一个问题会重新启动它"
Mail = queue.SimpleQueue[dict[str, Any]]


class OpenVinoWriter:
    """A GGUF model's 8-bit copy (`index.eightbit`), run by `openvino_engine.py`; thread-safe. A dead engine is started anew."""

    def __init__(self, folder: Path, name: str, settings: Settings, threads: int, count: Callable[[str], int]) -> None:
        """Start the engine.

        Raises:
            WeightsError: OpenVINO refuses the copy; the message names the folder to delete.
        """
        self.slots = settings.slots or _SLOTS
        self._options = {
            "folder": str(folder),
            "slots": self.slots,
            "context": settings.context_tokens,
            "threads": threads,
        }
        self.name = name
        self._context = settings.context_tokens
        self._count = count
        self._replies = Replies()
        self._numbers = itertools.count()
        self._starting = threading.Lock()
        self._engine = _Process(self._options)

    def count(self, text: str) -> int:
        return self._count(text)

    def stream(self, messages: Sequence[Message], max_tokens: int) -> Iterator[str]:
        fit(prompt_length(messages, self.count), max_tokens, self._context)
        return self._replies.stream(messages, max_tokens, lambda: pumped(lambda push: self._run(messages, max_tokens, push)))

    def close(self) -> None:
        """End the engine's process; whoever still reads is told."""
        self._engine.close()

    def _run(self, messages: Sequence[Message], max_tokens: int, push: Callable[[str], bool]) -> None:
        """Have one reply written; returns when it ends or its reader has left."""
        engine, number = self._living(), next(self._numbers)
        with engine.mail(number) as told:
            engine.send({"id": number, "messages": list(messages), "most": max_tokens})
            while True:
                try:
                    message = told.get(timeout=_GLANCE)
                except queue.Empty:
                    message = {"text": ""}
                if message.get("end"):
                    raise WriterError(f"生成模型出错：{message['end']}")
                if "end" in message:
                    return
                if not push(message["text"]):
                    engine.send({"id": number})
                    return

    def _living(self) -> _Process:
        with self._starting:
            if not self._engine.alive:
                _LOG.warning("生成模型的进程中断了，正在重新启动。")
                try:
                    self._engine = _Process(self._options)
                except WeightsError as error:
                    raise WriterError(str(error)) from error
            return self._engine


class _Mailbox:
    """What the engine says of one reply, for as long as somebody wants it."""

    def __init__(self, boxes: dict[int, Mail], number: int) -> None:
        self._boxes, self._number = boxes, number

    def __enter__(self) -> Mail:
        box: Mail = queue.SimpleQueue()
        self._boxes[self._number] = box
        return box

    def __exit__(self, *_: object) -> None:
        self._boxes.pop(self._number, None)


class _Process:
    """One run of the engine."""

    def __init__(self, options: dict[str, Any]) -> None:
        command = [sys.executable, "-m", "qa.openvino_engine"]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")]))}
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            env=environment,
        )
        weakref.finalize(self, _end, self._process)
        self._boxes: dict[int, Mail] = {}
        self._sending = threading.Lock()
        self.alive = True
        self.send(options)
        assert self._process.stdout
        said = json.loads(self._process.stdout.readline() or "{}")
        if "ready" not in said:
            self.close()
            why = said.get("broken") or "进程中断"
            raise WeightsError(f"生成模型的 8 位副本 {options['folder']} 无法载入（{why}）。请删除这个文件夹，会重新生成。")
        threading.Thread(
            target=_listen, args=(weakref.ref(self), self._process.stdout), name="youju-openvino", daemon=True
        ).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def mail(self, number: int) -> _Mailbox:
        return _Mailbox(self._boxes, number)

    def send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin
        try:
            with self._sending:
                self._process.stdin.write(f"{json.dumps(message)}\n")
                self._process.stdin.flush()
        except (OSError, ValueError):  # a broken or closed pipe
            self.lost()

    def deliver(self, line: str) -> None:
        message = json.loads(line)
        if box := self._boxes.get(message["id"]):
            box.put(message)

    def lost(self) -> None:
        """Nothing more will come: tell everybody."""
        self.alive = False
        for box in list(self._boxes.values()):
            box.put({"end": _GONE})

    def close(self) -> None:
        self.lost()
        _end(self._process)


def _listen(engine: weakref.ref[_Process], lines: IO[str]) -> None:
    for line in lines:
        if found := engine():
            found.deliver(line)
        del found
    if found := engine():
        found.lost()


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):  # what was not sent is lost, which is meant
            if stream:
                stream.close()
