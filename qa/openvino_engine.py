"""The process in which OpenVINO GenAI writes; `openvino_writer.py` starts it and speaks with it in lines of JSON.

It is a process of its own because a step of the library, up to a second and a half, keeps every other thread of its
interpreter waiting, and so that a fault of the engine does not end the service.

    in:   {"id": 1, "messages": […], "most": 220}      a reply is wanted
          {"id": 1}                                    nobody reads it any more
    out:  {"ready": true} or {"broken": "why"}         once
          {"id": 1, "text": "…"}                       what has been written since the last
          {"id": 1, "end": ""}                         it is whole; or why it failed

The end of the input ends the process.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TextIO

PORTION = 128
"""Tokens computed in one step: between two steps a reader can leave, and a reply goes on beside another's prompt."""
_BLOCK = 32
"""Tokens that the cache of a CPU keeps together."""
_CUT = "\ufffd"
"""What a letter becomes whose last bytes have not been written yet."""
Send = Callable[[dict[str, Any]], None]


@dataclass(slots=True)
class _Reply:
    """One that is being written."""

    handle: Any
    written: list[int] = field(default_factory=list)
    told: int = 0
    """Characters that were sent."""


class Engine:
    """The pipeline and the replies that it writes, side by side; used by one thread."""

    def __init__(self, pipeline: Any, genai: Any, send: Send) -> None:
        self._pipeline, self._genai, self._send = pipeline, genai, send
        self._tokenizer = pipeline.get_tokenizer()
        self._running: dict[int, _Reply] = {}
        self._left = False

    @property
    def busy(self) -> bool:
        """True while something is to be computed. What nobody reads any more frees its cache in one more step."""
        return bool(self._running) or self._left

    def take(self, message: dict[str, Any]) -> None:
        """A line of the input."""
        number = message["id"]
        if "messages" not in message:
            if reply := self._running.pop(number, None):
                reply.handle.cancel()
                self._left = True
            return
        try:
            prompt = self._tokenizer.apply_chat_template(message["messages"], add_generation_prompt=True)
            tokens = self._tokenizer.encode(prompt, add_special_tokens=False).input_ids
            config = self._genai.GenerationConfig()
            config.max_new_tokens, config.do_sample = message["most"], False
            self._running[number] = _Reply(self._pipeline.add_request(number, tokens, config))
        except Exception as error:  # the library raises bare RuntimeErrors and TypeErrors
            self._send({"id": number, "end": _told(error)})

    def step(self) -> None:
        """Compute one portion for all that are running and send what is new."""
        try:
            self._pipeline.step()
            for number, reply in list(self._running.items()):
                self._tell(number, reply)
            self._left = self._pipeline.has_non_finished_requests()
        except Exception as error:  # as above; those who wait must hear of any
            for number, reply in self._running.items():
                reply.handle.cancel()
                self._send({"id": number, "end": _told(error)})
            self._running.clear()
            self._left = False

    def _tell(self, number: int, reply: _Reply) -> None:
        while reply.handle.can_read():
            for output in reply.handle.read().values():
                reply.written.extend(output.generated_ids)
        status = reply.handle.get_status()
        ended = status != self._genai.GenerationStatus.RUNNING
        text: str = self._tokenizer.decode(reply.written) if reply.written else ""
        whole = text if ended else text.rstrip(_CUT)
        if new := whole[reply.told :]:
            reply.told = len(whole)
            self._send({"id": number, "text": new})
        if ended:
            del self._running[number]
            unread = status == self._genai.GenerationStatus.IGNORED
            self._send({"id": number, "end": "提示在缓存里放不下" if unread else ""})


def _told(error: Exception) -> str:
    return " ".join(str(error).split())[-200:] or type(error).__name__


def _pipeline(genai: Any, options: dict[str, Any]) -> Any:
    scheduling = genai.SchedulerConfig()
    scheduling.max_num_batched_tokens = PORTION
    scheduling.max_num_seqs = options["slots"]
    scheduling.enable_prefix_caching = True
    # What the slots need at the most; an answer needs a quarter of it, and the rest keeps the beginnings of earlier prompts.
    scheduling.num_kv_blocks = options["slots"] * (options["context"] // _BLOCK + 1)
    # In bfloat16, the default of some processors, a reply comes half as fast.
    properties = {
        "INFERENCE_PRECISION_HINT": "f32",
        "INFERENCE_NUM_THREADS": options["threads"],
        "PERFORMANCE_HINT": "LATENCY",
    }
    return genai.ContinuousBatchingPipeline(options["folder"], scheduling, "CPU", properties)


def _warm(engine: Engine) -> None:
    """The first prompt of each size is slow, since code is made for it: better now than for the first user."""
    engine.take({"id": -1, "messages": [{"role": "user", "content": "问" * 2 * PORTION}], "most": 2})
    while engine.busy:
        engine.step()


def serve(lines: TextIO, send: Send, options: dict[str, Any]) -> None:
    """Load the model, then write what is asked for until the input ends.

    Args:
        options: folder (of the 8-bit copy), slots, context (tokens a slot), threads.
    """
    try:
        import openvino_genai  # noqa: PLC0415 - loads the model library

        made = _pipeline(openvino_genai, options)
        _warm(Engine(made, openvino_genai, lambda _: None))
        engine = Engine(made, openvino_genai, send)
    except Exception as error:  # bare RuntimeErrors, or the library does not run here at all
        send({"broken": _told(error)})
        return
    send({"ready": True})
    wanted: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()

    def read() -> None:
        for line in lines:
            wanted.put(json.loads(line))
        wanted.put(None)

    threading.Thread(target=read, daemon=True).start()
    while True:
        while not (engine.busy and wanted.empty()):
            message = wanted.get()
            if message is None:
                return
            engine.take(message)
        engine.step()


def main() -> None:
    """Lines on standard input and output; whatever the library prints goes to standard error."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the program that started this one
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def send(message: dict[str, Any]) -> None:
        out.write(f"{json.dumps(message)}\n")
        out.flush()

    with contextlib.suppress(BrokenPipeError):  # who asked is gone
        serve(sys.stdin, send, json.loads(sys.stdin.readline()))
    os._exit(0)  # the library's own threads may hold up an ordinary end


if __name__ == "__main__":
    main()
