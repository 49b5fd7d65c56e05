"""The owner of an open run under any order of requests and of workers' messages."""

from __future__ import annotations

import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from replay_gui.core.errors import ReplayError
from replay_gui.core.importers.conversion import convert
from replay_gui.core.index.growing_index import GrowingIndex
from replay_gui.core.index.index_cache import IndexCache
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex, Position
from replay_gui.core.verification.verification_report import VerificationReport
from replay_gui.engine import reading_task
from replay_gui.engine.answers import (
    Alert,
    FactsChanged,
    IndexGrew,
    PositionState,
    Progress,
    Rows,
    RunOpened,
    SearchResult,
    Totals,
)
from replay_gui.engine.job_group import StartedJob
from replay_gui.engine.jobs.job_messages import JobDone, JobMessage, JobPart, JobProgress, encode_value
from replay_gui.engine.open_run import LogGrowth
from replay_gui.engine.opening import Conversion
from replay_gui.engine.requests import AnswerValue, CheckFile, Find, GetRows, GetTotals, Open, Seek, StopWork, WorkEnded
from replay_gui.engine.run_controller import RunController
from replay_gui.engine.run_state import GrowingRun, IncompleteRun, WholeRun
from tests.helpers.claude_code_lines import assistant, text, user, write
from tests.helpers.fake_pool import FakeHandle, FakePool, Messages, real_messages
from tests.helpers.logs import write_log

TURNS = 6
EVENTS = 1 + 5 * TURNS


class RunControllerMachine(RuleBasedStateMachine):
    """One controller, with the pools of fake workers; messages wait in a queue, as in the engine."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="run-controller-"))
        self.patch = pytest.MonkeyPatch()
        self.patch.setenv("XDG_CACHE_HOME", str(self.folder / "user"))
        self.log = write_log(self.folder / "run.rlog", TURNS)
        self.broken = write_log(self.folder / "broken.rlog", TURNS)
        data = bytearray(self.broken.read_bytes())
        data[len(data) // 2] ^= 1
        self.broken.write_bytes(data)
        lines = [user("u1", None, "find it"), *(assistant(f"a{n}", "u1", text(f"answer {n}")) for n in range(30))]
        self.foreign = write(self.folder, *lines)
        (self.converted,) = convert(self.foreign, self.folder / "converted.rlog")
        self.sizes = {self.log.name: EVENTS, self.broken.name: EVENTS, self.foreign.name: self.converted.events}
        self.verdicts = {self.log.name: "VALID", self.broken.name: "INVALID", self.foreign.name: "NOT VERIFIABLE"}
        self.names: dict[int, str] = {}
        self.queue: list[tuple[int, StartedJob, JobMessage]] = []
        self.answers: list[tuple[int, AnswerValue]] = []
        self.pools = [FakePool(self.run_job) for _ in range(3)]
        self.number = 0
        self.conversions = 0
        self.shown = 0  # the number of the run that must be open, 0: none
        self.disturbed: set[int] = set()  # runs whose work was stopped or has failed
        self.counts: dict[int, int] = {}
        self.complete: set[int] = set()
        self.reports: dict[int, VerificationReport] = {}

    @initialize(shared=st.booleans())
    def begin(self, shared: bool) -> None:
        self.patch.setattr(reading_task, "_MIN_SHARED_BYTES", 0 if shared else 1 << 30)
        pool, searchers, importers = self.pools
        self.controller = RunController(
            pool=pool,  # type: ignore[arg-type]
            cache=IndexCache(self.folder / "indexes"),
            answer=self.on_answer,
            on_worker_message=lambda run, job, message: self.queue.append((run, job, message)),
            searchers=searchers,  # type: ignore[arg-type]
            importers=importers,  # type: ignore[arg-type]
            followers=importers,  # type: ignore[arg-type]
        )

    def teardown(self) -> None:
        self.controller.close()
        assert self.live == [], "no job goes on after the end"
        left = [path.name for path in (self.folder / "indexes").glob("building-*")]
        assert left == [], "an index that is not whole is removed"
        self.patch.undo()
        shutil.rmtree(self.folder)

    # ---- fake workers -----------------------------------------------------------------------------
    @property
    def live(self) -> list[FakeHandle]:
        return [handle for pool in self.pools for handle in pool.live]

    def run_job(self, job: str, arguments: Any) -> Messages:
        return self.convert(arguments) if job == "convert" else real_messages(job, arguments)

    def convert(self, arguments: Any) -> Messages:
        """A conversion that writes the log in three pieces, tells of each, and moves it when it is whole."""
        self.conversions += 1
        folder = self.folder / "conversions" / f".conversion-{self.conversions}"
        folder.mkdir(parents=True)
        data, path = self.converted.path.read_bytes(), folder / "run.rlog"
        with EventLog.open(self.converted.path) as log:
            cuts = [int(log.offsets[index]) for index in (1, 9, 20)]
        path.write_bytes(data[: cuts[0]])
        index = GrowingIndex(path, Path(arguments.index))
        made = partial(Conversion, format="fake", notes=("a note",), run="run", runs=("run",))
        try:
            yield JobProgress(0, 0, len(data))
            for cut in cuts[1:]:
                path.write_bytes(data[:cut])
                index.grow()
                yield JobPart(0, encode_value(made(path=str(path), built=index.built())))
                yield JobProgress(0, cut, len(data))
            path.write_bytes(data)
            built = index.finish()
        finally:
            index.close()
        whole = folder.with_name(folder.name.removeprefix("."))  # another conversion may have begun meanwhile
        folder.rename(whole)
        yield JobDone(0, encode_value(made(path=str(whole / "run.rlog"), built=built)))

    # ---- what the controller answers ----------------------------------------------------------------
    def on_answer(self, run: int, value: AnswerValue, ticket: int = 0) -> None:
        self.answers.append((run, value))
        assert run >= self.shown, "nothing is answered about a run that is not open any more"
        match value:
            case RunOpened():
                assert run > self.shown
                self.shown = run
                self.names[run] = value.facts.name
                self.counts[run] = value.index.count
                if value.index.complete:
                    self.complete.add(run)
                assert value.state is not None
                assert value.state.position == min(value.start, value.index.count)
            case IndexGrew(index):
                assert run == self.shown
                assert index.count >= self.counts[run] or run in self.complete
                assert run not in self.complete or index.complete, "a whole index stays whole"
                self.counts[run] = index.count
                if index.complete:
                    assert index.count == self.sizes[self.names[run]]
                    self.complete.add(run)
            case VerificationReport():
                assert run == self.shown
                assert run not in self.reports, "one verdict"
                assert run in self.complete
                self.reports[run] = value
            case PositionState() | Rows() | SearchResult() | Totals() | FactsChanged():
                assert run == self.shown
            case Alert() | Progress() | WorkEnded():
                pass
            case _:
                raise AssertionError(f"a run controller does not answer {value!r}")

    def begin_opening(self, path: Path, at: int) -> int:
        self.number += 1
        before = self.shown
        self.controller.start_opening(self.number, Open(str(path), at=Position(at)), 0)
        if path != self.foreign:
            assert self.shown == self.number, "a log is open at once"
        else:
            assert self.shown == before, "the open run stays while another is imported"
        return self.number

    # ---- what may happen ----------------------------------------------------------------------------
    @rule(broken=st.booleans(), at=st.integers(0, EVENTS + 5))
    def open_log(self, broken: bool, at: int) -> None:
        self.begin_opening(self.broken if broken else self.log, at)

    @rule(at=st.integers(0, EVENTS + 5))
    def open_foreign(self, at: int) -> None:
        self.begin_opening(self.foreign, at)

    @rule()
    def open_missing(self) -> None:
        self.number += 1
        before = self.controller.open
        with pytest.raises(ReplayError):
            self.controller.start_opening(self.number, Open(str(self.folder / "gone")), 0)
        assert self.controller.open is before, "the open run stays"

    @rule()
    def close(self) -> None:
        self.number += 1
        self.shown = self.number  # as in the window: answers about earlier runs are stale
        self.controller.close()
        assert self.controller.open is None
        assert self.live == []

    @rule(position=st.integers(-3, EVENTS + 5), stale=st.booleans())
    def seek(self, position: int, stale: bool) -> None:
        before = len(self.answers)
        self.controller.handle_request(self.shown - stale, Seek(Position(position)), 7)
        answers = [value for _, value in self.answers[before:]]
        run = self.controller.open
        if stale or run is None:
            assert answers == []
        else:
            (state,) = answers
            assert isinstance(state, PositionState)
            assert state.position == min(max(position, 0), run.index.count)

    @rule(start=st.integers(0, EVENTS), wanted=st.sampled_from(["", "because"]))
    def request_more(self, start: int, wanted: str) -> None:
        for body in (
            GetRows(EventIndex(start), EventIndex(start + 9)),
            Find(self.number, wanted),
            GetTotals(),
            CheckFile(),
        ):
            self.controller.handle_request(self.shown, body, 0)

    @rule()
    def stop(self) -> None:
        if self.controller.open is not None:
            self.disturbed.add(self.controller.open.number)
        self.controller.handle_request(self.shown, StopWork(), 0)

    @precondition(lambda self: self.live)
    @rule(data=st.data(), fails=st.sampled_from([False] * 15 + [True]))
    def work(self, data: st.DataObject, fails: bool) -> None:
        """One of the workers sends its next message, or its process ends."""
        handle = data.draw(st.sampled_from(self.live))
        if fails:
            handle.fail()
            self.disturbed.add(self.queue[-1][0])
        else:
            handle.send_next()

    @precondition(lambda self: self.queue)
    @rule(count=st.integers(1, 9))
    def deliver(self, count: int) -> None:
        """The engine thread handles the oldest messages, some of which are stale by now."""
        for _ in range(min(count, len(self.queue))):
            _, job, message = self.queue.pop(0)
            job.on_message(message)

    @rule()
    def work_to_the_end(self) -> None:
        """Everything that is under way ends; then the open run is known as far as it can be."""
        for _ in range(5000):
            if self.queue:
                self.deliver(len(self.queue))
            elif self.live:
                self.live[0].send_next()
            else:
                break
        assert not self.queue
        assert not self.live
        run = self.controller.open
        if run is None:
            return
        ends = [value for number, value in self.answers if isinstance(value, Progress | WorkEnded)]
        assert not ends or isinstance(ends[-1], WorkEnded), "progress is over"
        if run.number not in self.disturbed:
            assert run.index.complete
            assert self.reports[run.number].verdict == self.verdicts[run.facts.name]

    # ---- what always holds --------------------------------------------------------------------------
    @invariant()
    def the_state_fits_the_run(self) -> None:
        active = self.controller._active
        if active is None:
            return
        assert active.run.number == self.shown
        match active.state:
            case GrowingRun():
                assert active.run.growth is LogGrowth.BY_CONVERSION
                assert not active.run.index.complete
            case WholeRun():
                assert active.run.growth is LogGrowth.NONE
            case IncompleteRun():
                assert active.run.growth is LogGrowth.BY_CONVERSION
                assert active.run.number in self.disturbed


RunControllerMachine.TestCase.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestRunControllerStates = RunControllerMachine.TestCase
