"""What training changed: stored as differences, added to the base again."""

import hashlib

import numpy as np
import pytest
from safetensors.numpy import load_file

from index import tuned

FILE = "model.safetensors"


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tuned, "FOLDER", tmp_path / "shipped")


def drawn(*shape, seed=7, scale=1.0):
    return (np.random.default_rng(seed).normal(size=shape) * scale).astype(np.float32)


def save(base, changed):
    return tuned.save(tuned.FOLDER / FILE, base, changed)


def stored():
    return load_file(tuned.FOLDER / FILE)


def steps(base, changed):
    """(rows, 1): the largest difference of each row, over 127."""
    return np.abs(changed - base).max(axis=1, keepdims=True) / 127


@pytest.mark.parametrize("scale", [1e-6, 0.01, 1.0, 1000.0])
def test_a_matrix_comes_back_within_half_a_step_of_each_row(scale):
    base = {"w": drawn(40, 30)}
    change = drawn(40, 30, seed=8, scale=scale) * np.logspace(-3, 3, 40, dtype=np.float32)[:, None]
    changed = {"w": base["w"] + change}
    save(base, changed)
    error = np.abs(tuned.apply(FILE, base)["w"] - changed["w"])
    rounding = 4e-7 * np.abs(changed["w"]).max(axis=1, keepdims=True)  # of float32 itself
    assert (error <= 0.5 * steps(base["w"], changed["w"]) * 1.0001 + rounding).all()
    assert {k: (v.dtype, v.shape) for k, v in stored().items()} == {
        "w.rows": (np.int8, (40, 30)),
        "w.scale": (np.float32, (40, 1)),
    }


def test_every_row_has_its_own_step():
    base = {"w": np.zeros((2, 3), np.float32)}
    changed = {"w": np.array([[127, 1, -127], [0.0127, 0.0001, 0]], np.float32)}
    save(base, changed)
    assert stored()["w.rows"].tolist() == [[127, 1, -127], [127, 1, 0]]
    assert tuned.apply(FILE, base)["w"] == pytest.approx(changed["w"], rel=1e-6)


def test_the_largest_change_either_way_comes_back_whole():
    base, change = drawn(1, 5), np.array([[3.0, -3.0, 1.0, 0.0, -0.01]], np.float32)
    save({"w": base}, {"w": base + change})
    assert (tuned.apply(FILE, {"w": base})["w"] - base)[0, :2] == pytest.approx([3.0, -3.0], rel=1e-5)


def test_a_row_that_did_not_change_comes_back_equal():
    base = drawn(4, 6)
    changed = base.copy()
    changed[2] += 1
    with np.errstate(all="raise"):
        save({"w": base}, {"w": changed})
    back = tuned.apply(FILE, {"w": base})["w"]
    assert np.array_equal(back[[0, 1, 3]], base[[0, 1, 3]])
    assert not np.array_equal(back[2], base[2])


def test_equal_tensors_are_not_stored():
    base = {"w": drawn(4, 6), "b": drawn(4), "same": drawn(4, 6, seed=9)}
    save(base, {**base, "w": base["w"] + 1})
    assert set(stored()) == {"w.rows", "w.scale"}
    back = tuned.apply(FILE, base)
    assert back.keys() == base.keys()
    assert all(np.array_equal(back[name], base[name]) for name in ("b", "same"))


def test_nothing_changed_ships_nothing():
    base = {"w": drawn(4, 6)}
    save(base, dict(base))
    assert stored() == {}
    assert np.array_equal(tuned.apply(FILE, base)["w"], base["w"])


@pytest.mark.parametrize("shape", [(5,), (3, 4), (2, 3, 4), ()])
def test_what_the_base_does_not_have_is_kept_in_half_precision(shape):
    new = np.asarray(drawn(*shape), np.float32)
    save({"w": drawn(2, 2)}, {"head": new})
    assert {k: v.dtype for k, v in stored().items()} == {"head.value": np.float16}
    back = tuned.apply(FILE, {"w": drawn(2, 2)})
    assert back.keys() == {"w", "head"}
    assert back["head"].dtype == np.float32
    assert np.array_equal(back["head"], new.astype(np.float16).astype(np.float32))


def test_biases_are_kept_themselves_in_half_precision():
    base, changed = {"b": drawn(8)}, {"b": drawn(8, seed=9)}
    save(base, changed)
    assert {k: v.dtype for k, v in stored().items()} == {"b.value": np.float16}
    assert np.array_equal(tuned.apply(FILE, base)["b"], changed["b"].astype(np.float16).astype(np.float32))


def test_names_with_the_words_of_the_file_are_told_apart():
    base = {"attention.value.weight": drawn(3, 4), "attention.value.bias": drawn(3), "rows": drawn(3, 4), "a.scale": drawn(2, 2)}
    changed = {name: value + 1 for name, value in base.items()}
    save(base, changed)
    back = tuned.apply(FILE, base)
    assert back.keys() == base.keys()
    for name, value in changed.items():
        assert back[name] == pytest.approx(value, abs=2e-2)


def test_the_base_is_left_alone():
    base = {"w": drawn(4, 6), "b": drawn(4)}
    before = {name: value.copy() for name, value in base.items()}
    save(base, {name: value + 1 for name, value in base.items()})
    tuned.apply(FILE, base)
    assert all(np.array_equal(base[name], before[name]) for name in before)


def test_the_size_is_told_and_small_and_the_digest_is_of_the_file():
    base = {"w": drawn(100, 400)}
    size = save(base, {"w": base["w"] + drawn(100, 400, seed=9)})
    data = (tuned.FOLDER / FILE).read_bytes()
    assert size == len(data) < 1.1 * 100 * 400
    assert tuned.digest(FILE) == hashlib.sha256(data).hexdigest()


def test_the_same_training_ships_the_same_file():
    base, changed = {"w": drawn(9, 9), "b": drawn(9)}, {"b": drawn(9, seed=1), "w": drawn(9, 9, seed=2)}
    save(base, changed)
    first = tuned.digest(FILE)
    save(base, dict(reversed(changed.items())))
    assert tuned.digest(FILE) == first
