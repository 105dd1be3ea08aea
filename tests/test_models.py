from dataclasses import replace

import pytest
from wheels import NAME, WHOLE, Site, fetch

from index import models
from index.errors import WeightsError


@pytest.fixture(autouse=True)
def _unloaded(monkeypatch):
    """(folder or name, fingerprint) instead of a loaded model."""
    monkeypatch.setattr(models, "SentenceTransformerEncoder", lambda name, fingerprint, int8, shipped: (name, fingerprint))


def test_a_pinned_model_is_told_by_its_hash(settings, tmp_path, monkeypatch):
    site = Site(tmp_path / "site", monkeypatch)
    pinned = replace(settings, encoder=NAME)
    with pytest.raises(WeightsError, match=f"模型 {NAME} 还没有下载。请运行：python -m index fetch"):
        models.encoder(pinned)
    fetch(settings.home, site.folder)
    assert models.encoder(pinned) == (str(settings.home / "models" / NAME), f"{NAME}:{site.entry.sha256[:16]}")
    (settings.home / "models" / NAME / "model.gguf").write_bytes(WHOLE[1:])
    with pytest.raises(WeightsError, match=r"model\.gguf 不完整"):
        models.encoder(pinned)


def test_a_folder_is_told_by_its_files(settings, tmp_path):
    folder = tmp_path / "own model"
    folder.mkdir()
    (folder / "config.json").write_text('{"a": 1}')
    (folder / "model.safetensors").write_bytes(b"1234")
    local = replace(settings, encoder=str(folder))
    name, first = models.encoder(local)
    assert name == str(folder)
    assert first.startswith("own model:")
    assert models.encoder(local)[1] == first
    (folder / "config.json").write_text('{"a": 2}')
    second = models.encoder(local)[1]
    (folder / "model.safetensors").write_bytes(b"12345")
    third = models.encoder(local)[1]
    assert len({first, second, third}) == 3


def test_any_other_name_is_looked_for_in_the_hubs_local_cache(settings):
    with pytest.raises(WeightsError, match="org/model 还没有下载"):
        models.encoder(replace(settings, encoder="org/model"))
