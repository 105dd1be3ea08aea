"""The 8-bit layers that ship: which passages they embed, and that a batch changes nothing."""

from dataclasses import replace

import numpy as np
import pytest

from index import models, quantised, tuned, weights
from index.errors import WeightsError
from index.settings import DEFAULT_ENCODER, IndexSettings

WIDTH = 384


@pytest.fixture(scope="module")
def layers():
    words = np.random.default_rng(3).normal(scale=0.1, size=(50, WIDTH)).astype(np.float32)
    return quantised.Layers(words)


def lists(*lengths):
    drawn = np.random.default_rng(5)
    return [drawn.integers(0, 50, size=n).tolist() for n in lengths]


def test_every_list_gives_one_unit_vector_in_its_own_place(layers):
    tokens = lists(4, 90, 17, 512, 1)
    found = layers.embed(tokens)
    assert found.shape == (5, WIDTH)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-3)
    alone = np.concatenate([layers.embed([t]) for t in tokens])
    near = alone @ found.T
    assert (near.argmax(axis=1) == np.arange(5)).all()


def test_padding_beside_a_longer_passage_changes_nothing(layers):
    short, long = lists(6, 200)
    alone, beside = layers.embed([short])[0], layers.embed([long, short])[1]
    assert float(alone @ beside) > 0.999


@pytest.mark.parametrize("batch", [1, 2, 16])
def test_the_size_of_a_batch_changes_nothing(layers, batch):
    tokens = lists(30, 31, 32, 33, 34)
    whole = layers.embed(tokens, batch=5)
    assert ((whole * layers.embed(tokens, batch=batch)).sum(axis=1) > 0.999).all()


def test_no_list_gives_no_row(layers):
    assert layers.embed([]).shape == (0, WIDTH)


def test_a_missing_file_is_named_with_the_way_out(tmp_path, monkeypatch):
    monkeypatch.setattr(tuned, "FOLDER", tmp_path)
    with pytest.raises(WeightsError, match=r"index/tuned.*YOUJU_EMBEDDING=float"):
        quantised.Layers(np.zeros((5, WIDTH), np.float32))


@pytest.mark.parametrize(
    ("encoder", "embedding", "expected"),
    [
        (DEFAULT_ENCODER, "int8", True),
        (DEFAULT_ENCODER, "float", False),
        ("multilingual-e5-small", "int8", False),
    ],
)
def test_the_layers_serve_only_their_own_encoder(settings, encoder, embedding, expected):
    assert models.in_8_bits(replace(settings, encoder=encoder, embedding=embedding)) is expected


def test_an_index_of_the_other_kind_of_vectors_is_told_apart(settings, tmp_path, monkeypatch):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / weights.MARKER).write_text('{"sha256": "0123456789abcdef0123"}')
    monkeypatch.setattr(weights, "require", lambda home, name: folder)
    marks = {e: models.fingerprint(replace(settings, encoder=DEFAULT_ENCODER, embedding=e)) for e in ("int8", "float")}
    assert marks["float"] == f"{DEFAULT_ENCODER}:0123456789abcdef"
    assert marks["int8"] == f"{marks['float']}:int8-{quantised.digest()}"


def test_changed_files_change_the_digest(tmp_path, monkeypatch):
    before = quantised.digest()
    monkeypatch.setattr(tuned, "FOLDER", tmp_path)
    (tmp_path / "encoder-int8.bin").write_bytes(b"other")
    quantised.digest.cache_clear()
    try:
        assert quantised.digest() != before
    finally:
        quantised.digest.cache_clear()


def test_a_word_that_is_no_choice_is_refused_with_the_choices():
    with pytest.raises(WeightsError, match=r"YOUJU_EMBEDDING 不能是“int4”。请改为 float 或 int8"):
        IndexSettings.from_environment({"YOUJU_EMBEDDING": "int4"})
