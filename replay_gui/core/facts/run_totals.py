"""Tokens and cost of a run by model, from the meta of its events."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, TypeVar

from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import WITHHELD_REASONING, is_custom
from replay_gui.core.translation.messages import tr

COSTS = ("cost", "cost_usd", "total_cost", "total_cost_usd")
UNKNOWN = ""  # the model's name, if an event names none

_Sum = TypeVar("_Sum")
_WHOLE_RUN = "/result"  # endings of kinds whose numbers are for the whole run


class UseScope(IntEnum):
    """The scope of the numbers in an event."""

    STEP = 0
    LINE = 1  # a separate line for an earlier step
    RUN = 2


@dataclass(slots=True)
class ModelUse:
    """One model. tokens: by sort ("input", "output", …; "" if it has none). cost: in dollars, None if unknown."""

    model: str
    events: int = 0
    tokens: dict[str, int] = field(default_factory=dict)
    cost: float | None = None


class RunTotals:
    """The current sum over a run's events.

    Sources record the same numbers in up to three places: in each step, on separate lines, and once for the whole run.
    Only the first of these with any numbers but 0 is counted, for tokens and for cost separately. But a stream may
    record a step's output before it is complete, and leave out steps of subagents: if one event records the whole run
    and has more output, its numbers count, as far as they are larger.
    """

    def __init__(self) -> None:
        self._tokens: tuple[dict[str, dict[str, int]], ...] = ({}, {}, {})
        self._costs: tuple[dict[str, float], ...] = ({}, {}, {})
        self._events: dict[str, int] = {}
        self._sums = 0  # events with numbers of the whole run

    def add_event(self, event: Event) -> None:
        """Add the tokens and the cost of one event."""
        self.add_meta(event.kind, event.meta)

    def add_meta(self, kind: str, meta: Mapping[str, Any]) -> None:
        """Add the tokens and the cost that an event of this kind has in its meta."""
        scope, tokens, cost = use_of(kind, meta)
        if not tokens and cost is None:
            return
        model = meta.get("model")
        name = model if isinstance(model, str) else UNKNOWN
        self._sums += scope == UseScope.RUN
        if scope == UseScope.STEP:
            self._events[name] = self._events.get(name, 0) + 1
        if tokens:
            sums = self._tokens[scope].setdefault(name, {})
            for sort, count in tokens.items():
                sums[sort] = sums.get(sort, 0) + count
        if cost is not None:
            self._costs[scope][name] = self._costs[scope].get(name, 0.0) + cost

    def uses(self) -> tuple[ModelUse, ...]:
        """The use of each model, in the order of their appearance; empty if neither tokens nor cost are known."""
        tokens = _first_with_numbers(self._tokens, lambda counts: not any(counts.values()))
        output = sum(sums.get("output", 0) for sums in self._tokens[UseScope.RUN].values())
        if self._sums == 1 and len(tokens) == 1 and output > sum(sums.get("output", 0) for sums in tokens.values()):
            whole = {sort: count for sums in self._tokens[UseScope.RUN].values() for sort, count in sums.items()}
            ((name, sums),) = tokens.items()
            tokens = {name: {sort: max(sums.get(sort, 0), whole.get(sort, 0)) for sort in {**sums, **whole}}}
        costs = _first_with_numbers(self._costs, lambda cost: cost == 0)
        names = dict.fromkeys((*tokens, *costs))
        return tuple(
            ModelUse(name, self._events.get(name, 0), dict(tokens.get(name, {})), costs.get(name)) for name in names
        )


def _first_with_numbers(scopes: Sequence[dict[str, _Sum]], is_zero: Callable[[_Sum], bool]) -> dict[str, _Sum]:
    """Return the sums by model of the first scope with numbers; of the first one with only zeros, if all have these."""
    known = [sums for sums in scopes if sums]
    return next((sums for sums in known if not all(map(is_zero, sums.values()))), known[0] if known else {})


def use_of(kind: str, meta: Mapping[str, Any]) -> tuple[UseScope, dict[str, int], float | None]:
    """Return (scope, tokens by sort, dollars) of one event; no tokens and None if it has neither."""
    is_own = not is_custom(kind) or kind == WITHHELD_REASONING  # an answer may consist only of reasoning
    scope = UseScope.RUN if kind.endswith(_WHOLE_RUN) else UseScope.STEP if is_own else UseScope.LINE
    return scope, _tokens(meta.get("tokens")), _cost(meta)


def total_use(uses: tuple[ModelUse, ...]) -> ModelUse:
    """The use of all models together."""
    tokens: dict[str, int] = {}
    for use in uses:
        for sort, count in use.tokens.items():
            tokens[sort] = tokens.get(sort, 0) + count
    return ModelUse(tr("all models"), sum(use.events for use in uses), tokens, total_cost(uses))


def total_tokens(uses: tuple[ModelUse, ...]) -> int | None:
    """Input and output of all models; other counts are parts of these. None if neither is known."""
    counts = [use.tokens[sort] for use in uses for sort in ("input", "output", "") if sort in use.tokens]
    return sum(counts) if counts else None


def total_cost(uses: tuple[ModelUse, ...]) -> float | None:
    """The cost of all models, in dollars; None if unknown."""
    costs = [use.cost for use in uses if use.cost is not None]
    return sum(costs) if costs else None


def _tokens(value: Any) -> dict[str, int]:
    if type(value) is int:
        return {"": value}
    if not isinstance(value, Mapping):
        return {}
    return {sort: count for sort, count in value.items() if isinstance(sort, str) and type(count) is int}


def _cost(meta: Mapping[str, Any]) -> float | None:
    value = next((meta[name] for name in COSTS if name in meta), None)
    good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if good and value is not None else None
