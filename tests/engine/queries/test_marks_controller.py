from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from replay_gui import Recorder
from replay_gui.core.effects.effect import BY_RULE, Effect, EffectFinding
from replay_gui.core.index.index_cache import IndexCache
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.marks.run_mark import MarkKind
from replay_gui.engine.job_group import StartedJob
from replay_gui.engine.jobs import marks_job
from replay_gui.engine.marks_answer import EffectsCorrected, MarksFound
from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.opening import open_log_run
from replay_gui.engine.queries.marks_controller import MarksController
from replay_gui.engine.worker_pool import WorkerPool
from tests.helpers.fake_pool import FakePool
from tests.helpers.kept_indexes import keep


@pytest.fixture
def run(tmp_path: Path) -> Iterator[OpenRun]:
    path = tmp_path / "run.rlog"
    with Recorder(path, agent_type="a", agent_version="1", config={}) as recorder:
        recorder.tool_response(recorder.tool_request("zap", {"id": 1}), "Error: no", error="no")
        recorder.tool_request("get_order", {"id": 1})
    run = open_log_run(1, str(path), IndexCache(tmp_path / "cache"), pytest.fail)
    yield run
    run.close()


class Search:
    """A controller with a fake worker, and its answers."""

    def __init__(self, run: OpenRun) -> None:
        self.pool = FakePool()
        self.answers: list[MarksFound] = []
        self.controller = MarksController(
            cast(WorkerPool, self.pool),
            run,
            lambda run, value, *rest: self.answers.append(cast(MarksFound, value)),
            StartedJob.on_message,
        )

    def work(self) -> MarksFound:
        while self.pool.live:
            self.pool.live[0].send_next()
        return self.answers[-1]


def test_marks_and_what_tools_do_are_found(run: OpenRun) -> None:
    search = Search(run)
    search.controller.start()
    found = search.work()
    assert [(mark.kind, mark.events) for mark in found.marks] == [(MarkKind.ERROR, (EventIndex(1),))]
    assert {tool: dict(does.counts) for tool, does in found.effects.items()} == {
        "zap": {Effect.UNKNOWN: 1},
        "get_order": {Effect.READS: 1},
    }
    assert not found.problem


def test_a_correction_ends_the_search_and_holds_for_the_next_one(run: OpenRun) -> None:
    search = Search(run)
    search.controller.start()
    assert search.controller.correct({"zap": Effect.NOTES}) == EffectsCorrected()
    assert search.pool.live == []
    request = next(event for event in EventLog.open(run.facts.path) if event.tool == "zap")
    for effect in (Effect.NOTES, Effect.CHECKS):
        search.controller.correct({"zap": effect})
        assert run.effects.finding(request) == EffectFinding(effect, BY_RULE)
    search.controller.start()
    assert dict(search.work().effects["zap"].counts) == {Effect.CHECKS: 1}


def test_why_nothing_was_found_is_told(run: OpenRun, monkeypatch: pytest.MonkeyPatch) -> None:
    search = Search(run)
    search.controller.start()
    search.pool.live[0].fail()
    assert "not looked for: the worker process ended" in search.answers[-1].problem
    monkeypatch.setattr(marks_job, "MAX_EVENTS", 2)
    search.controller.start()
    assert search.work() == MarksFound(problem="not looked for in a run of more than 2 events")


def test_what_was_found_once_is_not_looked_for_again(tmp_path: Path, run: OpenRun) -> None:
    cache = IndexCache(tmp_path / "kept")
    keep(cache, Path(run.facts.path))
    again = open_log_run(1, run.facts.path, cache, pytest.fail)
    search = Search(again)
    assert search.controller.start() is None
    found = search.work()
    assert search.controller.start() == found
    assert search.pool.live == []
    search.controller.correct({"zap": Effect.NOTES})
    assert search.controller.start() is None, "not by other rules"
    again.close()
