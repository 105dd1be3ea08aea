from itertools import permutations

import pytest

from index.fuse import fuse

ONE = {"a": 1.0, "b": 1.0}


def test_scores_are_sums_of_reciprocal_ranks():
    found = fuse({"a": [7, 3, 5], "b": [3, 9]}, ONE)
    assert [(item, ranks) for item, _, ranks in found] == [
        (3, {"a": 2, "b": 1}),
        (7, {"a": 1}),
        (9, {"b": 2}),
        (5, {"a": 3}),
    ]
    assert [score for _, score, _ in found] == pytest.approx([1 / 17 + 1 / 16, 1 / 16, 1 / 17, 1 / 18])


def test_weights_multiply_a_retrievers_share():
    found = fuse({"a": [1], "b": [2]}, {"a": 1.0, "b": 3.0})
    assert [(item, score) for item, score, _ in found] == [(2, pytest.approx(3 / 16)), (1, pytest.approx(1 / 16))]


def test_two_lower_ranks_beat_one_first_rank():
    # 1/17 + 1/17 = 0.118 > 1/16 = 0.0625
    assert fuse({"a": [1, 2], "b": [3, 2]}, ONE)[0][0] == 2


@pytest.mark.parametrize("order", list(permutations([4, 2, 8])))
def test_equal_scores_keep_the_smaller_id_first(order):
    rankings = {str(n): [item] for n, item in enumerate(order)}
    assert [item for item, _, _ in fuse(rankings, dict.fromkeys(rankings, 1.0))] == [2, 4, 8]


def test_empty_rankings_give_nothing_and_take_nothing():
    assert fuse({}, {}) == []
    assert fuse({"a": [], "b": [6]}, ONE) == [(6, pytest.approx(1 / 16), {"b": 1})]


def test_a_retriever_without_a_weight_is_an_error():
    with pytest.raises(KeyError, match="c"):
        fuse({"c": [1]}, ONE)
