"""Means and paired tests: by hand where it is possible, else against what must hold."""

import pytest

from eval.stats import compare, mean


def test_mean_of_equal_values_has_no_width():
    found = mean([0.5, 0.5, 0.5])
    assert (found.mean, found.low, found.high, found.cases) == (0.5, 0.5, 0.5, 3)


def test_interval_holds_the_mean_and_stays_in_range():
    found = mean([0, 0, 1, 1, 1])
    assert found.mean == 3 / 5
    assert 0 <= found.low < found.mean < found.high <= 1


def test_same_values_same_interval():
    assert mean([0, 1, 1]) == mean([0, 1, 1])


def test_nothing_to_average():
    with pytest.raises(ValueError, match="no values"):
        mean([])


def test_equal_runs_do_not_differ():
    found = compare([0, 1, 1], [0, 1, 1])
    assert (found.difference, found.p) == (0, 1)


def test_p_of_few_pairs_is_what_counting_gives():
    # 3 pairs, all better: of 2^3 sign patterns 2 are as extreme, p = 1/4; sampling comes near it
    assert compare([0, 0, 0], [1, 1, 1]).p == pytest.approx(1 / 4, abs=0.02)


def test_many_better_pairs_are_significant():
    assert compare([0.0] * 20, [1.0] * 20).p < 0.01


def test_unpaired_values_are_refused():
    with pytest.raises(ValueError, match="paired"):
        compare([1], [1, 2])
