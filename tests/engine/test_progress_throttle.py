from __future__ import annotations

from replay_gui.engine.progress_throttle import ProgressThrottle


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_no_estimate_at_first_then_one_from_the_speed() -> None:
    clock = Clock()
    pace = ProgressThrottle("Verifying", clock)
    assert pace.progress(10, 100).eta is None
    clock.now += 2.0
    assert pace.progress(20, 100).eta == 8.0


def test_the_estimate_follows_the_last_seconds() -> None:
    clock = Clock()
    pace = ProgressThrottle("Verifying", clock)
    for done in range(1, 101):  # 10 a second
        clock.now += 0.1
        pace.progress(done, 10_000)
    for done in range(100, 2100, 10):  # then 100 a second
        clock.now += 0.1
        progress = pace.progress(done, 10_000)
    assert progress.eta is not None
    assert 70 < progress.eta < 90


def test_unknown_totals_have_no_estimate() -> None:
    clock = Clock()
    pace = ProgressThrottle("Importing", clock)
    clock.now += 5
    assert pace.progress(10, 0).eta is None
