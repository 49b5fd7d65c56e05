from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from replay_gui.core.index.index_cache import IndexCache
from replay_gui.engine.answers import Alert, Totals
from replay_gui.engine.job_group import StartedJob
from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.opening import open_log_run
from replay_gui.engine.queries.totals_controller import TotalsController
from replay_gui.engine.worker_pool import WorkerPool
from tests.helpers.fake_pool import FakePool
from tests.helpers.logs import write_log


@pytest.fixture
def run(tmp_path: Path) -> Iterator[OpenRun]:
    run = open_log_run(1, str(write_log(tmp_path / "run.rlog")), IndexCache(tmp_path / "cache"), pytest.fail)
    yield run
    run.close()


class Totalled:
    """A controller with a fake worker, and its answers."""

    def __init__(self, run: OpenRun) -> None:
        self.pool = FakePool()
        self.answers: list[Totals | Alert] = []
        self.controller = TotalsController(
            cast(WorkerPool, self.pool),
            run,
            lambda run, value, *rest: self.answers.append(cast(Totals | Alert, value)),
            StartedJob.on_message,
        )

    def work(self) -> None:
        while self.pool.live:
            self.pool.live[0].send_next()


def test_they_are_made_once_and_then_known(run: OpenRun) -> None:
    made = Totalled(run)
    assert made.controller.request(is_whole=True) is None
    assert made.controller.request(is_whole=True) is None
    assert len(made.pool.handles) == 1
    made.work()
    assert made.answers == [run.totals]
    assert made.controller.request(is_whole=True) is run.totals


def test_a_log_that_grows_is_waited_for(run: OpenRun) -> None:
    made = Totalled(run)
    made.controller.begin_if_requested()
    assert made.controller.request(is_whole=False) is None
    assert made.pool.handles == []
    made.controller.begin_if_requested()
    made.work()
    assert made.answers == [run.totals]


def test_a_failure_is_told_and_the_next_request_tries_again(run: OpenRun) -> None:
    made = Totalled(run)
    made.controller.request(is_whole=True)
    made.pool.live[0].fail()
    (alert,) = made.answers
    assert isinstance(alert, Alert)
    assert "the worker process ended" in alert.text
    made.controller.request(is_whole=True)
    made.work()
    assert run.totals is not None


def test_nothing_goes_on_after_stop(run: OpenRun) -> None:
    made = Totalled(run)
    made.controller.request(is_whole=True)
    made.controller.stop()
    assert made.pool.live == []
    made.controller.request(is_whole=False)
    made.controller.stop()
    made.controller.begin_if_requested()
    assert made.pool.live == []
