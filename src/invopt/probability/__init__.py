"""Distributions of demand and the test of their honesty: what several rooms share."""

from invopt.probability.calibration import coverage, pinball_loss, randomised_pit
from invopt.probability.demand import DemandDistribution, SumDistribution, sample_paths, sum_over_interval
from invopt.probability.gamma import gamma_cdf, gamma_expected_short, gamma_quantile
from invopt.probability.negative_binomial import (
    negative_binomial_cdf,
    negative_binomial_expected_short,
    negative_binomial_quantile,
)
from invopt.probability.normal import mean_beyond

__all__ = [
    "DemandDistribution",
    "SumDistribution",
    "coverage",
    "gamma_cdf",
    "gamma_expected_short",
    "gamma_quantile",
    "mean_beyond",
    "negative_binomial_cdf",
    "negative_binomial_expected_short",
    "negative_binomial_quantile",
    "pinball_loss",
    "randomised_pit",
    "sample_paths",
    "sum_over_interval",
]
