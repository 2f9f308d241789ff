"""Bootstrap intervals and the permutation test."""

from __future__ import annotations

import math
from itertools import product
from statistics import fmean

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.evaluation.metrics.intervals import bootstrap_mean, bootstrap_statistic, paired_difference, permutation_p

VALUES = st.lists(st.sampled_from([0.0, 0.25, 0.5, 2 / 3, 1.0]), min_size=1, max_size=40)


def mean(weights: np.ndarray) -> np.ndarray:
    return weights @ SAMPLE / weights.sum(axis=1)


SAMPLE = np.random.default_rng(3).beta(2, 1, size=400)


def test_the_interval_is_that_of_the_normal_approximation_on_many_values() -> None:
    low, high = bootstrap_mean(SAMPLE.tolist(), seed=7)
    half = 1.96 * SAMPLE.std() / math.sqrt(SAMPLE.size)
    assert low == pytest.approx(SAMPLE.mean() - half, abs=0.1 * half)
    assert high == pytest.approx(SAMPLE.mean() + half, abs=0.1 * half)


def test_holds_the_truth_about_95_times_in_100() -> None:
    chance = np.random.default_rng(11)
    held = 0
    for _ in range(300):
        low, high = bootstrap_mean((chance.random(150) < 0.8).astype(float).tolist(), seed=7)
        held += low <= 0.8 <= high
    assert 0.91 <= held / 300 <= 0.98


@settings(max_examples=30)
@given(VALUES)
def test_holds_the_mean_and_stays_within_the_values(values: list[float]) -> None:
    low, high = bootstrap_mean(values, seed=7)
    assert min(values) <= low <= fmean(values) + 1e-12
    assert fmean(values) - 1e-12 <= high <= max(values)


def test_same_seed_same_interval_to_the_last_bit() -> None:
    values = SAMPLE.tolist()
    assert bootstrap_mean(values, seed=7) == bootstrap_mean(values, seed=7)
    assert bootstrap_mean(values, seed=7) != bootstrap_mean(values, seed=8)
    zeros = [0.0] * len(values)
    assert paired_difference(zeros, values, seed=7) == paired_difference(zeros, values, seed=7)
    other = SAMPLE[::-1].tolist()
    assert permutation_p(values, other, seed=7) == permutation_p(values, other, seed=7)


def test_degenerate_samples() -> None:
    assert all(math.isnan(one) for one in bootstrap_mean([], seed=7))
    assert bootstrap_mean([0.3], seed=7) == (0.3, 0.3)
    assert bootstrap_mean([0.3] * 5, seed=7) == (0.3, 0.3)
    assert bootstrap_mean([0.0, 1.0], seed=7) == (0.0, 1.0)
    assert all(math.isnan(one) for one in paired_difference([], [], seed=7))
    assert paired_difference([0.5], [0.75], seed=7) == (0.25, 0.25, 0.25)
    assert permutation_p([], [], seed=7) == permutation_p([0.0], [1.0], seed=7) == 1.0
    assert permutation_p([0.3] * 9, [0.3] * 9, seed=7) == 1.0


def test_a_statistic_of_weights_and_a_mean_of_values_agree() -> None:
    value, low, high = bootstrap_statistic(mean, SAMPLE.size, seed=7)
    assert (value, low, high) == pytest.approx((SAMPLE.mean(), *bootstrap_mean(SAMPLE.tolist(), seed=7)))


def test_a_statistic_that_is_not_defined_in_every_resample() -> None:
    marks = np.array([1.0, 0.0, 0.0, 0.0])

    def share(weights: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore"):
            return (weights @ marks) / (weights @ marks)

    assert bootstrap_statistic(share, 4, seed=7) == (1.0, 1.0, 1.0)
    assert bootstrap_statistic(lambda weights: weights[:, 0] * 0.5, 1, seed=7) == (0.5, 0.5, 0.5)
    assert all(math.isnan(one) for one in bootstrap_statistic(share, 0, seed=7))


def test_an_interval_holds_its_value_even_when_resampling_pushes_it_away() -> None:
    def distinct(weights: np.ndarray) -> np.ndarray:
        return (weights > 0).sum(axis=1) / weights.shape[1]  # 1 on the sample, about 0.63 on resamples

    value, low, high = bootstrap_statistic(distinct, 200, seed=7)
    assert (value, high) == (1.0, 1.0)
    assert low < 0.7


def test_a_paired_difference_is_b_minus_a_and_knows_the_pairs() -> None:
    better = (SAMPLE + 0.01).tolist()
    difference, low, high = paired_difference(SAMPLE.tolist(), better, seed=7)
    assert (difference, low, high) == pytest.approx((0.01, 0.01, 0.01))  # unpaired it would drown in the spread
    assert paired_difference(better, SAMPLE.tolist(), seed=7)[0] == pytest.approx(-0.01)


@settings(max_examples=40)
@given(st.lists(st.tuples(*[st.sampled_from([0.0, 0.5, 1.0])] * 2), min_size=2, max_size=8))
def test_p_is_the_share_of_sign_patterns_that_differ_as_much(pairs: list[tuple[float, float]]) -> None:
    differences = [b - a for a, b in pairs]
    sums = [
        sum(s * d for s, d in zip(signs, differences, strict=True)) for signs in product((1, -1), repeat=len(pairs))
    ]
    # two-sided: twice the smaller tail, at most 1
    seen = sum(differences)
    tails = sum(one >= seen - 1e-9 for one in sums), sum(one <= seen + 1e-9 for one in sums)
    expected = min(1.0, 2 * min(tails) / len(sums))
    assert permutation_p([a for a, _ in pairs], [b for _, b in pairs], seed=7) == pytest.approx(expected)


def test_p_is_small_for_a_real_difference_and_spread_out_for_none() -> None:
    chance = np.random.default_rng(5)
    a = chance.random(300)
    assert permutation_p(a, a + chance.normal(0.1, 0.2, 300), seed=7) <= 0.002
    by_chance = [permutation_p(chance.random(60), chance.random(60), seed=7) for _ in range(60)]
    assert 0.3 <= fmean(by_chance) <= 0.7


def test_pairs_must_match() -> None:
    for test in (paired_difference, permutation_p):
        with pytest.raises(ValueError, match="not pairs"):
            test([1.0, 0.0], [1.0], 7)
