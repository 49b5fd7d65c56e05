"""Tokens and cost along the timeline: sums over any stretch of a run, at the cost of a few look-ups."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.facts.spending import Spending
from replay_gui.models.timeline.lanes import indexes_before
from replay_gui.models.timeline.timeline_axis import FloatArray

_STEPS = (1, 1.5, 2, 3, 4, 5, 6, 8, 10, 15)


@dataclass(frozen=True, slots=True, eq=False)
class SpendingPlot:
    """Tokens and cost, summed up from the run's start.

    Attributes:
        positions: int32[n], ascending. sums: float64[3, n + 1]: tokens of the input that was read anew, of
            that from a cache, and of the output, before each of them.
        paid: int32[m], ascending. spent: float64[m + 1], dollars before each of them.
    """

    positions: NDArray[np.int32]
    sums: FloatArray
    paid: NDArray[np.int32]
    spent: FloatArray

    @classmethod
    def of(cls, spending: Spending) -> SpendingPlot:
        """Sum up a run's spending, in time linear in its entries."""
        counts = [np.frombuffer(column, "<f8") for column in (spending.uncached, spending.cached, spending.output)]
        return cls(
            np.frombuffer(spending.positions, "<i4").astype(np.int32),
            _summed(np.stack(counts)),
            np.frombuffer(spending.paid, "<i4").astype(np.int32),
            _summed(np.frombuffer(spending.cost, "<f8")[None])[0],
        )

    @property
    def tokens(self) -> float:
        """The tokens of the whole run."""
        return float(self.sums[:, -1].sum())

    @property
    def cost(self) -> float:
        """The cost of the whole run, in dollars."""
        return float(self.spent[-1])

    def used(self, bounds: FloatArray) -> FloatArray:
        """Return float64[3, len(bounds) - 1]: the tokens between consecutive `bounds`, in the order of `sums`."""
        return np.diff(self.sums[:, indexes_before(self.positions, bounds)], axis=1)

    def used_at(self, positions: NDArray[np.int32]) -> FloatArray:
        """Return float64[3, len(positions)]: the same at each of these positions, which must have tokens."""
        at = np.searchsorted(self.positions, positions)
        return np.asarray(self.sums[:, at + 1] - self.sums[:, at])

    def positions_between(self, start: float, stop: float) -> NDArray[np.int32]:
        """Return the positions from start to stop at which tokens were used."""
        begin, end = indexes_before(self.positions, (start, stop + 0.5)).tolist()
        return self.positions[begin:end]

    def cost_before(self, bounds: FloatArray) -> FloatArray:
        """Return the dollars spent before each of these positions."""
        return np.asarray(self.spent[indexes_before(self.paid, bounds)])


def _summed(values: FloatArray) -> FloatArray:
    return np.concatenate((np.zeros((len(values), 1)), np.cumsum(values, axis=1)), axis=1)


def round_up(value: float) -> float:
    """Return the end of a scale: the first of 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, … not less than a value > 0."""
    ten = 10.0 ** math.floor(math.log10(value))
    return next((ten * step for step in _STEPS if ten * step >= value), 20 * ten)


def token_words(count: float) -> str:
    """Return a number of tokens as a short text: 1.2 M, 34 k, 560."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if count >= size * 0.9995:
            return f"{count / size:.3g} {unit}"
    return f"{count:,.0f}"
