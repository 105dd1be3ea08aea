"""Hub names: what is one, what is asked of the hub, and that a question never asks it."""

from dataclasses import replace

import huggingface_hub
import pytest

from index import hub, models
from index.errors import WeightsError


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("BAAI/bge-small-zh-v1.5", True),
        ("Qwen/Qwen2.5-7B-Instruct-GGUF:q4_k_m.gguf", True),
        ("multilingual-e5-small", False),
        ("/models/mine", False),
        ("./a/b/c", False),
    ],
)
def test_form_of_a_hub_name(name, expected):
    assert hub.is_hub_name(name) is expected


def test_folder_of_that_name_comes_first(tmp_path, monkeypatch):
    (tmp_path / "BAAI" / "bge").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert not hub.is_hub_name("BAAI/bge")


@pytest.fixture
def asked(monkeypatch, tmp_path):
    calls = []
    monkeypatch.setattr(
        huggingface_hub, "snapshot_download", lambda r, **k: calls.append((r, None, k)) or str(tmp_path / "abc123")
    )
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", lambda r, f, **k: calls.append((r, f, k)) or str(tmp_path / f))
    return calls


def test_fetch_downloads_a_model_or_one_file(asked, tmp_path):
    assert hub.fetch("BAAI/bge") == tmp_path / "abc123"
    assert hub.fetch("Qwen/q:m.gguf") == tmp_path / "m.gguf"
    assert asked == [("BAAI/bge", None, {"local_files_only": False}), ("Qwen/q", "m.gguf", {"local_files_only": False})]


def test_loading_asks_the_cache_alone(asked, settings):
    assert models.fingerprint(replace(settings, encoder="BAAI/bge")) == "BAAI/bge:abc123"
    assert asked == [("BAAI/bge", None, {"local_files_only": True})]


def test_not_fetched_says_what_to_run():
    with pytest.raises(WeightsError, match="python -m index fetch"):
        hub.cached("nobody/nothing")


def test_failed_download_is_told(monkeypatch):
    def fail(*_, **__):
        raise ConnectionError("no route")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fail)
    with pytest.raises(WeightsError, match=r"nobody/nothing 下载失败（ConnectionError）"):
        hub.fetch("nobody/nothing")
