"""The comparison of the runs of both sides: begun once both are indexed, made in a worker, then read row by row.

After it the same worker finds why the runs came out differently; meanwhile the comparison can be used.
"""

from __future__ import annotations

import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

import msgspec

from replay_gui.core.divergence.alignment.row_indexes import RowIndexes
from replay_gui.core.divergence.rules.rules import Rules
from replay_gui.core.errors import ReplayError
from replay_gui.core.facts.run_measures import counts_of_index, duration_between, times_of_index
from replay_gui.core.facts.run_outcome import Outcome
from replay_gui.core.importers.import_notes import gap_notes
from replay_gui.core.reasons.run_names import short_names
from replay_gui.engine.answers import Alert, Compared, EarlyDifferenceFound, Progress
from replay_gui.engine.comparison.early_difference import EarlyDifference
from replay_gui.engine.comparison.step_reader import StepReader
from replay_gui.engine.comparison.why_answers import Explained, RunSize
from replay_gui.engine.job_group import JobGroup, StartedJob
from replay_gui.engine.jobs.compare_arguments import CompareArguments, ComparedRun, ForgetArguments, WhyArguments
from replay_gui.engine.jobs.comparison_files import Findings, read_comparison
from replay_gui.engine.jobs.job_messages import JobDone, JobFailed, JobMessage, JobPart, JobProgress, decode_value
from replay_gui.engine.open_run import OpenRun, OpenRuns
from replay_gui.engine.progress_throttle import ProgressThrottle
from replay_gui.engine.requests import (
    Close,
    Compare,
    ComparisonRequest,
    Explain,
    GetAligned,
    GetStep,
    GetTrail,
    OnRunMessage,
    SendAnswer,
    SetOutcome,
    Side,
    StopWork,
    WorkEnded,
)
from replay_gui.engine.worker_pool import WorkerPool

if TYPE_CHECKING:
    from replay_gui.engine.comparison.trail_reader import TrailReader

_RESULT_FOLDER = "columns"
_STOPPED_TEXT = "The search for reasons was stopped. Reload the runs to look for them again."


class ComparisonController:
    """At most one comparison at a time. Used on the engine thread alone.

    A newer comparison cancels the one under way; if only the rules differ, it begins after that one. `pool` has one
    worker for comparisons only: it keeps the runs that it has read, so that other rules are quick. `runs()` returns
    the open runs of sides A and B.
    """

    def __init__(
        self,
        pool: WorkerPool,
        runs: OpenRuns,
        answer: SendAnswer,
        on_worker_message: OnRunMessage,
    ) -> None:
        self._pool = pool
        self._runs = runs
        self._answer = answer
        self._on_worker_message = on_worker_message
        self._waiting: tuple[int, Compare] | None = None  # until both runs are indexed
        self._early = EarlyDifference()
        self._number = 0  # the number of the comparison under way or made last
        self._request: Compare | None = None
        self._jobs: JobGroup | None = None
        self._throttle = ProgressThrottle("Comparing")
        self._folder: Path | None = None
        self._reader: StepReader | None = None
        self._row_indexes: RowIndexes | None = None
        self._trails: TrailReader | None = None
        self._explains_again = False  # once the search under way has ended, since outcomes have changed

    def handle_request(self, number: int, request: ComparisonRequest | Close | StopWork, ticket: int) -> None:
        """Answer a request about comparison `number`; ignore one about an earlier comparison."""
        match request:
            case Compare():
                if not (self._is_busy and self._is_of_same_runs(request)):
                    self._stop()
                self._pool.warm()
                self._waiting, self._early = (number, request), EarlyDifference()
                self.advance()
            case Close():
                self.close()
            case StopWork():
                self._stop_work(number)
            case GetAligned(start, stop):
                if (reader := self._reader_for(number)) is not None:
                    self._answer(number, reader.rows(start, stop), ticket)
            case GetTrail():
                if self._trails is not None and self._reader_for(number) is not None:
                    trail = self._trails.trail(request)
                    if trail is not None:
                        self._answer(number, trail, ticket)
            case Explain():
                if self._reader_for(number) is not None:
                    self._explain_again(number)
            case SetOutcome(which, passed):
                if self._reader_for(number) is not None:
                    self._set_outcome(number, which, passed)
            case GetStep(row, states):
                if (reader := self._reader_for(number)) is not None:
                    self._answer(number, reader.step(row, states), ticket)
            case _:
                assert_never(request)

    def _stop_work(self, number: int) -> None:
        if self._jobs is not None and self._jobs.runs(WhyArguments) and self._waiting is None:
            self._stop()
            self._answer(number, Explained(problem=_STOPPED_TEXT))
        elif self._waiting is not None or self._is_busy:
            self._stop()
            self._answer(number, Alert("info", "Stopped: the runs are not compared.", ("retry",)))
            self._answer(number, WorkEnded())

    def advance(self) -> None:
        """Begin the waiting comparison if both runs are indexed now. Call this after every change of a run."""
        a, b = self._runs()
        if self._waiting is None or a is None or b is None or self._is_busy:
            return
        number, request = self._waiting
        if (a.number, b.number) != (request.run_a, request.run_b):
            return
        if not (a.index.complete and b.index.complete):
            if (first := self._early.find(a, b)) is not None:
                self._answer(number, EarlyDifferenceFound(first))
            return
        self._waiting, self._number, self._request, self._reader, self._trails = None, number, request, None, None
        self._folder = Path(tempfile.mkdtemp(prefix="replay-gui-compare-"))
        self._jobs = JobGroup(self._pool, partial(self._on_worker_message, number))
        self._throttle = ProgressThrottle("Comparing")
        self._answer(number, Progress("Comparing", 0, 0, None))
        self._jobs.start(self._arguments(a, b, request, str(self._folder / _RESULT_FOLDER)))

    def _arguments(self, a: OpenRun, b: OpenRun, request: Compare, result: str = "") -> CompareArguments:
        counts = a.index.count, b.index.count  # a file may have become shorter since the user aligned two steps
        anchors = tuple(
            pair for pair in request.anchors if all(0 <= at < n for at, n in zip(pair, counts, strict=True))
        )
        return CompareArguments(_named(a), _named(b), request.rules, anchors, result)

    def on_worker_message(self, number: int, job: StartedJob, message: JobMessage) -> None:
        """Handle a message of the worker, and send the answers that follow from it."""
        if number != self._number or self._jobs is None or not self._jobs.accepts(job, message):
            return
        if isinstance(job.arguments, WhyArguments):
            self._on_why_message(number, message)
            return
        match message:
            case JobProgress(done=done, total=total):
                self._answer(number, self._throttle.progress(done, total))
            case JobDone() | JobFailed() if self._waiting is not None:  # a comparison by other rules took its place
                self._drop_folder()
                self.advance()
            case JobFailed(text=text):
                self._drop_folder()
                self._answer(number, Alert("error", f"The runs were not compared: {text}.", ("retry",)))
                self._answer(number, WorkEnded())
            case JobDone(value=value):
                self._show_result(number, decode_value(value, Findings))
                self._answer(number, WorkEnded())
                self._start_explaining(number)
            case JobPart():
                pass  # a comparison has no parts
            case _:
                assert_never(message)

    def _on_why_message(self, number: int, message: JobMessage) -> None:
        """Handle a message of the worker about the reasons, and send the answers that follow from it."""
        match message:
            case JobDone() | JobFailed() if self._waiting is not None:  # a comparison by other rules took its place
                self.advance()
            case JobProgress(done=done, total=total):
                self._answer(number, Explained(done=done, total=total))
            case JobFailed(text=text):
                self._answer(number, Explained(problem=f"The reasons were not found: {text}."))
            case JobDone() if self._explains_again:
                self._start_explaining(number)
            case JobDone(value=value):
                self._show_reasons(number, value)
            case JobPart():
                pass  # a search for reasons has no parts
            case _:
                assert_never(message)

    def _start_explaining(self, number: int) -> None:
        a, b = self._runs()
        if self._jobs is None or self._jobs.busy:
            return  # the reasons are found afterwards
        self._explains_again = False
        if self._reader_for(number) is None or self._request is None or a is None or b is None:
            return  # another run was opened meanwhile
        names = short_names(a.facts.given, b.facts.given)
        by_hand = self._outcome_by_hand(number, a), self._outcome_by_hand(number, b)
        self._jobs.start(WhyArguments(self._arguments(a, b, self._request), names, by_hand))

    def _explain_again(self, number: int) -> None:
        self._explains_again = self._is_busy
        self._start_explaining(number)

    def _set_outcome(self, number: int, which: Side, passed: bool | None) -> None:
        from replay_gui.engine.files.outcome_notes import set_outcome  # a parser of TOML, which few comparisons need

        a, b = self._runs()
        run = a if which is Side.A else b
        if run is None:
            return
        try:
            set_outcome(run.facts, passed)
        except ReplayError as error:
            self._answer(number, Alert("error", f"The outcome was not kept. {error}"))
        else:
            self._explain_again(number)

    def _outcome_by_hand(self, number: int, run: OpenRun) -> Outcome | None:
        from replay_gui.engine.files.outcome_notes import notes_of  # see _set_outcome

        try:
            return notes_of(run.facts).outcome
        except ReplayError as error:
            self._answer(number, Alert("warning", f"An outcome set by hand does not count. {error}"))
            return None

    def _show_reasons(self, number: int, value: msgspec.Raw) -> None:
        from replay_gui.engine.comparison.trail_reader import TrailReader
        from replay_gui.engine.jobs.why_job import WhyFindings  # not needed for the first picture

        a, b = self._runs()
        if self._reader_for(number) is None or self._row_indexes is None or a is None or b is None:
            return  # another run was opened meanwhile
        findings = decode_value(value, WhyFindings)
        why = findings.why()
        self._trails = TrailReader(a, b, self._row_indexes, why)
        self._answer(number, Explained(result=why, sizes=(_size(a), _size(b)), effects=findings.effects))

    def close(self) -> None:
        """End the work under way, and release the comparison, in the worker too."""
        self._stop()
        if self._reader is not None:
            self._reader = self._trails = None
            self._pool.submit(ForgetArguments.job, ForgetArguments(), _ignore_result)

    @property
    def _is_busy(self) -> bool:
        return self._jobs is not None and self._jobs.busy

    def _show_result(self, number: int, findings: Findings) -> None:
        a, b = self._runs()
        request, folder = self._request, self._folder
        assert request is not None
        assert folder is not None
        try:
            if a is None or b is None or (a.number, b.number) != (request.run_a, request.run_b):
                return  # another run was opened meanwhile
            comparison = read_comparison(folder / _RESULT_FOLDER, findings)
        finally:
            self._drop_folder()
        self._row_indexes = row_indexes = RowIndexes.from_alignment(comparison.alignment)
        self._reader = StepReader(a, b, comparison.alignment, row_indexes, Rules(request.rules))
        self._answer(number, Compared(comparison, row_indexes, findings.took_ms))

    def _reader_for(self, number: int) -> StepReader | None:
        """The reader of this comparison; None if one of its runs is not open any more."""
        a, b = self._runs()
        request = self._request
        if number != self._number or request is None or a is None or b is None:
            return None
        return self._reader if (a.number, b.number) == (request.run_a, request.run_b) else None

    def _is_of_same_runs(self, request: Compare) -> bool:
        last = self._request
        return last is not None and msgspec.structs.replace(last, rules=request.rules) == request

    def _stop(self) -> None:
        self._waiting = None
        if self._jobs is not None:
            self._jobs.stop()
        self._drop_folder()

    def _drop_folder(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None


def _named(run: OpenRun) -> ComparedRun:
    return ComparedRun(str(run.log.source.path), str(run.folder), run.log.source.stamp, gap_notes(run.facts.notes))


def _size(run: OpenRun) -> RunSize:
    counts = counts_of_index(run.index)
    return RunSize(run.index.count, counts.calls, counts.failed, duration_between(*times_of_index(run.index)))


def _ignore_result(message: JobMessage) -> None:
    """Releasing the runs has no result."""
