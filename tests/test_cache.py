import errno

import numpy as np
import pytest
from fakes import HashEncoder

from index import cache
from index.cache import VectorCache

TEXTS = [f"第{n}条　对养老护理员给予奖励{'，并公示' * n}。" for n in range(10)]


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(cache, "_CHUNK", 4)


def opened(tmp_path, encoder=None):
    encoder = encoder or HashEncoder()
    return VectorCache(tmp_path / "vectors", encoder), encoder


def files(tmp_path):
    return sorted((tmp_path / "vectors").rglob("*.npz"))


def test_vectors_are_those_of_the_encoder_in_the_order_asked(tmp_path):
    vectors, computed = opened(tmp_path)[0].embed(TEXTS, progress=False)
    assert np.array_equal(vectors, HashEncoder().passages(TEXTS))
    assert computed == 10


def test_equal_texts_are_embedded_once(tmp_path):
    held, encoder = opened(tmp_path)
    vectors, computed = held.embed(["甲乙", "丙丁", "甲乙"], progress=False)
    assert (computed, encoder.embedded) == (2, 2)
    assert np.array_equal(vectors[0], vectors[2])
    assert not np.array_equal(vectors[0], vectors[1])


def test_a_second_run_embeds_only_what_is_new(tmp_path):
    opened(tmp_path)[0].embed(TEXTS, progress=False)
    held, encoder = opened(tmp_path)
    vectors, computed = held.embed([*TEXTS, "新增一条"], progress=False)
    assert (computed, encoder.batches) == (1, [["新增一条"]])
    assert np.array_equal(vectors, HashEncoder().passages([*TEXTS, "新增一条"]))


def test_no_texts_give_an_empty_array_of_the_right_width(tmp_path):
    vectors, computed = opened(tmp_path)[0].embed([], progress=False)
    assert (vectors.shape, computed) == ((0, 256), 0)


def test_another_encoder_does_not_see_these_vectors(tmp_path):
    opened(tmp_path)[0].embed(TEXTS, progress=False)
    held, other = opened(tmp_path, HashEncoder("other:2"))
    assert held.embed(TEXTS, progress=False)[1] == other.embedded == 10


def test_a_fingerprint_with_odd_characters_stays_inside_the_folder(tmp_path):
    opened(tmp_path, HashEncoder("../组织/模型:v1 *"))[0].embed(TEXTS[:1], progress=False)
    (stored,) = files(tmp_path)
    assert stored.parent.parent == tmp_path / "vectors"


def test_long_passages_go_first(tmp_path):
    held, encoder = opened(tmp_path)
    held.embed(TEXTS, progress=False)
    lengths = [len(t) for batch in encoder.batches for t in batch]
    assert lengths == sorted(map(len, TEXTS), reverse=True)


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError("出错")])
def test_what_was_done_before_an_interruption_is_kept(tmp_path, error):
    held, encoder = opened(tmp_path, HashEncoder(fail_after=9, error=error))
    with pytest.raises(error if isinstance(error, type) else RuntimeError):
        held.embed(TEXTS, progress=False)
    assert encoder.embedded == 8  # two chunks of four; the third would pass nine
    again, fresh = opened(tmp_path)
    vectors, computed = again.embed(TEXTS, progress=False)
    assert (computed, fresh.embedded) == (2, 2)
    assert np.array_equal(vectors, HashEncoder().passages(TEXTS))


@pytest.mark.parametrize(
    "damage",
    [
        lambda b: b[: len(b) // 2],
        lambda b: b[:-1],
        lambda b: b"",
        lambda b: b"\0" * len(b),
        lambda b: b[:300] + b"\xff" * 40 + b[340:],
    ],
    ids=["half", "last byte", "empty", "zeros", "garbled"],
)
def test_a_damaged_file_costs_only_its_own_vectors(tmp_path, damage):
    opened(tmp_path)[0].embed(TEXTS, progress=False)
    stored = files(tmp_path)
    assert len(stored) == 3  # 4 + 4 + 2
    stored[0].write_bytes(damage(stored[0].read_bytes()))
    held, encoder = opened(tmp_path)
    vectors, _ = held.embed(TEXTS, progress=False)
    assert 2 <= encoder.embedded <= 4
    assert np.array_equal(vectors, HashEncoder().passages(TEXTS))
    assert opened(tmp_path)[0].embed(TEXTS, progress=False)[1] == 0  # and the loss is made good


def test_a_half_written_file_is_not_read(tmp_path):
    held, _ = opened(tmp_path)
    held.embed(TEXTS[:4], progress=False)
    files(tmp_path)[0].with_suffix(".part").write_bytes(b"PK")
    assert opened(tmp_path)[0].embed(TEXTS[:4], progress=False)[1] == 0


def test_a_full_disk_leaves_earlier_vectors_readable(tmp_path, monkeypatch):
    held, _ = opened(tmp_path)
    held.embed(TEXTS[:4], progress=False)

    def refuse(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(np, "savez", refuse)
        with pytest.raises(OSError, match="No space left"):
            held.embed(TEXTS, progress=False)
    assert opened(tmp_path)[0].embed(TEXTS[:4], progress=False)[1] == 0


def test_many_files_are_joined_into_one(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "_MERGE", 3)
    held, _ = opened(tmp_path)
    held.embed(TEXTS[:8], progress=False)
    held.tidy()
    assert len(files(tmp_path)) == 2
    held.embed(TEXTS, progress=False)
    held.tidy()
    assert len(files(tmp_path)) == 1
    again, encoder = opened(tmp_path)
    assert np.array_equal(again.embed(TEXTS, progress=False)[0], HashEncoder().passages(TEXTS))
    assert encoder.embedded == 0


def test_tidying_twice_keeps_the_joined_file(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "_MERGE", 1)
    held, _ = opened(tmp_path)
    held.embed(TEXTS, progress=False)
    for _ in range(2):
        held.tidy()
    assert len(files(tmp_path)) == 1
    assert opened(tmp_path)[0].embed(TEXTS, progress=False)[1] == 0
