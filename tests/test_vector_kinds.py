"""The three FAISS indexes behind one class: what holds for each of them, and which is taken when."""

import numpy as np
import pytest

from index import vectors
from index.vectors import FLAT_UP_TO, VectorIndex, kind_for

SIZE, WIDTH = 300, 16
KINDS = ["flat", "hnsw", "ivf"]
SURE = {"flat": 1, "hnsw": 0.95, "ivf": 1}
"""Share of rows that are found by themselves: a graph may cut a few rows off."""


def drawn(count, seed=7):
    found = np.random.default_rng(seed).normal(size=(count, WIDTH)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    """A graph that several threads build differs from run to run, and they wait for each other on a busy machine."""
    before = vectors.faiss.omp_get_max_threads()
    vectors.faiss.omp_set_num_threads(1)
    yield
    vectors.faiss.omp_set_num_threads(before)


@pytest.fixture(scope="module")
def rows():
    return drawn(SIZE)


@pytest.fixture(scope="module", params=KINDS)
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def found(rows, kind):
    return VectorIndex.build(rows, kind)


def test_the_kind_is_chosen_by_the_number_of_rows(rows, monkeypatch):
    assert [kind_for(n) for n in (0, 1, FLAT_UP_TO, FLAT_UP_TO + 1, 10**7)] == ["flat", "flat", "flat", "hnsw", "hnsw"]
    monkeypatch.setattr(vectors, "FLAT_UP_TO", SIZE - 1)
    asked = []
    monkeypatch.setattr(vectors, "kind_for", lambda n: asked.append(n) or "ivf")
    VectorIndex.build(rows)
    assert asked == [SIZE]


def test_each_kind_is_another_index(rows):
    made = [type(VectorIndex.build(rows, kind)._index).__name__ for kind in KINDS]
    assert made == ["IndexFlatIP", "IndexHNSWFlat", "IndexIVFFlat"]


def test_a_row_is_nearest_to_itself(found, rows, kind):
    assert len(found) == SIZE
    first = [found.search(row[None], 3) for row in rows]
    own = [n for n, (ids, _) in enumerate(first) if ids[0] == n]
    assert len(own) >= SURE[kind] * SIZE
    assert [first[n][1][0] for n in own] == pytest.approx([1] * len(own), abs=1e-5)


def test_scores_are_cosines_nearest_first_and_no_row_twice(found, rows):
    for query in drawn(20, seed=8):
        ids, scores = found.search(query[None], 10)
        assert ids.dtype == np.int64
        assert 0 < len(ids) == len(set(ids.tolist())) <= 10
        assert (ids >= 0).all()
        assert scores == pytest.approx(rows[ids] @ query, abs=1e-5)
        assert (np.diff(scores) <= 0).all()


def test_most_of_the_nearest_are_found(found, rows, kind):
    shares = []
    for query in drawn(50, seed=8):
        nearest = np.argsort(-(rows @ query), kind="stable")[:10]
        shares.append(len(set(nearest) & set(found.search(query[None], 10)[0])) / 10)
    assert np.mean(shares) >= {"flat": 1, "hnsw": 0.95, "ivf": 0.05}[kind]


def test_more_than_there_are_gives_no_row_twice_and_none_that_is_not_there(found, rows, kind):
    ids, scores = found.search(rows[:1], 10 * SIZE)
    assert len(set(ids.tolist())) == len(ids) == len(scores)
    assert set(ids.tolist()) <= set(range(SIZE))
    assert len(ids) >= {"flat": 1, "hnsw": 0.95, "ivf": 0.01}[kind] * SIZE


def test_only_allowed_rows_are_found(found, rows):
    for seed in range(10):
        allowed = np.sort(np.random.default_rng(seed).choice(SIZE, 40, replace=False)).astype(np.int64)
        for query in drawn(5, seed=seed):
            ids, scores = found.search(query[None], 10, allowed)
            assert set(ids.tolist()) <= set(allowed.tolist())
            assert len(set(ids.tolist())) == len(ids)
            assert scores == pytest.approx(rows[ids] @ query, abs=1e-5)


def test_an_allowed_row_is_nearest_to_itself_and_one_that_is_not_is_left_out(found, rows, kind):
    own = [found.search(rows[n : n + 1], 1, np.array([n, (n + 1) % SIZE], np.int64))[0].tolist() == [n] for n in range(SIZE)]
    assert sum(own) >= SURE[kind] * SIZE
    for row in range(0, SIZE, 11):
        others = np.array([n for n in range(SIZE) if n != row], np.int64)
        assert row not in found.search(rows[row : row + 1], 20, others)[0]


def test_nothing_allowed_or_wanted_gives_nothing(found, rows):
    for k, allowed in ((5, np.array([], np.int64)), (0, None), (0, np.array([1], np.int64))):
        ids, scores = found.search(rows[:1], k, allowed)
        assert ids.shape == scores.shape == (0,)


@pytest.mark.parametrize(
    "kind",
    [
        "flat",
        pytest.param("hnsw"),
        pytest.param("ivf"),
    ],
)
def test_few_allowed_rows_are_all_found(monkeypatch, kind):
    # A graph of this size behaves with these numbers as one beyond FLAT_UP_TO does with the real ones.
    monkeypatch.setattr(vectors, "_LINKS", 8)
    monkeypatch.setattr(vectors, "_EFFORT", 16)
    many = drawn(2000)
    index = VectorIndex.build(many, kind)
    allowed = np.arange(0, 2000, 100, dtype=np.int64)
    for query in drawn(10, seed=8):
        expected = allowed[np.argsort(-(many[allowed] @ query), kind="stable")][:10]
        assert index.search(query[None], 10, allowed)[0].tolist() == expected.tolist()


def test_rows_gives_the_stored_vectors_in_the_order_asked(found, rows):
    assert np.array_equal(found.rows([9, 2, 9, SIZE - 1]), rows[[9, 2, 9, SIZE - 1]])
    assert found.rows([]).shape == (0, WIDTH)


def test_saved_and_loaded_is_equal(found, rows, tmp_path):
    found.save(tmp_path / "v.npy")
    loaded = VectorIndex.load(tmp_path / "v.npy")
    assert type(loaded._index) is type(found._index)
    assert len(loaded) == SIZE
    assert np.array_equal(loaded.rows(list(range(SIZE))), rows)
    assert loaded.bytes == found.bytes
    allowed = np.arange(0, SIZE, 3, dtype=np.int64)
    for query in drawn(10, seed=8):
        for k, may in ((1, None), (10, None), (10, allowed), (SIZE, allowed)):
            before, after = found.search(query[None], k, may), loaded.search(query[None], k, may)
            assert np.array_equal(before[0], after[0])
            assert np.array_equal(before[1], after[1])


def test_bytes_is_the_size_of_the_file(found, tmp_path):
    found.save(tmp_path / "v.npy")
    assert 0 < (tmp_path / "v.npy").stat().st_size - found.bytes < 200  # numpy's own header
    assert found.bytes >= SIZE * WIDTH * 4


def test_other_memory_orders_and_a_single_row_are_taken(rows, kind):
    assert np.array_equal(VectorIndex.build(np.asfortranarray(rows), kind).rows([1, 2]), rows[[1, 2]])
    alone = VectorIndex.build(rows[:1], kind)
    assert alone.search(rows[:1], 5)[0].tolist() == [0]


@pytest.mark.parametrize("kind", ["flat", "hnsw"])
def test_an_empty_index_answers_with_nothing(kind, tmp_path):
    VectorIndex.build(np.empty((0, WIDTH), np.float32), kind).save(tmp_path / "empty.npy")
    loaded = VectorIndex.load(tmp_path / "empty.npy")
    assert len(loaded) == 0
    assert loaded.search(drawn(1), 3)[0].tolist() == []
    assert loaded.rows([]).shape == (0, WIDTH)
