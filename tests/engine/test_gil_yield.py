"""Work pauses for as long as it took, within reason."""

from __future__ import annotations

from replay_gui.engine.gil_yield import LONGEST, GilYield


def test_a_pause_is_as_long_as_the_work_before_it() -> None:
    now = [10.0]
    slept: list[float] = []
    breath = GilYield(lambda: now[0], slept.append)
    now[0] += LONGEST / 4
    breath()
    now[0] += 5.0
    breath()
    breath()
    assert [round(one * 1e6) for one in slept] == [round(LONGEST / 4 * 1e6), round(LONGEST * 1e6), 0]
