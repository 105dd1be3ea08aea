"""What the engine's process does with its lines: letters told when whole, failures told, the input's end is the end."""

import io
import json
from types import SimpleNamespace

import openvino_genai
import pytest

from qa import openvino_engine
from qa.openvino_engine import Engine, serve

LETTERS = {1: b"\xe5", 2: b"\x8a", 3: b"\x9e", 4: "好".encode(), 5: b"!"}
STATUS = openvino_genai.GenerationStatus


class Tokenizer:
    """Bytes as tokens, as byte-level vocabularies have them."""

    def apply_chat_template(self, messages, add_generation_prompt):
        return messages[0]["content"]

    def encode(self, prompt, add_special_tokens):
        return SimpleNamespace(input_ids=prompt)

    def decode(self, numbers):
        return b"".join(LETTERS[n] for n in numbers).decode(errors="replace")


class Handle:
    def __init__(self, parts, end=STATUS.FINISHED):
        self.parts, self.end, self.cancelled, self.ready = list(parts), end, False, []

    def compute(self):
        if self.parts:
            self.ready.append(self.parts.pop(0))

    def can_read(self):
        return bool(self.ready)

    def read(self):
        return {0: SimpleNamespace(generated_ids=self.ready.pop(0))}

    def get_status(self):
        return STATUS.RUNNING if self.parts else self.end

    def cancel(self):
        self.cancelled = True


class Pipeline:
    """Writes what it is told to, a part a step."""

    def __init__(self, *handles):
        self.handles, self.started, self.failing = list(handles), [], None

    def get_tokenizer(self):
        return Tokenizer()

    def add_request(self, number, tokens, config):
        if tokens == "坏":
            raise RuntimeError("bad\nprompt")
        self.started.append(self.handles.pop(0))
        return self.started[-1]

    def step(self):
        if self.failing:
            raise self.failing
        for handle in self.started:
            handle.compute()

    def has_non_finished_requests(self):
        return any(h.parts and not h.cancelled for h in self.started)


def made(*handles):
    sent = []
    pipeline = Pipeline(*handles)
    return Engine(pipeline, openvino_genai, sent.append), pipeline, sent


def ask(number, content="问"):
    return {"id": number, "messages": [{"role": "user", "content": content}], "most": 9}


def test_letters_are_told_when_their_last_byte_is_written():
    engine, _, sent = made(Handle([[1], [2], [3], [4, 5]]))
    engine.take(ask(7))
    while engine.busy:
        engine.step()
    assert sent == [{"id": 7, "text": "办"}, {"id": 7, "text": "好!"}, {"id": 7, "end": ""}]


def test_what_is_cut_at_the_end_is_told_as_it_is():
    engine, _, sent = made(Handle([[4], [1]]))
    engine.take(ask(7))
    while engine.busy:
        engine.step()
    assert "".join(m.get("text", "") for m in sent) == "好\ufffd"


def test_two_replies_in_one_batch_and_one_that_nobody_reads():
    first, second = Handle([[4]] * 3), Handle([[5]] * 5)
    engine, _, sent = made(first, second)
    engine.take(ask(1))
    engine.step()
    engine.take(ask(2))
    engine.step()
    engine.take({"id": 2})
    engine.take({"id": 99})  # unknown: it has ended meanwhile
    assert second.cancelled
    while engine.busy:
        engine.step()
    assert [m for m in sent if m["id"] == 2] == [{"id": 2, "text": "!"}]
    assert "".join(m.get("text", "") for m in sent if m["id"] == 1) == "好好好"
    assert sent[-1] == {"id": 1, "end": ""}


def test_a_prompt_that_cannot_be_read_and_one_that_the_cache_cannot_hold():
    engine, _, sent = made(Handle([], STATUS.IGNORED))
    engine.take(ask(1, "坏"))
    assert sent == [{"id": 1, "end": "bad prompt"}]
    assert not engine.busy
    engine.take(ask(2))
    engine.step()
    assert sent[1:] == [{"id": 2, "end": "提示在缓存里放不下"}]


def test_a_failing_step_is_told_to_all_and_not_tried_again():
    engine, pipeline, sent = made(Handle([[4]] * 3), Handle([[4]] * 3))
    engine.take(ask(1))
    engine.take(ask(2))
    pipeline.failing = RuntimeError("out of memory")
    engine.step()
    assert sent == [{"id": 1, "end": "out of memory"}, {"id": 2, "end": "out of memory"}]
    assert not engine.busy
    assert all(h.cancelled for h in pipeline.started)


def test_lines_are_answered_until_the_input_ends(monkeypatch):
    pipelines = [Pipeline(Handle([[5]]), Handle([[4], [5]]))]
    monkeypatch.setattr(openvino_engine, "_pipeline", lambda genai, options: pipelines[0])
    sent = []
    serve(io.StringIO(f"{json.dumps(ask(3))}\n"), sent.append, {})
    assert sent[0] == {"ready": True}
    assert [m for m in sent[1:] if m["id"] != 3] == []


def test_a_model_that_cannot_be_loaded_is_said(monkeypatch):
    def refuse(genai, options):
        raise RuntimeError("no such model")

    monkeypatch.setattr(openvino_engine, "_pipeline", refuse)
    sent = []
    serve(io.StringIO(""), sent.append, {})
    assert sent == [{"broken": "no such model"}]


@pytest.mark.parametrize("slots", [1, 4])
def test_the_cache_holds_every_slot_in_full(monkeypatch, slots):
    seen = {}
    fake = SimpleNamespace(
        SchedulerConfig=SimpleNamespace,
        ContinuousBatchingPipeline=lambda folder, scheduling, device, properties: seen.update(s=scheduling, p=properties),
    )
    openvino_engine._pipeline(fake, {"folder": "f", "slots": slots, "context": 4096, "threads": 2})
    assert seen["s"].num_kv_blocks * 32 >= slots * 4096
    assert seen["s"].max_num_seqs == slots
    assert seen["p"]["INFERENCE_NUM_THREADS"] == 2
