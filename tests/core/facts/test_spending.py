from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from replay_gui.core.facts import spending
from replay_gui.core.facts.spending import SpendingBuilder
from replay_gui.core.log.positions import Position


def built(*events: tuple[str, dict[str, Any]]) -> spending.Spending:
    builder = SpendingBuilder()
    for position, (kind, meta) in enumerate(events, 1):
        builder.add_event(Position(position), kind, meta)
    return builder.build()


def floats(column: bytes) -> list[float]:
    return list(np.frombuffer(column, "<f8").tolist())


def positions(column: bytes) -> list[int]:
    return list(np.frombuffer(column, "<i4").tolist())


def test_tokens_and_cost_have_the_positions_of_their_events() -> None:
    found = built(
        ("AgentInit", {}),
        ("Decision", {"tokens": {"input": 10, "output": 2, "cache_read": 7, "cache_write": 1, "reasoning": 1}}),
        ("Decision", {"tokens": 30, "cost": 0.5}),
        ("x:a/result", {"cost": 0.5, "tokens": 50}),
    )
    assert positions(found.positions) == [2, 3]
    assert (floats(found.uncached), floats(found.cached), floats(found.output)) == ([3, 30], [7, 0], [2, 0])
    assert (positions(found.paid), floats(found.cost)) == ([3], [0.5])


def test_tokens_reported_only_aside_or_at_the_end_count() -> None:
    found = built(("Decision", {}), ("x:codex/tokens", {"tokens": {"input": 3}}), ("x:a/result", {"cost": 0.7}))
    assert (positions(found.positions), positions(found.paid)) == ([2], [3])


@pytest.mark.parametrize(
    "meta", [{}, {"tokens": {}}, {"tokens": {"input": 0}}, {"cost": 0}, {"tokens": "many", "cost": "much"}]
)
def test_without_tokens_and_cost_the_spending_is_unknown(meta: dict[str, Any]) -> None:
    assert not built(("Decision", meta)).known


def test_invalid_counts_are_limited() -> None:
    found = built(("Decision", {"tokens": {"input": -5, "output": 10**30, "cached": 1}}))
    assert (floats(found.uncached), floats(found.output)) == ([0.0], [float(1 << 40)])


def test_in_a_long_run_neighbours_are_added_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spending, "MAX_ENTRIES", 4)
    found = built(*[("Decision", {"tokens": number}) for number in range(1, 22)])
    assert len(positions(found.positions)) < 8
    assert positions(found.positions) == sorted(positions(found.positions))
    assert sum(floats(found.uncached)) == sum(range(1, 22))
