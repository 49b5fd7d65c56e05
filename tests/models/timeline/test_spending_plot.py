from __future__ import annotations

import numpy as np
import pytest

from replay_gui.core.facts.spending import SpendingBuilder
from replay_gui.core.log.positions import Position
from replay_gui.models.timeline.spending_plot import SpendingPlot, round_up, token_words


def plot() -> SpendingPlot:
    builder = SpendingBuilder()
    for position in range(1, 101):
        builder.add_event(Position(position), "Decision", {"tokens": {"input": position, "output": 1}, "cost": 0.25})
    return SpendingPlot.of(builder.build())


def test_any_stretch_is_summed_up() -> None:
    used = plot().used(np.array([0.0, 1.5, 10.5, 1000.0]))
    assert used[0].tolist() == [1, sum(range(2, 11)), sum(range(11, 101))]
    assert used[1].tolist() == [0, 0, 0]
    assert used[2].tolist() == [1, 9, 90]
    assert plot().cost_before(np.array([1.0, 2.0, 200.0])).tolist() == [0.0, 0.25, 25.0]
    assert (plot().tokens, plot().cost) == (5050 + 100, 25.0)


def test_and_each_event_for_itself() -> None:
    seen = plot().positions_between(4.0, 6.0)
    assert seen.tolist() == [4, 5, 6]
    assert plot().used_at(seen)[0].tolist() == [4, 5, 6]


@pytest.mark.parametrize(("value", "top"), [(1, 1), (1.2, 1.5), (22_500, 30_000), (9.5, 10), (0.007, 0.008)])
def test_a_scale_ends_at_a_round_number(value: float, top: float) -> None:
    assert round_up(value) == pytest.approx(top)


def test_numbers_in_words() -> None:
    assert [token_words(n) for n in (0, 560, 34_000, 999_900, 1_234_567)] == ["0", "560", "34 k", "1 M", "1.23 M"]
