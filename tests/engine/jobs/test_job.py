"""When a job sends its parts."""

from __future__ import annotations

from itertools import pairwise

import pytest

from replay_gui.engine.jobs.job import PART_GROWTH, PART_INTERVAL_S, PartPacer


@pytest.mark.parametrize("cost_of_each", [0.0, 0.0001])
def test_parts_that_grow_take_a_bounded_share_of_the_time(cost_of_each: float) -> None:
    """A thousand calls a second, in each of which the next part becomes a little longer to make."""
    now, spent, sent, calls = 0.0, 0.0, 0, 0
    pacer = PartPacer(lambda: now)

    def make() -> None:
        nonlocal now, spent, sent
        cost = cost_of_each * calls
        now, spent, sent = now + cost, spent + cost, sent + 1

    for _ in range(20_000):
        now, calls = now + 0.001, calls + 1
        pacer.send(make)
    assert sent >= 5
    if not cost_of_each:
        assert sent == pytest.approx(now / PART_INTERVAL_S, rel=0.02)
    assert spent <= now / 15


def test_a_long_job_has_few_parts() -> None:
    now, sent = 100.0, list[float]()
    pacer = PartPacer(lambda: now, growth=PART_GROWTH)

    def send() -> None:
        sent.append(now - 100.0)

    while now < 160.0:
        now += 0.01
        pacer.send(send)
    pauses = [after - before for before, after in pairwise(sent)]
    assert pauses == pytest.approx([max(PART_INTERVAL_S, at * PART_GROWTH) for at in sent[:-1]], abs=0.011)
    assert len(sent) < 50
