"""The generator in OpenVINO on the tiny model: the same twice, stopped when left, several at once, failures told."""

import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
import tiny

from index import eightbit
from qa import writer as engines
from qa.openvino_writer import OpenVinoWriter
from qa.settings import Settings
from qa.writer import LlamaWriter, WriterError, writer

ASKED = [{"role": "system", "content": "只写字。"}, {"role": "user", "content": "企业可以申请补贴吗"}]


@pytest.fixture(scope="module")
def gguf(tmp_path_factory):
    return tiny.write(tmp_path_factory.mktemp("gguf") / "tiny.gguf", quantised=True)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def chosen(gguf, home, settings):
    return Settings(
        index=replace(settings, home=home, generator=str(gguf)), engine="openvino", context_tokens=1024, threads=1, slots=2
    )


@pytest.fixture
def made(chosen):
    engine = writer(chosen)
    assert isinstance(engine, OpenVinoWriter)
    assert engine.slots == engine._options["slots"] == 2
    yield engine
    engine.close()


def fresh(made, messages, most):
    """A reply that is written, not remembered."""
    pieces = []
    made._run(messages, most, lambda text: pieces.append(text) or True)
    return pieces


def test_it_writes_the_same_twice_and_no_longer_than_asked(made):
    first = "".join(fresh(made, ASKED, 12))
    assert first == "".join(fresh(made, ASKED, 12)) == "".join(made.stream(ASKED, 12))
    longer = "".join(fresh(made, ASKED, 60))
    assert 0 < len(first) < len(longer)
    assert longer.startswith(first[:-1])
    assert "\ufffd" not in longer


def test_pieces_come_one_by_one(made):
    pieces = [p for p in fresh(made, ASKED, 30) if p]
    assert len(pieces) > 10


def test_several_at_once_each_get_their_own(made):
    asked = [[{"role": "user", "content": f"企业{n}补贴"}] for n in range(5)]
    alone = ["".join(fresh(made, m, 20)) for m in asked]
    assert len(set(alone)) > 1
    together = [""] * 5

    def ask(n):
        together[n] = "".join(fresh(made, asked[n], 20))

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert together == alone


def test_it_stops_when_its_reader_leaves(made):
    sent, process = [], made._engine
    send = process.send
    process.send = lambda message: sent.append(message) or send(message)
    stream = made.stream(ASKED, 900)
    next(stream)
    stream.close()
    assert [sorted(m) for m in sent] == [["id", "messages", "most"], ["id"]]
    assert sent[0]["id"] == sent[1]["id"]
    began = time.monotonic()
    assert "".join(fresh(made, ASKED, 5)), "and the next one is answered"
    assert time.monotonic() - began < 20
    assert process._boxes == {}


def test_what_does_not_fit_is_refused_before_it_is_read(made):
    with pytest.raises(WriterError, match=r"提示有 540 个词元，回答最多 485 个，.*1024 个.*YOUJU_CONTEXT_TOKENS"):
        made.stream([{"role": "user", "content": "补贴" * 500}], 485)


def test_a_failure_reaches_the_reader_and_not_the_next_one(made):
    with pytest.raises(WriterError, match="生成模型出错"):
        made._run([5], 5, lambda _: True)
    assert "".join(made.stream(ASKED, 5))


def test_an_engine_that_dies_is_told_and_started_again(made, caplog):
    first = made._engine.pid
    pieces = []

    def push(text):
        pieces.append(text)
        if len(pieces) == 3:
            os.kill(first, signal.SIGKILL)
        return True

    with pytest.raises(WriterError, match="生成模型出错：生成模型的进程中断了"):
        made._run(ASKED, 900, push)
    with caplog.at_level(logging.WARNING):
        assert "".join(fresh(made, ASKED, 5))
    assert made._engine.pid != first
    assert "正在重新启动" in caplog.text


def test_the_engine_ends_with_the_program_that_started_it(chosen, tmp_path):
    script = tmp_path / "start.py"
    script.write_text(
        "import os, sys, pickle\n"
        "from qa.writer import writer\n"
        "made = writer(pickle.load(open(sys.argv[1], 'rb')))\n"
        "print(made._engine.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    (tmp_path / "settings").write_bytes(pickle.dumps(chosen))
    root = str(Path(__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "settings")],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": root},
    )
    engine = Path(f"/proc/{int(done.stdout)}/stat")
    began = time.monotonic()
    while time.monotonic() - began < 20 and engine.exists() and engine.read_text().rpartition(")")[2].split()[0] != "Z":
        time.sleep(0.05)
    assert not engine.exists() or engine.read_text().rpartition(")")[2].split()[0] == "Z"


def test_the_processor_decides_where_nobody_has_chosen(chosen, monkeypatch):
    for fast, kind, slots in ((True, OpenVinoWriter, 4), (False, LlamaWriter, 2)):
        monkeypatch.setattr(eightbit, "fast_here", lambda fast=fast: fast)
        engine = writer(replace(chosen, engine="auto", slots=0))
        assert type(engine) is kind
        assert engine.slots == slots
        if fast:
            engine.close()


def test_llama_takes_over_what_openvino_cannot_read(chosen, tmp_path, monkeypatch, caplog):
    plain = tiny.write(tmp_path / "plain.gguf")  # in 32 bits, which the reader does not know
    monkeypatch.setattr(eightbit, "fast_here", lambda: True)
    settings = replace(chosen, index=replace(chosen.index, generator=str(plain)))
    with caplog.at_level(logging.WARNING):
        taken = writer(replace(settings, engine="auto", slots=0))
    assert type(taken) is LlamaWriter
    assert taken.slots == 2
    assert "就不再尝试）：plain.gguf 不能转换为 8 位" in caplog.text
    with pytest.raises(engines.WeightsError, match=r"plain\.gguf 不能转换为 8 位"):
        writer(settings)


def test_a_damaged_copy_is_told_with_its_remedy(chosen, tmp_path, gguf, monkeypatch):
    home = tmp_path / "home"
    damaged = replace(chosen, index=replace(chosen.index, home=home))
    folder = eightbit.ensure(home, gguf)
    (folder / "openvino_model.bin").write_bytes(b"cut")
    with pytest.raises(engines.WeightsError, match="请删除这个文件夹"):
        writer(damaged)
