from __future__ import annotations

import pytest

from replay_gui.models.timeline.timeline_axis import SECOND, nice_step, nice_time_step, rounded_duration, time_text

MINUTE, HOUR, DAY = 60 * SECOND, 3_600 * SECOND, 86_400 * SECOND


@pytest.mark.parametrize(
    ("at_least", "step"),
    [
        (0.1, 1),
        (1, 1),
        (1.5, 2),
        (3, 5),
        (6, 10),
        (11, 20),
        (21, 25),
        (26, 50),
        (51, 100),
        (101, 200),
        (240_000, 250_000),
    ],
)
def test_steps_are_round(at_least: float, step: int) -> None:
    assert nice_step(at_least) == step


@pytest.mark.parametrize(
    ("at_least", "step"),
    [
        (1, 1_000),
        (3_000_000, 5_000_000),
        (0.6 * SECOND, SECOND),
        (11 * SECOND, 15 * SECOND),
        (31 * SECOND, MINUTE),
        (16 * MINUTE, 30 * MINUTE),
        (4 * HOUR, 6 * HOUR),
        (DAY, DAY),
        (3 * DAY, 5 * DAY),
        (400 * DAY, 500 * DAY),
    ],
)
def test_steps_of_a_clock(at_least: float, step: int) -> None:
    assert nice_time_step(at_least) == step


@pytest.mark.parametrize(
    ("ns", "step", "text"),
    [
        (0, SECOND, "0:00"),
        (190 * SECOND, 10 * SECOND, "3:10"),
        (3_790 * SECOND, MINUTE, "1:03:10"),
        (500_000_000, 500_000_000, "0:00.5"),
        (2 * SECOND + 50_000_000, 50_000_000, "0:02.05"),
        (1_000_000, 1_000_000, "0:00.001"),
        (2_000, 1_000, "0:00.000002"),
    ],
)
def test_times_have_the_digits_they_need(ns: int, step: int, text: str) -> None:
    assert time_text(ns, step) == text


@pytest.mark.parametrize(
    ("ns", "words"),
    [(1.24 * SECOND, "1.2 s"), (42 * SECOND, "42 s"), (3 * MINUTE, "3 min"), (4.4 * HOUR, "4 h"), (2 * DAY, "2 days")],
)
def test_about(ns: float, words: str) -> None:
    assert rounded_duration(ns) == words
