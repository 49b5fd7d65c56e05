"""A permutation test: how clearly features separate runs whose outcomes are assigned at random."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.contrast.features.feature_table import FeatureTable
from replay_gui.core.contrast.statistics import strengths
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number

MAX_EXACT_LABELLINGS = 5_000  # labellings; of more, a sample is drawn
_MAX_DRAWN_LABELLINGS, _MIN_DRAWN_LABELLINGS = 1_000, 20
_LABELLINGS_FOR_TIER = 100  # labellings for which a tier must be affordable to be examined
_MAX_OPERATIONS = 40_000_000  # the largest number of table entries times labellings
_BLOCK_OPERATIONS = 8_000_000  # the same, at once
_SEED = 20_260_102
_TOLERANCE = 1e-9  # strengths with a smaller difference count as equal


@dataclass(frozen=True, slots=True)
class ByChance:
    """The number of labellings out of `of` that separate as clearly. exact: all possible ones, including the real one.

    Otherwise they are a random sample, always the same one.
    """

    as_clear: int
    of: int
    exact: bool

    @property
    def words(self) -> str:
        """``2 of 6``, or ``3 of 1,000 drawn``."""
        counts = {"number": whole_number(self.as_clear), "total": whole_number(self.of)}
        return tr("{number} of {total}", **counts) if self.exact else tr("{number} of {total} drawn", **counts)


@dataclass(frozen=True, slots=True, eq=False)
class Labellings:
    """The clearest separation in each labelling, by tier: `clearest[tier - 1]` is over features of up to that tier.

    Valid for strengths from `min_strength` on: weaker features were left out. With many runs, high tiers are missing.
    """

    clearest: NDArray[np.float64]
    exact: bool
    min_strength: float

    def by_chance(self, strength: float, tier: int) -> ByChance | None:
        """Return the number of labellings in which a feature of up to this tier separates as clearly.

        None if features of the tier were left out.
        """
        if tier > len(self.clearest):
            return None
        row = self.clearest[tier - 1]
        return ByChance(int((row >= strength - _TOLERANCE).sum()), len(row), self.exact)


def labellings(
    table: FeatureTable,
    features: NDArray[np.int64],
    known: NDArray[np.bool_],
    failing: int,
    *,
    sizes: NDArray[np.int64],
    tiers: NDArray[np.int64],
    min_strength: float,
) -> Labellings:
    """Assign the outcomes to the runs again, in all possible ways or in a random sample.

    Args:
        features: numbers of those to examine, each set of runs once; `sizes`: how many runs with an outcome each has,
            `tiers`: of each. known: the runs that have an outcome. failing: the number of these that fail.
        min_strength: the smallest strength that will be requested.
    """
    total = int(known.sum())
    passing = total - failing
    able = np.flatnonzero(_largest_strengths(sizes, passing, failing) >= min_strength - _TOLERANCE)
    able = able[np.argsort(tiers[able], kind="stable")]
    ways = _ways(total, failing)
    highest = _highest_tier(sizes[able], tiers[able], min(ways, _LABELLINGS_FOR_TIER))
    able = able[tiers[able] <= highest]
    entries = max(int(sizes[able].sum()), 1)
    exact = ways <= MAX_EXACT_LABELLINGS and ways * entries <= _MAX_OPERATIONS
    number = ways if exact else int(np.clip(_MAX_OPERATIONS // entries, _MIN_DRAWN_LABELLINGS, _MAX_DRAWN_LABELLINGS))
    clearest = np.zeros((highest, number))
    runs, starts = table.gathered(features[able], known)
    done = 0
    for block in _blocks(total, failing, exact, number, max(_BLOCK_OPERATIONS // entries, 1)):
        if len(able):
            failed = np.add.reduceat(block[:, runs], starts, axis=1, dtype=np.int32).astype(np.int64)
            clear = strengths(sizes[able] - failed, failed, passing, failing)
            for tier in range(1, len(clearest) + 1):
                of_tier = clear[:, : np.searchsorted(tiers[able], tier, side="right")]
                clearest[tier - 1, done : done + len(block)] = of_tier.max(axis=1, initial=0.0)
        done += len(block)
    return Labellings(clearest, exact, min_strength)


def _ways(total: int, failing: int) -> int:
    """Return the number of ways to assign the outcomes; a number above MAX_EXACT_LABELLINGS if there are more."""
    return math.comb(total, failing) if min(failing, total - failing) <= 2 or total <= 64 else MAX_EXACT_LABELLINGS + 1


def _highest_tier(sizes: NDArray[np.int64], tiers: NDArray[np.int64], number: int) -> int:
    """Return the highest tier up to which all features can be tried in that many labellings; at least the first."""
    highest = int(tiers.max(initial=1))
    while highest > 1 and int(sizes[tiers <= highest].sum()) * number > _MAX_OPERATIONS:
        highest -= 1
    return highest


def _largest_strengths(sizes: NDArray[np.int64], passing: int, failing: int) -> NDArray[np.float64]:
    """Return the largest possible strength of a feature with that many runs."""
    most, least = np.minimum(sizes, passing), np.maximum(sizes - failing, 0)
    return np.maximum(
        strengths(most, sizes - most, passing, failing), strengths(least, sizes - least, passing, failing)
    )


def _blocks(total: int, failing: int, exact: bool, number: int, size: int) -> Iterator[NDArray[np.bool_]]:
    """Yield labellings, at most `size` at once: one row each, true if a run fails."""
    if exact:
        ways = combinations(range(total), failing)
        while chosen := list(islice(ways, size)):
            block = np.zeros((len(chosen), total), np.bool_)
            block[np.arange(len(chosen))[:, None], np.array(chosen, np.int64).reshape(len(chosen), failing)] = True
            yield block
        return
    random = np.random.default_rng(_SEED)
    labels = np.arange(total) < failing
    for first in range(0, number, size):
        yield random.permuted(np.tile(labels, (min(size, number - first), 1)), axis=1)
