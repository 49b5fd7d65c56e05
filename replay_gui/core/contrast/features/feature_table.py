"""The features of runs as columns, so that a hundred thousand runs are counted in a second."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.contrast.features.feature import Feature, FeatureKind, HeldFeature

KINDS = tuple(FeatureKind)
"""The kinds in the order in which the column `kinds` numbers them."""

NO_SLOT = -1
Number = TypeVar("Number", np.int64, np.uint64)
_SEED = 20_260_101  # seed of the numbers that identify equal sets of runs


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FeatureTable:
    """Features by number, each with the runs for which it holds, in ascending order of the runs.

    Attributes:
        count: number of runs. kinds: uint8, index in KINDS. slots: int32, equal for values of one argument (tool and
        path), NO_SLOT for features that are not arguments.
        starts: int64, one more than features: the start of each feature's runs in the next columns.
        runs: int32, index of the run. indexes: int32, of the event there, or NO_INDEX. calls: int32, see HeldFeature.
        lookup: returns the features with these numbers; slow, for a few features only.
    """

    count: int
    kinds: NDArray[np.uint8]
    slots: NDArray[np.int32]
    starts: NDArray[np.int64]
    runs: NDArray[np.int32]
    indexes: NDArray[np.int32]
    calls: NDArray[np.int32]
    lookup: Callable[[Sequence[int]], list[Feature]]

    def __len__(self) -> int:
        return len(self.kinds)

    @property
    def sizes(self) -> NDArray[np.int64]:
        """The number of runs for which each feature holds."""
        return np.diff(self.starts)

    def runs_of(self, feature: int) -> NDArray[np.int32]:
        """Return the runs that have a feature."""
        return self.runs[self.starts[feature] : self.starts[feature + 1]]

    def index_in(self, feature: int, run: int) -> int:
        """Return the EventIndex of a feature in a run that has it."""
        start = self.starts[feature]
        return int(self.indexes[start + np.searchsorted(self.runs_of(feature), run)])

    def counts(self, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return how many of the chosen runs have each feature."""
        return self._sums(chosen[self.runs], np.int64)

    def call_counts(self) -> NDArray[np.int64]:
        """Return the sum of `calls` of each feature."""
        return self._sums(self.calls, np.int64)

    def set_marks(self, chosen: NDArray[np.bool_]) -> NDArray[np.uint64]:
        """Return a number for each feature, equal for features of equal chosen runs, and otherwise different.

        Two different sets have equal numbers with a probability of about one in 2**64.
        """
        numbers = np.random.default_rng(_SEED).integers(0, 1 << 64, self.count, np.uint64)
        return self._sums(np.where(chosen, numbers, np.uint64(0))[self.runs], np.uint64)

    def of_runs(self, chosen: NDArray[np.bool_]) -> FeatureTable:
        """Return the table of the chosen runs, renumbered, with the features that any of them has."""
        kept = chosen[self.runs]
        owners = np.repeat(np.arange(len(self)), self.sizes)[kept]
        places = np.cumsum(chosen) - 1
        features, sizes = np.unique(owners, return_counts=True)
        numbers = features.tolist()
        lookup = self.lookup

        def lookup_chosen(wanted: Sequence[int]) -> list[Feature]:
            return lookup([numbers[number] for number in wanted])

        return FeatureTable(
            count=int(chosen.sum()),
            kinds=self.kinds[features],
            slots=self.slots[features],
            starts=np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
            runs=places[self.runs[kept]].astype(np.int32),
            indexes=self.indexes[kept],
            calls=self.calls[kept],
            lookup=lookup_chosen,
        )

    def joined(self, other: FeatureTable) -> FeatureTable:
        """Return the table with the features of both tables, which have the same runs and no common feature."""
        own = len(self)

        def lookup_both(wanted: Sequence[int]) -> list[Feature]:
            mine = iter(self.lookup([number for number in wanted if number < own]))
            others = iter(other.lookup([number - own for number in wanted if number >= own]))
            return [next(mine if number < own else others) for number in wanted]

        return FeatureTable(
            count=self.count,
            kinds=np.concatenate((self.kinds, other.kinds)),
            slots=np.concatenate((self.slots, other.slots)),
            starts=np.concatenate((self.starts, self.starts[-1] + other.starts[1:])),
            runs=np.concatenate((self.runs, other.runs)),
            indexes=np.concatenate((self.indexes, other.indexes)),
            calls=np.concatenate((self.calls, other.calls)),
            lookup=lookup_both,
        )

    def gathered(
        self, features: NDArray[np.int64], chosen: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return (runs, starts): the chosen runs of some features, one feature after the other, renumbered.

        Each of the features must have a chosen run.
        """
        sizes = self.sizes[features]
        shifts = self.starts[features] - np.concatenate(([0], np.cumsum(sizes)[:-1]))
        runs = self.runs[np.repeat(shifts, sizes) + np.arange(sizes.sum())]
        if not chosen.all():
            kept = chosen[runs]
            owners = np.repeat(np.arange(len(features)), sizes)[kept]
            sizes = np.bincount(owners, minlength=len(features))
            runs = (np.cumsum(chosen) - 1)[runs[kept]].astype(np.int32)
        return runs, np.concatenate(([0], np.cumsum(sizes)))[:-1].astype(np.int64)

    def _sums(self, values: NDArray[Any], dtype: type[Number]) -> NDArray[Number]:
        """Return the sum of the values of each feature; every feature has at least one run."""
        if not len(self):
            return np.zeros(0, dtype)
        sums: NDArray[Number] = np.add.reduceat(values, self.starts[:-1], dtype=dtype)
        return sums


def feature_table(features_of_runs: Iterable[Sequence[HeldFeature]]) -> FeatureTable:
    """Return the table of runs, each given as its features."""
    numbers: dict[Feature, int] = {}
    owners, runs, indexes, calls = list[int](), list[int](), list[int](), list[int]()
    count = 0
    for run, held_features in enumerate(features_of_runs):
        count += 1
        for held in held_features:
            owners.append(numbers.setdefault(held.feature, len(numbers)))
            runs.append(run)
            indexes.append(held.index)
            calls.append(held.calls)
    features = list(numbers)
    order = np.lexsort((np.array(runs, np.int32), np.array(owners, np.int64)))
    sizes = np.bincount(np.array(owners, np.int64), minlength=len(features))
    return FeatureTable(
        count=count,
        kinds=np.array([KIND_NUMBERS[feature.kind] for feature in features], np.uint8),
        slots=_slots(features),
        starts=np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
        runs=np.array(runs, np.int32)[order],
        indexes=np.array(indexes, np.int32)[order],
        calls=np.array(calls, np.int32)[order],
        lookup=lambda wanted: [features[number] for number in wanted],
    )


KIND_NUMBERS: dict[str, int] = {kind: number for number, kind in enumerate(KINDS)}


def _slots(features: Sequence[Feature]) -> NDArray[np.int32]:
    places: dict[tuple[str, str], int] = {}
    slots = np.full(len(features), NO_SLOT, np.int32)
    for number, feature in enumerate(features):
        if feature.kind == FeatureKind.CHANGED_WITH:
            slots[number] = places.setdefault((feature.tool, feature.path), len(places))
    return slots
