import hashlib
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from index.settings import DEFAULT_CORPUS, DEFAULT_ENCODER, DEFAULT_GENERATOR, IndexSettings


def read(**environment: str) -> IndexSettings:
    return IndexSettings.from_environment(environment)


def test_each_variable_sets_its_field(tmp_path):
    settings = read(
        YOUJU_HOME=str(tmp_path / "h"),
        YOUJU_CORPUS=str(tmp_path / "c"),
        YOUJU_INDEX=str(tmp_path / "i"),
        YOUJU_ENCODER="/models/e5",
        YOUJU_RERANKER="/models/r",
        YOUJU_GENERATOR="/models/w.gguf",
    )
    assert settings == IndexSettings(tmp_path / "h", tmp_path / "c", tmp_path / "i", "/models/e5", "/models/r", "/models/w.gguf")


@pytest.mark.parametrize("environment", [{}, dict.fromkeys(("YOUJU_CORPUS", "YOUJU_INDEX", "YOUJU_ENCODER"), "")])
def test_unset_and_empty_variables_mean_the_defaults(environment, tmp_path):
    settings = read(YOUJU_HOME=str(tmp_path), **environment)
    corpus = DEFAULT_CORPUS.resolve()
    assert (settings.corpus, settings.encoder, settings.generator) == (corpus, DEFAULT_ENCODER, DEFAULT_GENERATOR)
    assert settings.index == tmp_path / "indexes" / hashlib.sha256(str(corpus).encode()).hexdigest()[:12]


def test_home_is_the_users_cache_by_default():
    assert read().home.name == "youju"
    assert read().home.is_absolute()


def test_each_corpus_has_its_own_index(tmp_path):
    one, two = (read(YOUJU_HOME=str(tmp_path), YOUJU_CORPUS=str(tmp_path / n)) for n in ("a", "b"))
    assert one.index != two.index
    assert one.index.parent == two.index.parent == tmp_path / "indexes"


def test_tilde_and_relative_paths_are_resolved(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    settings = read(YOUJU_HOME="~/政策 库", YOUJU_CORPUS="文件")
    assert (settings.home, settings.corpus) == (tmp_path / "政策 库", tmp_path / "文件")


def test_the_process_environment_is_read_when_none_is_given(monkeypatch, tmp_path):
    monkeypatch.setenv("YOUJU_HOME", str(tmp_path / "here"))
    assert IndexSettings.from_environment().home == tmp_path / "here"


def test_settings_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        IndexSettings(Path("a"), Path("b"), Path("c")).home = Path("d")  # type: ignore[misc]
