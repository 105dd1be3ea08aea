import numpy as np
import pytest

from index.vectors import VectorIndex

SIZE, WIDTH = 60, 16


@pytest.fixture(scope="module")
def vectors():
    drawn = np.random.default_rng(7).normal(size=(SIZE, WIDTH)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def found(vectors):
    return VectorIndex.build(vectors)


def brute(vectors, query, k, allowed=None):
    """(ids, cosines) by numpy alone."""
    cosines = vectors @ query[0]
    ids = [i for i in np.argsort(-cosines, kind="stable") if allowed is None or i in allowed][:k]
    return ids, cosines[ids]


@pytest.mark.parametrize("k", [1, 5, SIZE])
@pytest.mark.parametrize("row", [0, 17, 59])
def test_nearest_rows_agree_with_numpy(found, vectors, row, k):
    query = vectors[row : row + 1] + np.float32(0.1) * vectors[3:4]
    ids, scores = found.search(query, k)
    expected, cosines = brute(vectors, query, k)
    assert ids.tolist() == expected
    assert scores == pytest.approx(cosines, abs=1e-5)


def test_a_row_is_nearest_to_itself_with_cosine_one(found, vectors):
    for row in range(SIZE):
        ids, scores = found.search(vectors[row : row + 1], 1)
        assert ids.tolist() == [row]
        assert scores[0] == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("allowed", [[5], [0, 59], [3, 4, 5, 30, 31], list(range(0, SIZE, 2))])
@pytest.mark.parametrize("k", [1, 4, 1000])
def test_only_allowed_rows_are_found(found, vectors, allowed, k):
    ids, scores = found.search(vectors[8:9], k, np.array(allowed, np.int64))
    expected, cosines = brute(vectors, vectors[8:9], k, set(allowed))
    assert ids.tolist() == expected  # so min(k, len(allowed)) rows, and no −1 among them
    assert scores == pytest.approx(cosines, abs=1e-5)


def test_k_larger_than_the_index_gives_every_row_once(found, vectors):
    ids, scores = found.search(vectors[:1], 10 * SIZE)
    assert sorted(ids.tolist()) == list(range(SIZE))
    assert len(scores) == SIZE


def test_nothing_allowed_or_nothing_wanted_gives_nothing(found, vectors):
    for ids, scores in (found.search(vectors[:1], 5, np.array([], np.int64)), found.search(vectors[:1], 0)):
        assert ids.shape == scores.shape == (0,)


def test_an_empty_index_answers_with_nothing(tmp_path):
    VectorIndex.build(np.empty((0, WIDTH), np.float32)).save(tmp_path / "empty.npy")
    loaded = VectorIndex.load(tmp_path / "empty.npy")
    assert len(loaded) == 0
    assert loaded.search(np.ones((1, WIDTH), np.float32), 3)[0].tolist() == []
    assert loaded.rows([]).shape == (0, WIDTH)


def test_rows_returns_the_stored_vectors_in_the_order_asked(found, vectors):
    assert np.array_equal(found.rows([9, 2, 9]), vectors[[9, 2, 9]])
    assert found.rows([]).shape == (0, WIDTH)


def test_saved_and_loaded_is_equal(found, vectors, tmp_path):
    found.save(tmp_path / "v.npy")
    loaded = VectorIndex.load(tmp_path / "v.npy")
    assert len(loaded) == SIZE
    assert np.array_equal(loaded.rows(list(range(SIZE))), vectors)
    for row in (0, 31):
        before, after = found.search(vectors[row : row + 1], 7), loaded.search(vectors[row : row + 1], 7)
        assert np.array_equal(before[0], after[0])
        assert np.array_equal(before[1], after[1])


def test_rows_of_another_memory_order_are_taken_as_they_are(vectors):
    assert np.array_equal(VectorIndex.build(np.asfortranarray(vectors)).rows([1, 2]), vectors[[1, 2]])
