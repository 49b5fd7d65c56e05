"""Tokens and cost of a run over time, event by event, as columns that can be sent between processes."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.facts.run_measures import cached_tokens
from replay_gui.core.facts.run_totals import UNKNOWN, UseScope, use_of
from replay_gui.core.log.positions import Position

MAX_ENTRIES = 1 << 20  # entries in each column; in longer runs, neighbours are summed
_MAX_TOKENS = 1 << 40  # tokens of one event; with larger counts, sums as float64 would not be exact


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """The events that used tokens or money, in their order; columns as little-endian bytes, empty if unknown.

    Attributes:
        positions: int32[n], of the events with tokens. cached, uncached, output: float64[n], tokens of each: input read
            from a cache, other input, and output.
        paid: int32[m], positions of the events with a cost. cost: float64[m], dollars of each.
        models: names, "" if an event names none. model: int32[n], paid_model: int32[m], indexes into it; empty if
            neighbours were summed, since these may be of several models.
    """

    positions: bytes = b""
    uncached: bytes = b""
    cached: bytes = b""
    output: bytes = b""
    paid: bytes = b""
    cost: bytes = b""
    models: tuple[str, ...] = ()
    model: bytes = b""
    paid_model: bytes = b""

    @property
    def known(self) -> bool:
        """Whether any tokens or any cost are known."""
        return bool(self.positions or self.paid)


class SpendingBuilder:
    """Collect the tokens and the cost of events; of the scopes of RunTotals, the first with any numbers is used.

    Tokens called "input", or without a name, are input; those read from a cache are a part of it. Other names than
    "output" are ignored, since they are parts of these.
    """

    def __init__(self) -> None:
        self._tokens = [_Columns(3) for _ in UseScope]
        self._costs = [_Columns(1) for _ in UseScope]
        self._models: dict[str, int] = {}

    def add_event(self, position: Position, kind: str, meta: Mapping[str, Any]) -> None:
        """Add the tokens and the cost that the event at a position has in its meta."""
        scope, tokens, cost = use_of(kind, meta)
        name = meta.get("model")
        model = self._models.setdefault(name if isinstance(name, str) else UNKNOWN, len(self._models))
        if any(tokens.values()):  # counts of 0 are not shown
            cached = _bounded(cached_tokens(tokens) or 0)
            uncached = max(_bounded(tokens.get("input", 0) + tokens.get("", 0)) - cached, 0.0)
            self._tokens[scope].add(position, model, [uncached, cached, _bounded(tokens.get("output", 0))])
        if cost:
            self._costs[scope].add(position, model, [cost])

    def build(self) -> Spending:
        """Return the columns of the first scope with tokens, and of the first scope with a cost."""
        tokens = next((columns for columns in self._tokens if columns.positions), self._tokens[0])
        costs = next((columns for columns in self._costs if columns.positions), self._costs[0])
        (positions, *counts), (paid, cost) = tokens.as_bytes(), costs.as_bytes()
        uncached, cached, output = counts
        return Spending(
            positions=positions,
            uncached=uncached,
            cached=cached,
            output=output,
            paid=paid,
            cost=cost,
            models=tuple(self._models),
            model=tokens.models_as_bytes(),
            paid_model=costs.models_as_bytes(),
        )


def _bounded(count: int) -> float:
    return float(min(max(count, 0), _MAX_TOKENS))


class _Columns:
    """Positions, and values at each; once there are 2 * MAX_ENTRIES of them, neighbours are summed in pairs."""

    def __init__(self, width: int) -> None:
        self.positions = array("i")
        self._models: array[int] | None = array("i")  # None once neighbours were summed
        self._values = [array("d") for _ in range(width)]

    def add(self, position: Position, model: int, values: list[float]) -> None:
        self.positions.append(position)
        if self._models is not None:
            self._models.append(model)
        for column, value in zip(self._values, values, strict=True):
            column.append(value)
        if len(self.positions) >= 2 * MAX_ENTRIES:
            self.positions = self.positions[::2]
            self._models = None
            self._values = [array("d", _pair_sums(np.frombuffer(column)).tobytes()) for column in self._values]

    def models_as_bytes(self) -> bytes:
        return b"" if self._models is None else np.frombuffer(self._models, np.intc).astype("<i4").tobytes()

    def as_bytes(self) -> list[bytes]:
        positions = np.frombuffer(self.positions, np.intc).astype("<i4").tobytes()
        return [positions, *(np.frombuffer(column).astype("<f8").tobytes() for column in self._values)]


def _pair_sums(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(values.reshape(-1, 2).sum(axis=1))
