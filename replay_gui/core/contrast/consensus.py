"""Runs without outcomes: what most of them did, and which runs differ from the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.contrast.features.feature import CONSEQUENTIAL, Feature, FeatureKind
from replay_gui.core.contrast.features.feature_table import KINDS, FeatureTable
from replay_gui.core.contrast.features.feature_words import feature_words
from replay_gui.core.contrast.run_set import RunSet
from replay_gui.core.contrast.separation import tiers_of
from replay_gui.core.translation.messages import tr, trn
from replay_gui.core.translation.numbers import whole_number

MIN_AGREEING = 2
"""Runs of which it can be said that they agree."""

_MAX_WORDED_FEATURES = 5  # features that are put into words
_MAX_RARE_FEATURES = 200  # candidates for them
_MAX_OUTLIERS = 40
_RESULT_TIERS = 3  # actions, results, submissions


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlier:
    """A run that differs from the others.

    Attributes:
        run: its number. unlike: 0 to 1, the mean share of the other runs that differ from it in actions or results.
            alone: what only this run, or few others, did. lacks: what most others did, and this run did not.
    """

    run: int
    unlike: float
    alone: tuple[str, ...]
    lacks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Consensus:
    """The common actions of runs, and the outliers.

    Attributes:
        same: the runs, by number, of the largest group that made exactly the same changes. of: all runs.
        shared: what more than half of the runs did, in words. outliers: the runs that differ most from the others.
    """

    same: tuple[int, ...]
    of: int
    shared: tuple[str, ...]
    outliers: tuple[Outlier, ...]

    @property
    def same_words(self) -> str:
        """``4 of 5 runs made the very same changes``."""
        if len(self.same) < 2 <= self.of:
            return tr("no two of {number} runs made the very same changes", number=whole_number(self.of))
        return trn(
            "{number} of {n} run made the very same changes",
            "{number} of {n} runs made the very same changes",
            self.of,
            number=whole_number(len(self.same)),
        )


def consensus(runs: RunSet, chosen: Sequence[int]) -> Consensus:
    """Return what the chosen runs, such as those of one task, have in common, whatever their outcomes."""
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
    of_telling, starts = table.gathered(telling, np.ones(count, np.bool_))
    lengths = np.diff(starts, append=len(of_telling))
    unlike = np.full(count, float(sizes[telling].sum()))  # the value for a run without any of the features
    unlike += np.bincount(of_telling, np.repeat(count - 2.0 * sizes[telling], lengths), count)
    unlike /= max(len(telling), 1) * others
    actions = results[tiers_of(table)[results] <= CONSEQUENTIAL]
    common = _named(table, actions[2 * sizes[actions] > count], most_first=True)
    order = np.argsort(-unlike, kind="stable")[:_MAX_OUTLIERS]
    rare_owners = np.repeat(np.where(2 * sizes[telling] <= count, telling, -1), lengths)
    outliers = []
    for run in order.tolist():
        if unlike[run] <= 0:
            break
        own = rare_owners[(of_telling == run) & (rare_owners >= 0)]
        rarest = own[np.argsort(sizes[own], kind="stable")][:_MAX_RARE_FEATURES]
        rare = _named(table, rarest, most_first=False)
        lacking = [name for number, name in common if run not in table.runs_of(number)]
        outliers.append(
            Outlier(
                run=numbers[run],
                unlike=float(unlike[run]),
                alone=tuple(feature_words(name) for _, name in rare[:_MAX_WORDED_FEATURES]),
                lacks=tuple(map(feature_words, lacking[:_MAX_WORDED_FEATURES])),
            )
        )
    return Consensus(
        _largest_equal_group(table, numbers),
        count,
        tuple(feature_words(name) for _, name in common[:_MAX_WORDED_FEATURES]),
        tuple(outliers),
    )


def _named(table: FeatureTable, features: NDArray[np.int64], *, most_first: bool) -> list[tuple[int, Feature]]:
    """Return features with their names, sorted by the number of runs that have them, then by name."""
    numbers = features.tolist()
    sizes = table.sizes[features].tolist()
    sign = -1 if most_first else 1
    ordered = sorted(zip((sign * size for size in sizes), table.lookup(numbers), numbers, strict=True))
    return [(number, name) for _, name, number in ordered]


def _largest_equal_group(table: FeatureTable, numbers: Sequence[int]) -> tuple[int, ...]:
    """Return the runs of the largest group with the same net changes; a run without changes has none."""
    net = np.flatnonzero(table.kinds == KINDS.index(FeatureKind.NET)).tolist()
    groups = [table.runs_of(feature).tolist() for feature in net]
    without = sorted(set(range(len(numbers))).difference(*groups))
    return tuple(numbers[run] for run in max([*groups, without], key=len, default=[]))
