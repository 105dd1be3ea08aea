"""The engine on a server, against llama.cpp's own server: on the tiny model, and once on the shipped one."""

import json
import time
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest
import tiny

from corpus import catalog
from corpus.clauses import clauses
from index import weights
from index.settings import DEFAULT_GENERATOR, IndexSettings
from qa.settings import Settings
from qa.writer import WriterError, _counter, writer

ASKED = [{"role": "system", "content": "简短回答。"}, {"role": "user", "content": "企业可以申请补贴吗？"}]
KEY = "sk-geheim-0123456789"


@pytest.fixture
def remote(settings):
    """make(server, key): the engine on a server of llama.cpp."""

    def make(real, key=KEY):
        url = f"{real.listening_address}/v1"
        return writer(Settings(index=settings, engine="openai", writer_url=url, writer_key=key, writer_timeout=20))

    return make


def listening(model, context=1024):
    """llama.cpp's own server on a GGUF model, with a key; stays up while the returned object lives."""
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(model)
    parameters.n_ctx, parameters.n_parallel = context, 1
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 2
    parameters.cache_ram_mib, parameters.verbosity = 64, -1
    parameters.api_keys, parameters.endpoint_slots = [KEY], True
    return xllamacpp.Server(parameters)


def test_llamas_server_streams(tmp_path, remote):
    real = listening(tiny.write(tmp_path / "tiny.gguf"))
    made = remote(real)
    first = "".join(made.stream(ASKED, 30))
    assert first == "".join(made.stream(ASKED, 30))
    assert len(list(made.stream(ASKED, 30))) > 5


def test_llamas_server_refuses_a_wrong_key_and_what_is_too_long(tmp_path, remote):
    real = listening(tiny.write(tmp_path / "tiny.gguf"), context=256)
    with pytest.raises(WriterError, match="不接受密钥（401）") as caught:
        list(remote(real, f"{KEY}x").stream(ASKED, 10))
    assert KEY not in str(caught.value)
    made = remote(real)
    with pytest.raises(WriterError, match=r"400：.*256.*YOUJU_EVIDENCE_TOKENS"):
        list(made.stream([{"role": "user", "content": "补贴" * 400}], 10))


@pytest.mark.real
def test_the_generator_behind_llamas_server(tmp_path):
    """The shipped generator answers over HTTP, stops when its reader leaves, and counts as it is asked to."""
    index = IndexSettings.from_environment()
    path = weights.require(index.home, DEFAULT_GENERATOR) / "model.gguf"
    real = listening(path, 4096)
    chosen = Settings(index=replace(index, index=Path(tmp_path)), engine="openai", writer_url=f"{real.listening_address}/v1")
    made = writer(replace(chosen, writer_key=KEY))
    assert "北京" in "".join(made.stream([{"role": "user", "content": "中国的首都是哪里？"}], 20))
    stream = made.stream([{"role": "user", "content": "从一数到一千，每个数都写出来。"}], 2000)
    next(stream)
    assert not _idle(real, within=0)
    stream.close()
    assert _idle(real, within=5)
    texts = [c.text for document in catalog.load(index.corpus) for c in clauses(document)][:200]
    count = _counter(index.home, path)
    assert [count(t) for t in texts] == [len(_get(real, "/tokenize", {"content": t})["tokens"]) for t in texts]


def _get(real, path, body=None):
    request = urllib.request.Request(real.listening_address + path, json.dumps(body).encode() if body else None)
    request.add_header("Authorization", f"Bearer {KEY}")
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def _idle(real, within):
    """Whether the server's only slot comes to rest within so many seconds."""
    until = time.monotonic() + within
    while any(slot["is_processing"] for slot in _get(real, "/slots")):
        if time.monotonic() >= until:
            return False
        time.sleep(0.1)
    return True
