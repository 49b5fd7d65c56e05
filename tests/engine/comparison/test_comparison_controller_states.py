"""The comparison under any order of requests, of growing and closing runs, and of workers' messages."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from replay_gui.core.divergence.rules.rules import Action, Rule
from replay_gui.core.index.index_cache import IndexCache
from replay_gui.engine.answers import Alert, AlignedRows, Compared, EarlyDifferenceFound, Progress, Step
from replay_gui.engine.comparison.comparison_controller import ComparisonController
from replay_gui.engine.comparison.comparison_work import ComparingRuns, Explaining, Resting, Superseded, Waiting
from replay_gui.engine.comparison.why_answers import Explained, ReasonsNotFound, ReasonsProgress, Trail
from replay_gui.engine.job_group import StartedJob
from replay_gui.engine.jobs.compare_arguments import ForgetArguments
from replay_gui.engine.jobs.job import JobCache
from replay_gui.engine.jobs.job_messages import JobDone, JobMessage, JobProgress, encode_value
from replay_gui.engine.jobs.registry import JOBS
from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.opening import open_log_run
from replay_gui.engine.requests import (
    AnswerValue,
    Close,
    Compare,
    Explain,
    GetAligned,
    GetStep,
    GetTrail,
    StopWork,
    WorkEnded,
)
from replay_gui.engine.worker_pool import OnJobMessage, WorkerPool
from replay_gui.models.comparison.comparison_states import Anchors
from tests.helpers.effort import tries
from tests.helpers.fake_pool import FakeHandle, FakePool, Messages, RunJob
from tests.helpers.kept_indexes import keep
from tests.helpers.logs import write_log

LIKELY = st.sampled_from([True] * 5 + [False])
RULES = ((), (Rule(Action.NONDETERMINISTIC, tool="search"),), (Rule(Action.IGNORE, tool="search"),))


class WorkerContext:
    """The context of the jobs of the one worker, which keeps the runs that it has read."""

    def __init__(self) -> None:
        self.cache = JobCache()

    def progress(self, done: int, total: int) -> None:
        """Send nothing: each job sends one progress message."""

    def part(self, value: Any) -> None:
        raise AssertionError("no part is expected")


class WorkerPoolOfOne(FakePool):
    """Knows which of its jobs compare or explain, and which releases the runs of the worker."""

    def __init__(self, run_job: RunJob) -> None:
        super().__init__(run_job)
        self.releases: list[FakeHandle] = []

    def submit(self, job: str, arguments: object, on_message: OnJobMessage) -> FakeHandle:
        handle = super().submit(job, arguments, on_message)
        if job == ForgetArguments.job:
            self.releases.append(handle)
        return handle

    @property
    def comparing(self) -> list[FakeHandle]:
        return [handle for handle in self.live if handle not in self.releases]


class ComparisonControllerMachine(RuleBasedStateMachine):
    """Plays the window and the worker; messages wait in a queue, as in the engine."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="comparison-controller-"))
        self.patch = pytest.MonkeyPatch()
        self.patch.setenv("XDG_CONFIG_HOME", str(self.folder / "config"))
        self.patch.setattr(tempfile, "tempdir", str(self.folder))
        cache = IndexCache(self.folder / "indexes")
        self.context, self.pool = WorkerContext(), WorkerPoolOfOne(self.run_job)
        self.runs: list[OpenRun] = []
        for number, name, turns in ((1, "a.rlog", 3), (2, "b.rlog", 4)):
            path = write_log(self.folder / name, turns)
            keep(cache, path)
            self.runs.append(open_log_run(number, str(path), cache, pytest.fail))
        self.sides: list[OpenRun | None] = list(self.runs)
        self.queue: list[tuple[StartedJob, JobMessage]] = []
        self.answers: list[tuple[int, AnswerValue]] = []
        self.number = 0  # of the comparison that was requested last
        self.disturbed = False  # it was stopped, has failed, or lost a run
        self.controller = ComparisonController(
            cast(WorkerPool, self.pool),
            lambda: (self.sides[0], self.sides[1]),
            self.on_answer,
            lambda number, job, message: self.queue.append((job, message)),
        )

    def teardown(self) -> None:
        was_made = self.controller._made is not None
        self.close()
        self.work_to_the_end()
        assert not was_made or self.context.cache.value is None, "the worker has released the runs"
        self.context.cache.clear()
        assert not list(self.folder.glob("replay-gui-compare-*")), "the folders of results are removed"
        for run in self.runs:
            run.close()
        self.patch.undo()
        shutil.rmtree(self.folder)

    def run_job(self, job: str, arguments: Any) -> Messages:
        yield JobProgress(0, 1, 2)
        yield JobDone(0, encode_value(JOBS[job](arguments, self.context)))

    def on_answer(self, number: int, value: AnswerValue, ticket: int = 0) -> None:
        assert number <= self.number
        if isinstance(value, Compared):
            assert number == self.number, "only the comparison that was requested last has a result"
            assert not any(isinstance(earlier, Compared) for earlier in self.of(number)), "one result"
        elif isinstance(value, Explained):
            assert any(isinstance(earlier, Compared) for earlier in self.of(number)), "reasons follow the result"
        else:
            kinds = Progress | WorkEnded | Alert | EarlyDifferenceFound | ReasonsProgress | ReasonsNotFound
            assert isinstance(value, kinds | AlignedRows | Step | Trail)
        self.answers.append((number, value))

    def of(self, number: int) -> list[AnswerValue]:
        return [value for of_number, value in self.answers if of_number == number]

    # ---- what may happen ----------------------------------------------------------------------------
    @initialize(indexed=st.booleans())
    def begin(self, indexed: bool) -> None:
        self.compare((), (), indexed)

    @rule(rules=st.sampled_from(RULES), anchors=st.sampled_from([(), (), ((1, 6),)]), indexed=LIKELY)
    def compare(self, rules: tuple[Rule, ...], anchors: Anchors, indexed: bool) -> None:
        """Compare both runs; unless they are `indexed`, the index of B is still being made."""
        self.sides = list(self.runs)
        self.runs[1].index = replace(self.runs[1].index, complete=indexed)
        before, jobs = self.controller._work, self.pool.comparing
        self.number, self.disturbed = self.number + 1, False
        request = Compare(1, 2, rules, anchors)
        self.controller.handle_request(self.number, request, 0)
        match before:
            case ComparingRuns(request=earlier) | Explaining(request=earlier) | Superseded(_, Waiting(request=earlier)):
                if earlier.anchors == anchors:
                    assert isinstance(self.controller._work, Superseded)
                    assert self.pool.comparing == jobs, "the worker keeps the runs that it has read"
                else:
                    assert not any(handle.is_live for handle in jobs)

    @precondition(lambda self: isinstance(self.controller._work, ComparingRuns | Explaining | Superseded))
    @rule(rules=st.sampled_from(RULES), aligns=st.booleans(), indexed=LIKELY)
    def compare_while_working(self, rules: tuple[Rule, ...], aligns: bool, indexed: bool) -> None:
        """The user changes the rules, or aligns two events, or takes that back."""
        self.compare(rules, ((1, 6),) if aligns else (), indexed)

    @rule()
    def stop(self) -> None:
        self.disturbed = self.disturbed or not isinstance(self.controller._work, Resting)
        self.controller.handle_request(self.number, StopWork(), 0)
        assert isinstance(self.controller._work, Resting)

    @rule()
    def close(self) -> None:
        self.disturbed = True
        self.controller.handle_request(self.number, Close(), 0)
        assert isinstance(self.controller._work, Resting)

    @rule()
    def explain(self) -> None:
        self.controller.handle_request(self.number, Explain(), 0)

    @rule(stale=st.booleans())
    def request_parts(self, stale: bool) -> None:
        before = len(self.answers)
        for body in (GetAligned(0, 9), GetStep(3), GetTrail(0)):
            self.controller.handle_request(self.number - stale, body, 0)
        kinds = {type(value) for _, value in self.answers[before:]}
        made = self.controller._made
        if made is None or made.number != self.number - stale or None in self.sides:
            assert kinds == set()
        else:
            assert {AlignedRows, Step} <= kinds

    @rule(side=st.integers(0, 1))
    def close_run(self, side: int) -> None:
        self.sides[side] = None
        self.disturbed = True
        self.controller.advance()

    @rule()
    def complete_index(self) -> None:
        self.runs[1].index = replace(self.runs[1].index, complete=True)
        self.controller.advance()

    @precondition(lambda self: self.pool.live)
    @rule(data=st.data(), fails=st.sampled_from([False] * 9 + [True]))
    def work(self, data: st.DataObject, fails: bool) -> None:
        """The worker sends its next message, or its process ends."""
        handle = data.draw(st.sampled_from(self.pool.live))
        if fails:
            self.disturbed = True
            self.context.cache.clear()
            handle.fail()
        else:
            handle.send_next()

    @precondition(lambda self: self.queue)
    @rule(count=st.integers(1, 3))
    def deliver(self, count: int) -> None:
        """The engine thread handles the oldest messages, some of which may be stale by now."""
        for _ in range(min(count, len(self.queue))):
            job, message = self.queue.pop(0)
            job.on_message(message)

    @precondition(lambda self: isinstance(self.controller._work, ComparingRuns))
    @rule()
    def work_to_the_result(self) -> None:
        while isinstance(self.controller._work, ComparingRuns):
            self.work_and_deliver()

    def work_and_deliver(self) -> None:
        if self.queue:
            self.deliver(1)
        else:
            self.pool.live[0].send_next()

    @rule()
    def work_to_the_end(self) -> None:
        while self.queue or self.pool.live:
            self.work_and_deliver()
        assert isinstance(self.controller._work, Resting | Waiting)
        if self.number and not self.disturbed and self.runs[1].index.complete:
            kinds = [type(value) for value in self.of(self.number)]
            assert kinds.count(Compared) == 1
            assert kinds.index(WorkEnded) == kinds.index(Compared) + 1
            assert Explained in kinds[kinds.index(WorkEnded) :]

    # ---- what always holds --------------------------------------------------------------------------
    @invariant()
    def the_state_fits_the_worker(self) -> None:
        folders = list(self.folder.glob("replay-gui-compare-*"))
        match self.controller._work:
            case Resting() | Waiting():
                assert folders == []
                assert self.pool.comparing == [], "no job goes on that nobody waits for"
            case ComparingRuns(folder=folder) | Superseded(ComparingRuns(folder=folder)):
                assert folders == [folder]
                assert self.controller._made is None
            case Explaining(number=number) | Superseded(Explaining(number=number)):
                assert folders == []
                assert self.controller._made is not None
                assert self.controller._made.number == number


ComparisonControllerMachine.TestCase.settings = settings(
    max_examples=tries(15, long=500),
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestComparisonControllerStates = ComparisonControllerMachine.TestCase
