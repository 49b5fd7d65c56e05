"""Runs without outcomes: what most of them did, and which of them are unlike the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.contrast.feature import CONSEQUENTIAL, Feature, FeatureKind
from replay_gui.core.contrast.feature_table import KINDS, FeatureTable
from replay_gui.core.contrast.feature_words import feature_words
from replay_gui.core.contrast.run_set import RunSet
from replay_gui.core.contrast.separation import tiers_of

_MAX_WORDS = 5  # features in words
_MAX_OUTLIERS = 40
_RESULT_TIERS = 3  # actions, results, handing over


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlier:
    """A run that is unlike the others.

    Attributes:
        run: its number. unlike: 0 to 1, the mean share of the other runs that differ from it in what was done or
            resulted. alone: what it alone, or with few others, did; lacks: what most others did, and it did not.
    """

    run: int
    unlike: float
    alone: tuple[str, ...]
    lacks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Consensus:
    """What runs agree on.

    Attributes:
        same: the runs, by number, that made the very same changes, of the largest such group. of: all runs.
        shared: what more than half of the runs did, in words. outliers: the runs that are most unlike the others.
    """

    same: tuple[int, ...]
    of: int
    shared: tuple[str, ...]
    outliers: tuple[Outlier, ...]


def consensus(runs: RunSet, chosen: Sequence[int]) -> Consensus:
    """Return what the chosen runs, such as those of one task, agree on, whatever their outcomes."""
    numbers = sorted(chosen)
    mask = np.zeros(len(runs), np.bool_)
    mask[numbers] = True
    table = runs.table.of_runs(mask)
    count = len(numbers)
    if not count:
        return Consensus((), 0, (), ())
    results = np.flatnonzero((tiers_of(table) <= _RESULT_TIERS) & (table.kinds != KINDS.index(FeatureKind.NET)))
    sizes = table.sizes
    telling = results[sizes[results] < count]
    others = max(count - 1, 1)
    unlike = np.full(count, float(sizes[telling].sum()))  # as of a run that has none of the features
    for feature in telling.tolist():
        unlike[table.runs_of(feature)] += count - 2.0 * sizes[feature]
    unlike /= max(len(telling), 1) * others
    actions = results[tiers_of(table)[results] <= CONSEQUENTIAL]
    common = _named(table, actions[2 * sizes[actions] > count], most_first=True)
    order = np.argsort(-unlike, kind="stable")[:_MAX_OUTLIERS]
    outliers = []
    for run in order.tolist():
        if unlike[run] <= 0:
            break
        own = [feature for feature in telling.tolist() if 2 * sizes[feature] <= count and run in table.runs_of(feature)]
        rare = _named(table, np.array(own, np.int64), most_first=False)
        lacking = [name for number, name in common if run not in table.runs_of(number)]
        outliers.append(
            Outlier(
                run=numbers[run],
                unlike=float(unlike[run]),
                alone=tuple(feature_words(name) for _, name in rare[:_MAX_WORDS]),
                lacks=tuple(map(feature_words, lacking[:_MAX_WORDS])),
            )
        )
    return Consensus(
        _largest_equal_group(runs, numbers),
        count,
        tuple(feature_words(name) for _, name in common[:_MAX_WORDS]),
        tuple(outliers),
    )


def _named(table: FeatureTable, features: NDArray[np.int64], *, most_first: bool) -> list[tuple[int, Feature]]:
    """Return features with their names, by how many runs have them, then by name."""
    numbers = features.tolist()
    sizes = table.sizes[features].tolist()
    sign = -1 if most_first else 1
    ordered = sorted(zip((sign * size for size in sizes), table.lookup(numbers), numbers, strict=True))
    return [(number, name) for _, name, number in ordered]


def _largest_equal_group(runs: RunSet, numbers: Sequence[int]) -> tuple[int, ...]:
    """Return the runs of the largest group with the same net changes; a run without changes has none."""
    table = runs.table
    net = np.flatnonzero(table.kinds == KINDS.index(FeatureKind.NET)).tolist()
    chosen = set(numbers)
    groups = [tuple(run for run in table.runs_of(feature).tolist() if run in chosen) for feature in net]
    without = tuple(sorted(chosen - {run for group in groups for run in group}))
    return max([*groups, without], key=len, default=())
