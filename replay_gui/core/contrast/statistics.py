"""Statistics of two groups of runs, exact if possible.

A feature holds for `p` of P passing and `f` of F failing runs; this is a table of two rows and two columns.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.translation.numbers import significant_number

SIGNIFICANT = 0.05
"""The chance, over all that was compared, below which a difference counts as significant."""

_TOLERANCE = 1e-9  # relative; probabilities with a smaller difference count as equal
_MAX_EXACT_RUNS = 5_000  # of the sums over all tasks; beyond it, the sum is treated as normally distributed


def fisher_p(p: int, f: int, passing: int, failing: int) -> float:
    """Return Fisher's exact p, two-sided: the probability of a table that is at most as likely as this one.

    Args:
        p, f: numbers of passing and failing runs that have the feature. passing, failing: numbers of all runs.
    """
    chances = _hypergeometric(p + f, passing, failing)
    observed = chances[p - max(0, p + f - failing)]
    return float(min(1.0, chances[chances <= observed * (1 + _TOLERANCE)].sum()))


def p_number(p: float) -> str:
    """Return ``0.33``, or ``< 1e-300`` for a p that is too small for a number."""
    return significant_number(p, 2) if p else "< 1e-300"


def p_words(p: float) -> str:
    """Return ``p = 0.33``."""
    return f"p = {p_number(p)}" if p else f"p {p_number(p)}"


def smallest_fisher_p(size: int, passing: int, failing: int) -> float:
    """Return the smallest possible p of a feature of `size` runs, for any distribution over the two groups."""
    chances = _hypergeometric(size, passing, failing)
    return float(min(1.0, chances[chances <= chances.min() * (1 + _TOLERANCE)].sum()))


def tarone_factor(smallest: NDArray[np.float64], level: float = SIGNIFICANT) -> int:
    """Return the factor by which each p is corrected for the number of compared features.

    As Bonferroni's, but features that cannot reach the level do not count (Tarone 1990, Biometrics 46).

    Args:
        smallest: the smallest possible p of each feature.
    """
    ordered = np.sort(smallest)
    factor = 1
    while np.searchsorted(ordered, level / factor, side="right") > factor:
        factor += 1
    return factor


def strengths(p: NDArray[np.int64], f: NDArray[np.int64], passing: int, failing: int) -> NDArray[np.float64]:
    """Return how clearly features separate the groups, each from 0 (not at all) to 1 (all runs of only one group).

    It is the square root of the mutual information of feature and outcome, divided by the outcome's entropy. Unlike the
    difference of two shares, it prefers a feature that one group never has.
    """
    if not passing or not failing:
        return np.zeros(np.shape(p), np.float64)
    total = passing + failing
    held, most = p + f, _entropy(np.array([passing, failing], np.float64), total).sum()
    cells = (p, f, passing - p, failing - f)
    information = most + _entropy(held, total) + _entropy(total - held, total) - sum(_entropy(c, total) for c in cells)
    shares: NDArray[np.float64] = np.sqrt(np.clip(information / most, 0.0, 1.0))
    return shares


@dataclass(frozen=True, slots=True)
class Stratum:
    """The table of one task: runs with the feature that passed (p) and failed (f), and all runs of both groups."""

    p: int
    f: int
    passing: int
    failing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StratifiedTest:
    """The Mantel-Haenszel test of a feature within tasks.

    Attributes:
        tasks: number of tasks that contribute: those with both outcomes in which some runs have it, and some do not.
        p: two-sided. exact: whether it is the exact conditional p; else the sum is treated as normally distributed.
    """

    tasks: int
    p: float
    exact: bool


def mantel_haenszel(strata: Sequence[Stratum]) -> StratifiedTest:
    """Test whether a feature is associated with the outcome within tasks; differences between tasks do not count."""
    telling = [s for s in strata if s.passing and s.failing and 0 < s.p + s.f < s.passing + s.failing]
    if not telling:
        return StratifiedTest(tasks=0, p=1.0, exact=True)
    observed = sum(s.p for s in telling)
    exact = sum(s.passing + s.failing for s in telling) <= _MAX_EXACT_RUNS
    if exact:
        p = _exact_stratified_p(telling, observed)
    else:
        expected = sum((s.p + s.f) * s.passing / (s.passing + s.failing) for s in telling)
        variance = sum(map(_variance, telling))
        deviation = max(abs(observed - expected) - 0.5, 0.0)  # with the correction for continuity
        p = math.erfc(deviation / math.sqrt(2 * variance)) if variance else 1.0
    return StratifiedTest(tasks=len(telling), p=p, exact=exact)


def _exact_stratified_p(strata: Sequence[Stratum], observed: int) -> float:
    """Return the probability of a sum that is at most as likely as the observed one, with all margins fixed."""
    chances, lowest = np.ones(1), 0
    for s in strata:
        chances = np.convolve(chances, _hypergeometric(s.p + s.f, s.passing, s.failing))
        lowest += max(0, s.p + s.f - s.failing)
    at = chances[observed - lowest]
    return float(min(1.0, chances[chances <= at * (1 + _TOLERANCE)].sum()))


def _variance(s: Stratum) -> float:
    total, held = s.passing + s.failing, s.p + s.f
    return s.passing * s.failing * held * (total - held) / (total * total * (total - 1))


def _hypergeometric(size: int, passing: int, failing: int) -> NDArray[np.float64]:
    """Return the probabilities that 0 or more of `size` runs pass, from the smallest possible number on."""
    low, high = max(0, size - failing), min(passing, size)
    n = np.arange(low, high, dtype=np.float64)
    # The ratio of each probability to the one before it; their logarithms do not overflow.
    ratios = np.log((passing - n) * (size - n)) - np.log((n + 1) * (failing - size + n + 1))
    logs = np.concatenate(([0.0], np.cumsum(ratios)))
    chances = np.exp(logs - logs.max())
    shares: NDArray[np.float64] = chances / chances.sum()
    return shares


def _entropy(count: NDArray[np.float64] | NDArray[np.int64], total: int) -> NDArray[np.float64]:
    """Return -x log x of the shares of `total`; 0 for 0."""
    share = np.asarray(count, np.float64) / total
    return -share * np.log(np.where(share > 0, share, 1.0))
