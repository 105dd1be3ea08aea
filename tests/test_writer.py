"""The two engines in the process, each on a model of a few thousand weights made here; and which one settings choose."""

import hashlib
import json
import logging
import os
import queue
import secrets
import threading
import time
import urllib.error
import urllib.request
from dataclasses import replace
from itertools import pairwise

import pytest
import tiny as tiny_gguf
import xllamacpp

from index import convert, weights
from index.errors import WeightsError
from qa.settings import Settings
from qa.writer import LlamaWriter, TransformersWriter, WriterError, writer
from qa.writing import estimated_tokens, pumped

ASKED = [{"role": "user", "content": "企业可以申请补贴吗"}]
TEXTS = ["", "企业可以申请补贴吗？", "2025年 GDP 增长5%", "一、\n  （二）\t全角　空格", "能否申请", "😀é", "it's 'quoted'"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A random two-layer causal model with a character tokenizer and a chat template."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("tiny")
    words = {w: i for i, w in enumerate(["<unk>", "<eos>", *"有补贴吗助企业可以申请。"])}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>", eos_token="<eos>")
    fast.chat_template = "{% for m in messages %}{{ m['content'] }}{% endfor %}"
    fast.save_pretrained(folder)
    config = LlamaConfig(
        vocab_size=len(words), hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2, eos_token_id=None
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def test_streams_as_many_tokens_as_asked_and_always_the_same(tiny):
    made = TransformersWriter(str(tiny), "tiny")
    messages = [{"role": "user", "content": "有补贴吗"}]
    first = "".join(made.stream(messages, 12))
    assert first == "".join(made.stream(messages, 12))
    assert 0 < len(first.replace(" ", "")) <= 12 * len("<unk>")
    assert made.count("有补贴") == 3


def test_leaving_early_stops_the_engine(tiny):
    made = TransformersWriter(str(tiny), "tiny")
    stream = made.stream([{"role": "user", "content": "有补贴吗"}], 4000)
    next(stream)
    stream.close()
    assert not made._lock.locked()


def test_transformers_refuses_what_does_not_fit(tiny):
    made = TransformersWriter(str(tiny), "tiny", context=20)
    assert "".join(made.stream(ASKED, 11))
    with pytest.raises(WriterError, match=r"提示有 9 个词元，回答最多 12 个，.*20 个.*YOUJU_CONTEXT_TOKENS"):
        made.stream(ASKED, 12)


def test_settings_choose_transformers(tiny, settings):
    chosen = Settings(index=replace(settings, generator=str(tiny)), engine="transformers")
    made = writer(chosen)
    assert isinstance(made, TransformersWriter)
    assert made.slots == 1, "its lock lets one write at a time"


def test_missing_file_is_named_with_the_remedy(settings):
    with pytest.raises(WeightsError, match="YOUJU_GENERATOR"):
        writer(Settings(index=replace(settings, generator="/nowhere/model.gguf")))


def test_missing_pinned_weights_say_what_to_run(settings):
    with pytest.raises(WeightsError, match="python -m index fetch"):
        writer(Settings(index=replace(settings, generator="qwen2.5-coder-1.5b-instruct")))


def test_unusable_folder_is_told(tmp_path):
    with pytest.raises(WeightsError, match="无法载入"):
        TransformersWriter(str(tmp_path), "empty")


def test_failing_engine_reaches_the_reader():
    def fail(push):
        push("一半")
        raise RuntimeError("显存不足")

    stream = pumped(fail)
    assert next(stream) == "一半"
    with pytest.raises(WriterError, match="显存不足"):
        next(stream)


def test_a_reader_can_leave_while_the_engine_is_silent():
    ended = threading.Event()

    def reading(push):
        while push(""):
            time.sleep(0.01)
        ended.set()

    stream = pumped(reading)
    assert next(stream) == ""
    stream.close()
    assert ended.is_set()


def test_silence_is_counted_from_the_last_piece():
    go = threading.Event()

    def halting(push):
        push("一")
        go.wait(20)

    stream = pumped(halting, go.set, 0.6)
    assert [next(stream), next(stream)] == ["一", ""]
    with pytest.raises(queue.Empty):
        next(stream)
    assert go.is_set()


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("税收优惠政策规定", 5), ("2025年", 4), ("GDP\n", 2)])
def test_estimate_of_tokens(text, tokens):
    assert estimated_tokens(text) == tokens


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return tiny_gguf.write(tmp_path_factory.mktemp("gguf") / "tiny.gguf")


@pytest.fixture
def llama(small, settings, monkeypatch):
    """The llama.cpp engine on the tiny model with 1,024 tokens for each slot; its server's key is `inside`."""
    monkeypatch.setattr(secrets, "token_urlsafe", lambda _: "inside")
    made = writer(Settings(index=replace(settings, generator=str(small)), engine="xllamacpp", context_tokens=1024, threads=1))
    assert isinstance(made, LlamaWriter)
    return made


def ask_server(made, path, body=None, key="inside"):
    """The server that llama.cpp runs beside the engine, over HTTP."""
    request = urllib.request.Request(made._server.listening_address + path, json.dumps(body).encode() if body else None)
    request.add_header("Authorization", f"Bearer {key}")
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=10) as reply:
        return json.load(reply)


def test_llama_writes_the_same_twice_and_no_longer_than_asked(llama):
    first = "".join(llama.stream(ASKED, 12))
    assert first == "".join(llama.stream(ASKED, 12))
    assert 0 < len(first) < len("".join(llama.stream(ASKED, 60)))


def test_llama_stops_when_its_reader_leaves(llama):
    engine, told = llama._server, []

    class Slow:
        def handle_chat_completions(self, request, receive):
            def watched(chunk):
                time.sleep(0.005)
                told.append(receive(chunk))
                return told[-1]

            engine.handle_chat_completions(request, watched)

    llama._server = Slow()
    stream = llama.stream(ASKED, 900)
    next(stream)
    stream.close()
    assert told[-1] is True
    assert len(told) < 450


def test_llama_stops_while_it_reads_a_long_prompt(settings, tmp_path, monkeypatch):
    model = tiny_gguf.write(tmp_path / "long.gguf", 32768)
    index = replace(settings, generator=str(model))
    made = writer(Settings(index=index, engine="xllamacpp", context_tokens=32768, threads=1, slots=1))
    engine, chunks, pushed = made._server, [], []

    class Watched:
        def handle_chat_completions(self, request, receive):
            engine.handle_chat_completions(request, lambda chunk: chunks.append(chunk) or receive(chunk))

    made._server = Watched()
    long = [{"role": "user", "content": "补贴" * 30000}]

    def left_at_once(run):
        run(pushed.append)  # None: nobody reads any more
        return iter(())

    with monkeypatch.context() as patch:
        patch.setattr("qa.writer.pumped", left_at_once)
        list(made.stream(long, 5))
    assert pushed == [""]
    list(made.stream(long, 6))
    assert chunks[-1]["choices"][0]["finish_reason"] == "length"
    told = [c["prompt_progress"] for c in chunks if "prompt_progress" in c]
    assert told[0]["cache"] < 10000, "it had read on"
    steps = [after["processed"] - before["processed"] for before, after in pairwise(told)]
    assert sum(steps) > 20000
    assert max(steps) <= 512, "between two steps it cannot be stopped"


def test_llama_counts_as_the_engine_does(llama):
    assert [llama.count(t) for t in TEXTS] == [len(ask_server(llama, "/tokenize", {"content": t})["tokens"]) for t in TEXTS]
    assert llama.count("企业可以申请补贴") == 4  # one token a word; the estimate says 5


@pytest.mark.parametrize(("told", "slots"), [(0, 2), (5, 5)])
def test_llama_writes_two_at_once_unless_told_each_with_its_own_context(small, settings, monkeypatch, told, slots):
    seen = []
    monkeypatch.setattr(xllamacpp, "Server", seen.append)
    index = replace(settings, generator=str(small))
    made = writer(Settings(index=index, engine="xllamacpp", context_tokens=1024, threads=1, slots=told))
    assert (made.slots, seen[0].n_parallel, seen[0].n_ctx) == (slots, slots, slots * 1024)


def test_nobody_else_reaches_the_engines_server(llama):
    with pytest.raises(urllib.error.HTTPError, match="401"):
        ask_server(llama, "/v1/chat/completions", {"messages": ASKED}, key="guess")


def test_llama_refuses_what_does_not_fit_before_it_is_cut(llama):
    long = [{"role": "user", "content": "补贴" * 500}]
    assert "".join(llama.stream(long, 1024 - 32 - 8 - 500))
    with pytest.raises(WriterError, match=r"提示有 540 个词元，回答最多 485 个，.*1024 个.*YOUJU_CONTEXT_TOKENS"):
        llama.stream(long, 485)
    with pytest.raises(WriterError, match="YOUJU_EVIDENCE_TOKENS"):
        llama.stream([{"role": "user", "content": "补贴" * 1000}], 1)


def test_llamas_own_refusal_reaches_the_reader(llama):
    llama._count = lambda _: 0  # a vocabulary that counts too little
    long = [{"role": "user", "content": "补贴" * 2000}]
    with pytest.raises(WriterError, match=r"提示有 20\d\d 个词元，回答最多 9 个，.*1024 个"):
        list(llama.stream(long, 9))


def test_any_other_failure_of_llama_reaches_the_reader(llama):
    with pytest.raises(WriterError, match=r"生成模型出错：.*role"):
        list(llama.stream([{"role": "user", "content": "问"}, {"content": "没有角色"}], 5))


def test_a_vocabulary_is_converted_once_for_each_state_of_the_file(small, tmp_path, monkeypatch):
    model = tmp_path / "m.gguf"
    model.write_bytes(small.read_bytes())
    home = tmp_path / "home"
    first = weights.tokenizer(home, model)
    with monkeypatch.context() as patch:
        patch.setattr(convert, "gguf_tokenizer", lambda *_: pytest.fail("converted again"))
        assert weights.tokenizer(home, model) == first
    os.utime(model, ns=(1, 1))
    assert weights.tokenizer(home, model) != first
    assert {p.suffix for p in first.parent.iterdir()} == {".json"}


def test_a_vocabulary_that_cannot_be_read_is_estimated_with_a_warning(small, settings, monkeypatch, caplog):
    def refuse(*_):
        raise WeightsError("tiny.gguf 的词表不能转换（NotImplementedError：rare）。")

    monkeypatch.setattr(convert, "gguf_tokenizer", refuse)
    with caplog.at_level(logging.WARNING, "qa.writer"):
        made = writer(Settings(index=replace(settings, generator=str(small)), engine="xllamacpp", threads=1))
    assert made.count(TEXTS[1]) == estimated_tokens(TEXTS[1])
    assert [r.getMessage() for r in caplog.records] == [
        "tiny.gguf 的词元数改用估计，会偏高：tiny.gguf 的词表不能转换（NotImplementedError：rare）。"
    ]


def test_what_is_no_gguf_or_has_no_vocabulary_is_said(tmp_path):
    for head, message in ((b"PK\3\4", "不是 GGUF 文件"), (b"GGUF" + b"\0" * 40, "词表不能转换")):
        (tmp_path / "m.gguf").write_bytes(head)
        with pytest.raises(WeightsError, match=message):
            weights.tokenizer(tmp_path / "home", tmp_path / "m.gguf")


def test_fetching_a_generator_converts_its_vocabulary(small, tmp_path, monkeypatch):
    data = small.read_bytes()
    entry = weights.Weights(
        "small", "generator", "MIT", "", "*", len(data), hashlib.sha256(data).hexdigest(), (), None, convert=""
    )
    monkeypatch.setattr(weights, "pinned", lambda: {"small": entry})
    folder = weights.fetch(tmp_path / "home", "small", small.parent, [].append)
    monkeypatch.setattr(convert, "gguf_tokenizer", lambda *_: pytest.fail("converted at the start"))
    assert weights.tokenizer(tmp_path / "home", folder / "model.gguf").is_file()
