import hashlib
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from index.settings import DEFAULT_CORPUS, DEFAULT_ENCODER, DEFAULT_GENERATOR, IndexSettings
from qa.settings import Settings, SettingsError


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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("YOUJU_PORT", "0"),
        ("YOUJU_PORT", "http"),
        ("YOUJU_ENGINE", "magic"),
        ("YOUJU_SLOTS", "999"),
        ("YOUJU_SLOTS", "-1"),
        ("YOUJU_EVIDENCE_TOKENS", "-1"),
        ("YOUJU_EVERYDAY", "-1"),
        ("YOUJU_EVERYDAY", "101"),
        ("YOUJU_EVERYDAY", "0.7"),
        ("YOUJU_WRITER_TIMEOUT", "0"),
        ("YOUJU_WRITER_TIMEOUT", "soon"),
        ("YOUJU_WRITER_URL", "127.0.0.1:8000"),
        ("YOUJU_WRITER_URL", "ftp://server/v1"),
        ("YOUJU_WRITER_URL", "http://"),
        ("YOUJU_WRITER_URL", "http://server:port/v1"),
        ("YOUJU_WRITER_URL", "http://server:0/v1"),
        ("YOUJU_WRITER_URL", "http://[::1/v1"),
        ("YOUJU_WRITER_URL", "http://ser ver/v1"),
        ("YOUJU_WRITER_URL", "http://server/v1?key=1"),
        ("YOUJU_RATE", "-1"),
        ("YOUJU_BODY_KB", "1"),
        ("YOUJU_UPLOAD_MB", "0"),
        ("YOUJU_PATIENCE", "soon"),
        ("YOUJU_REQUIRE_KEY", "yes"),
        ("YOUJU_REQUIRE_LOGIN", "2"),
        ("YOUJU_CORS", "www.example.gov.cn"),
        ("YOUJU_CORS", "https://a.cn, https://b.cn/path"),
        ("YOUJU_PROXIES", "nginx"),
        ("YOUJU_PROXIES", "10.0.0.0/33"),
    ],
)
def test_impossible_setting_is_named(name, value):
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment({name: value})


def test_settings_from_the_environment(tmp_path):
    found = Settings.from_environment({"YOUJU_HOME": str(tmp_path), "YOUJU_PORT": "8000", "YOUJU_ENGINE": "transformers"})
    assert (found.port, found.engine, found.index.home) == (8000, "transformers", tmp_path)
    assert Settings.from_environment({}).engine == "auto"


@pytest.mark.parametrize(("told", "slots"), [(None, 0), ("", 0), ("0", 0), ("7", 7)])
def test_how_many_write_at_once_is_left_to_the_engine_unless_told(told, slots):
    assert Settings.from_environment({} if told is None else {"YOUJU_SLOTS": told}).slots == slots


def test_settings_of_the_door(tmp_path):
    environment = {
        "YOUJU_HOME": str(tmp_path),
        "YOUJU_STORE_URL": "postgresql://u:geheim@db/youju",
        "YOUJU_CORS": "https://a.gov.cn, http://localhost:3000",
        "YOUJU_PROXIES": "127.0.0.1, 10.0.0.0/8, ::1",
        "YOUJU_REQUIRE_KEY": "1",
        "YOUJU_RATE": "0",
    }
    found = Settings.from_environment(environment)
    assert found.cors == "https://a.gov.cn, http://localhost:3000"
    assert found.proxies == "127.0.0.1, 10.0.0.0/8, ::1"
    assert (found.require_key, found.require_login, found.rate, found.upload_mb, found.patience) == (1, 0, 0, 20, 20)
    assert found.store_folder.is_relative_to(tmp_path)
    assert "geheim" not in repr(found)


@pytest.mark.parametrize("percent", [0, 55, 100])
def test_the_percentage_of_everyday_words_is_set(percent):
    assert Settings.from_environment({"YOUJU_EVERYDAY": str(percent)}).everyday == percent


def test_a_writers_url_alone_chooses_its_engine():
    found = Settings.from_environment({"YOUJU_WRITER_URL": " https://gpu.local:8443/llm/v1/ "})
    assert (found.engine, found.writer_url) == ("openai", "https://gpu.local:8443/llm/v1")
    assert (found.writer_key, found.writer_model, found.writer_timeout) == ("", "", 60)
    named = {"YOUJU_WRITER_KEY": "k-1", "YOUJU_WRITER_MODEL": "qwen3:8b", "YOUJU_WRITER_TIMEOUT": "5"}
    found = Settings.from_environment({"YOUJU_WRITER_URL": "http://[::1]:11434", **named})
    assert (found.writer_url, found.writer_key, found.writer_model) == ("http://[::1]:11434/v1", "k-1", "qwen3:8b")
    assert found.writer_timeout == 5


def test_an_engine_that_is_named_wins_over_a_writers_url():
    found = Settings.from_environment({"YOUJU_WRITER_URL": "http://server/v1", "YOUJU_ENGINE": "xllamacpp"})
    assert found.engine == "xllamacpp"


def test_the_engine_openai_needs_a_url():
    with pytest.raises(SettingsError, match=r"YOUJU_WRITER_URL.*http://127\.0\.0\.1:8000/v1"):
        Settings.from_environment({"YOUJU_ENGINE": "openai"})


def test_a_key_is_never_shown():
    found = Settings.from_environment({"YOUJU_WRITER_URL": "http://server/v1", "YOUJU_WRITER_KEY": "geheim"})
    assert found.writer_key == "geheim"
    assert "geheim" not in f"{found} {found!r}"
    for bad in ("geheim 密", "geheim\nX-Other: 1", "geheim key"):
        with pytest.raises(SettingsError, match="YOUJU_WRITER_KEY") as caught:
            Settings.from_environment({"YOUJU_WRITER_KEY": bad})
        assert "geheim" not in str(caught.value)
    with pytest.raises(SettingsError, match="YOUJU_WRITER_KEY") as caught:
        Settings.from_environment({"YOUJU_WRITER_URL": "http://me:geheim@server/v1"})
    assert "geheim" not in str(caught.value)
