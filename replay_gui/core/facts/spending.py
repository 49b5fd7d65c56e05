"""What a run used over time: tokens and cost, event by event, as columns that travel between processes."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.facts.run_measures import cached_tokens
from replay_gui.core.facts.run_totals import SCOPES, use_of

MAX_ENTRIES = 1 << 20  # entries kept of each sort; of longer runs neighbours are taken together
_MAX_TOKENS = 1 << 40  # of one event: more is no count, and sums of it would not be exact


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """Who used tokens and money, in the run's order; columns as little-endian bytes, empty where nothing is known.

    Attributes:
        positions: int32, of the events that tell of tokens. input, output, cached: float64, how many each.
        paid: int32, positions of the events that tell of a cost. cost: float64, dollars each.
    """

    positions: bytes = b""
    input: bytes = b""
    output: bytes = b""
    cached: bytes = b""
    paid: bytes = b""
    cost: bytes = b""

    @property
    def known(self) -> bool:
        """Whether anything is."""
        return bool(self.positions or self.paid)


class SpendingBuilder:
    """Collects what events say; of the places where a source says the same (see RunTotals) the first that speaks.

    What was read from a cache is `cached`, and a part of the input; "input" and what has no name are `input`; "output"
    is `output`. Others are parts of these.
    """

    def __init__(self) -> None:
        self._tokens = [_Columns(3) for _ in SCOPES]
        self._costs = [_Columns(1) for _ in SCOPES]

    def add_event(self, position: int, kind: str, meta: Mapping[str, Any]) -> None:
        """Add the tokens and the cost that the event at a position has in its meta."""
        scope, tokens, cost = use_of(kind, meta)
        if tokens:
            counts = tokens.get("input", 0) + tokens.get("", 0), tokens.get("output", 0), cached_tokens(tokens) or 0
            self._tokens[scope].add(position, [float(min(max(count, 0), _MAX_TOKENS)) for count in counts])
        if cost:  # nothing is no spending, and a run that cost nothing has nothing to show
            self._costs[scope].add(position, [cost])

    def build(self) -> Spending:
        """Return the columns of the first scope with tokens, and of the first scope with a cost."""
        tokens = next((columns for columns in self._tokens if columns.positions), self._tokens[0])
        costs = next((columns for columns in self._costs if columns.positions), self._costs[0])
        (positions, *counts), (paid, cost) = tokens.as_bytes(), costs.as_bytes()
        return Spending(positions=positions, input=counts[0], output=counts[1], cached=counts[2], paid=paid, cost=cost)


class _Columns:
    """Positions, and values at each; once there are 2 * MAX_ENTRIES of them, neighbours are added up in pairs."""

    def __init__(self, width: int) -> None:
        self.positions = array("i")
        self._values = [array("d") for _ in range(width)]

    def add(self, position: int, values: list[float]) -> None:
        self.positions.append(position)
        for column, value in zip(self._values, values, strict=True):
            column.append(value)
        if len(self.positions) >= 2 * MAX_ENTRIES:
            self.positions = self.positions[::2]
            self._values = [array("d", _pair_sums(np.frombuffer(column)).tobytes()) for column in self._values]

    def as_bytes(self) -> list[bytes]:
        positions = np.frombuffer(self.positions, np.intc).astype("<i4").tobytes()
        return [positions, *(np.frombuffer(column).astype("<f8").tobytes() for column in self._values)]


def _pair_sums(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(values.reshape(-1, 2).sum(axis=1))
