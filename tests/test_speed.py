"""The benchmark of speed: that it measures writing, and not what the writer remembers of the same question."""

import pytest
from serving import REPLY

from eval import speed
from qa import refusal, start
from qa.answer import Assistant
from qa.settings import Settings
from qa.writing import Replies


class Remembering:
    """Remembers whole replies, as the engine in the process does; `written` holds the prompts that were not known."""

    name = "scripted"
    slots = 4

    def __init__(self):
        self.written = []
        self._replies = Replies()

    def count(self, text):
        return len(text)

    def stream(self, messages, max_tokens):
        def write():
            self.written.append(messages[-1]["content"])
            yield REPLY

        return self._replies.stream(messages, max_tokens, write)


@pytest.fixture
def figures(index, settings, monkeypatch):
    monkeypatch.setattr(refusal, "decide", lambda *_: None)
    own, writer = Settings(index=settings, everyday=0), Remembering()
    monkeypatch.setattr(start, "assistant", lambda _: Assistant(index, writer, own))
    return {f.name: f for f in speed._answers(own, 20)}, writer


def test_every_answer_is_written(figures):
    _, writer = figures
    asked = [*speed.QUESTIONS, *(second for _, second in speed.AGAIN), *speed.TOGETHER]
    assert len(set(asked)) == len(asked) == 29
    assert len(writer.written) == len(asked)
    assert all(any(question in prompt for prompt in writer.written) for question in (*speed.QUESTIONS, *speed.TOGETHER))


def test_the_bounds_are_told_as_ratios(figures):
    told, _ = figures
    (together,) = (f for name, f in told.items() if name.startswith("4人同时提问"))
    (again,) = (f for name, f in told.items() if name.startswith("对话中的第二问"))
    assert (together.goal, together.unit, again.goal, again.unit) == (2.5, "倍", 1, "倍")
    assert together.value > 0
    assert {"依据上屏（中位）", "首字（中位）", "全文（最慢）", "内存峰值，各进程相加"} <= told.keys()
