"""Means with bootstrap intervals, and a paired randomisation test; seeded, so that two people get one number.

Efron & Tibshirani 1993 (percentile bootstrap over cases); Smucker, Allan, Carterette, CIKM 2007 (randomisation).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_SEED = 20170301
_RESAMPLES = 2000
_PERMUTATIONS = 10_000


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over cases with its 95% interval."""

    mean: float
    low: float
    high: float
    cases: int


def mean(values: Sequence[float]) -> Mean:
    """Mean and percentile bootstrap interval; of one value the interval is that value.

    Raises:
        ValueError: for no values.
    """
    if not values:
        raise ValueError("no values to average")
    array = np.asarray(values, dtype=np.float64)
    draws = np.random.default_rng(_SEED).integers(0, len(array), (_RESAMPLES, len(array)))
    low, high = np.percentile(array[draws].mean(axis=1), [2.5, 97.5])
    return Mean(float(array.mean()), float(low), float(high), len(array))


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean of second − first over paired cases, and the two-sided p of the randomisation test."""

    first: float
    second: float
    difference: float
    p: float
    cases: int


def compare(first: Sequence[float], second: Sequence[float]) -> Difference:
    """Paired comparison: under the null hypothesis each pair's difference may have either sign.

    Raises:
        ValueError: when the two differ in length or are empty.
    """
    if len(first) != len(second) or not first:
        raise ValueError("paired values are needed, as many of the one as of the other")
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    gaps = b - a
    signs = np.random.default_rng(_SEED).choice([-1.0, 1.0], (_PERMUTATIONS, len(gaps)))
    extreme = np.abs((signs * gaps).mean(axis=1)) >= abs(gaps.mean()) - 1e-12
    p = (extreme.sum() + 1) / (_PERMUTATIONS + 1)
    return Difference(float(a.mean()), float(b.mean()), float(gaps.mean()), float(p), len(gaps))
