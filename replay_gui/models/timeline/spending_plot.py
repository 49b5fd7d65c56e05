"""Tokens and cost along the timeline: sums over any range of a run, by a few look-ups."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.facts.spending import Spending
from replay_gui.core.log.positions import Position
from replay_gui.core.translation.numbers import decimal_number, significant_number
from replay_gui.models.timeline.lanes import indexes_before

if TYPE_CHECKING:
    from replay_gui.models.timeline.timeline_axis import FloatArray

_STEPS = (1, 1.5, 2, 3, 4, 5, 6, 8, 10, 15)


@dataclass(frozen=True, slots=True)
class ModelSpending:
    """The usage of a model ("" if unknown): answers, tokens by sort, dollars or None if unknown."""

    model: str
    answers: int
    _: KW_ONLY
    uncached: float
    cached: float
    output: float
    cost: float | None


@dataclass(frozen=True, slots=True, eq=False)
class SpendingPlot:
    """Tokens and cost, summed up from the run's start.

    Attributes:
        positions: int32[n], ascending. sums: float64[3, n + 1]: tokens of uncached input, of cached input,
            and of the output, before each of them.
        paid: int32[m], ascending. spent: float64[m + 1], dollars before each of them.
        models: names; model: int32[n], paid_model: int32[m], indexes into them, None if it is not known.
    """

    positions: NDArray[np.int32]
    sums: FloatArray
    paid: NDArray[np.int32]
    spent: FloatArray
    _: KW_ONLY
    models: tuple[str, ...] = ()
    model: NDArray[np.int32] | None = None
    paid_model: NDArray[np.int32] | None = None

    @classmethod
    def of(cls, spending: Spending) -> SpendingPlot:
        """Sum up a run's spending, in time linear in its entries."""
        counts = [np.frombuffer(column, "<f8") for column in (spending.uncached, spending.cached, spending.output)]
        return cls(
            np.frombuffer(spending.positions, "<i4").astype(np.int32),
            _summed(np.stack(counts)),
            np.frombuffer(spending.paid, "<i4").astype(np.int32),
            _summed(np.frombuffer(spending.cost, "<f8")[None])[0],
            models=spending.models,
            model=_model_of(spending.model, spending.positions),
            paid_model=_model_of(spending.paid_model, spending.paid),
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
        """Return float64[3, len(positions)]: the tokens at each of these positions, in the order of `sums`."""
        at = np.searchsorted(self.positions, positions)
        return np.asarray(self.sums[:, at + 1] - self.sums[:, at])

    def positions_between(self, start: float, stop: float) -> NDArray[np.int32]:
        """Return the positions from start to stop at which tokens were used."""
        begin, end = indexes_before(self.positions, (start, stop + 0.5)).tolist()
        return self.positions[begin:end]

    def by_model(self, first: Position, last: Position) -> list[ModelSpending]:
        """Return the usage of each model from one position to another (inclusive), those with most tokens first.

        If the usage by model is unknown, one entry without a name has all of it.
        """
        tokens = slice(*indexes_before(self.positions, (first, last + 1)).tolist())
        paid = slice(*indexes_before(self.paid, (first, last + 1)).tolist())
        known = self.model is not None and self.paid_model is not None
        model = self.model[tokens] if known and self.model is not None else np.zeros_like(self.positions[tokens])
        payer = self.paid_model[paid] if known and self.paid_model is not None else np.zeros_like(self.paid[paid])
        names = self.models if known else ("",)
        count = np.bincount(model, minlength=len(names))
        counts = [np.bincount(model, part[tokens], len(names)) for part in np.diff(self.sums, axis=1)]
        dollars = np.bincount(payer, np.diff(self.spent)[paid], len(names))
        payments = np.bincount(payer, minlength=len(names))
        used = [
            ModelSpending(
                name,
                int(count[n]),
                uncached=float(counts[0][n]),
                cached=float(counts[1][n]),
                output=float(counts[2][n]),
                cost=float(dollars[n]) if payments[n] else None,
            )
            for n, name in enumerate(names)
            if count[n] or payments[n]
        ]
        return sorted(used, key=lambda use: (-use.uncached - use.cached - use.output, use.model))

    def cost_before(self, bounds: FloatArray) -> FloatArray:
        """Return the dollars spent before each of these positions."""
        return np.asarray(self.spent[indexes_before(self.paid, bounds)])


def _model_of(model: bytes, positions: bytes) -> NDArray[np.int32] | None:
    return np.frombuffer(model, "<i4") if len(model) == len(positions) else None


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
            return f"{significant_number(count / size, 3)} {unit}"
    return decimal_number(count, 0)
