"""Work pauses for as long as it took, within reason."""

from __future__ import annotations

import pytest

from replay_gui.engine.gil_yield import MAX_SLEEP_SECONDS, GilYield


def test_a_pause_is_as_long_as_the_work_before_it() -> None:
    now = [10.0]
    slept: list[float] = []
    gil_yield = GilYield(lambda: now[0], slept.append)
    now[0] += MAX_SLEEP_SECONDS / 4
    gil_yield()
    now[0] += 5.0
    gil_yield()
    gil_yield()
    assert slept == pytest.approx([MAX_SLEEP_SECONDS / 4, MAX_SLEEP_SECONDS, 0], abs=1e-9)
