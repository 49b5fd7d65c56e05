"""The comparison of the runs of both sides: begun once both are indexed, made in a worker, then read row by row.

After it the same worker finds why the runs differ; meanwhile the comparison can be used.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import assert_never

import msgspec

from replay_gui.core.divergence.alignment.row_indexes import RowIndexes
from replay_gui.core.divergence.rules.rules import Rules
from replay_gui.core.errors import ReplayError
from replay_gui.core.facts.run_measures import counts_of_index, duration_of_index
from replay_gui.core.facts.run_outcome import Outcome
from replay_gui.core.importers.import_notes import gap_notes
from replay_gui.core.reasons.run_names import short_names
from replay_gui.core.translation.messages import tr
from replay_gui.engine.answers import Alert, Compared, EarlyDifferenceFound, Progress
from replay_gui.engine.comparison.comparison_work import (
    ComparingRuns,
    ComparisonWork,
    Explaining,
    MadeComparison,
    Resting,
    Superseded,
    Waiting,
)
from replay_gui.engine.comparison.early_difference import EarlyDifference
from replay_gui.engine.comparison.step_reader import StepReader
from replay_gui.engine.comparison.why_answers import Explained, ReasonsNotFound, ReasonsProgress, RunSize
from replay_gui.engine.job_group import JobGroup
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

_RESULT_FOLDER = "columns"


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
        self._post_message = on_worker_message
        self._work: ComparisonWork = Resting()
        self._made: MadeComparison | None = None

    @property
    def is_comparing(self) -> bool:
        """Whether a worker compares the runs."""
        work = self._work.under_way if isinstance(self._work, Superseded) else self._work
        return isinstance(work, ComparingRuns)

    def handle_request(self, number: int, request: ComparisonRequest | Close | StopWork, ticket: int) -> None:
        """Answer a request about comparison `number`; ignore one about an earlier comparison."""
        match request:
            case Compare():
                self._pool.warm(CompareArguments.job)
                self._compare(Waiting(number, request, EarlyDifference()))
            case Close():
                self.close()
            case StopWork():
                self._stop_work(number)
            case GetAligned(start_row, stop_row):
                if (made := self._made_by(number)) is not None:
                    self._answer(number, made.reader.rows(start_row, stop_row), ticket)
            case GetTrail():
                if (made := self._made_by(number)) is not None and made.trails is not None:
                    trail = made.trails.trail(request)
                    if trail is not None:
                        self._answer(number, trail, ticket)
            case Explain():
                if (made := self._made_by(number)) is not None:
                    self._explain(made)
            case SetOutcome(which, passed):
                if (made := self._made_by(number)) is not None:
                    self._set_outcome(made, which, passed)
            case GetStep(row, states):
                if (made := self._made_by(number)) is not None:
                    self._answer(number, made.reader.step(row, states), ticket)
            case _:
                assert_never(request)

    def _compare(self, waiting: Waiting) -> None:
        match self._work:
            case Superseded(under_way) if _only_rules_differ(under_way.request, waiting.request):
                self._work = Superseded(under_way, waiting)
            case ComparingRuns() | Explaining() as under_way if _only_rules_differ(under_way.request, waiting.request):
                self._work = Superseded(under_way, waiting)
            case _:
                self._stop()
                self._work = waiting
        self.advance()

    def _stop_work(self, number: int) -> None:
        match self._work:
            case Resting():
                pass
            case Explaining():
                self._stop()
                text = tr("The search for reasons was stopped. Reload the runs to look for them again.")
                self._answer(number, ReasonsNotFound(text))
            case Waiting() | ComparingRuns() | Superseded():
                self._stop()
                self._answer(number, Alert("info", tr("Stopped: the runs are not compared."), ("retry",)))
                self._answer(number, WorkEnded())
            case _:
                assert_never(self._work)

    def advance(self) -> None:
        """Begin the waiting comparison if both runs are indexed now. Call this after every change of a run."""
        waiting = self._work
        if not isinstance(waiting, Waiting) or (runs := self._runs_of(waiting.request)) is None:
            return
        (a, b), number, request = runs, waiting.number, waiting.request
        if not (a.index.complete and b.index.complete):
            if (first := waiting.early.find(a, b)) is not None:
                self._answer(number, EarlyDifferenceFound(first))
            return
        folder, jobs = Path(tempfile.mkdtemp(prefix="replay-gui-compare-")), self._jobs(number)
        self._made = None
        self._work = ComparingRuns(number, request, jobs, folder, ProgressThrottle(tr("Comparing")))
        self._answer(number, Progress(tr("Comparing"), 0, 0, None))
        jobs.start(_arguments(a, b, request, str(folder / _RESULT_FOLDER)), self._on_worker_message)

    def _jobs(self, number: int) -> JobGroup:
        return JobGroup(self._pool, partial(self._post_message, number))

    def _on_worker_message(self, message: JobMessage) -> None:
        match self._work:
            case ComparingRuns() as comparing:
                self._on_comparing_message(comparing, message)
            case Explaining() as explaining:
                self._on_explaining_message(explaining, message)
            case Superseded(under_way, following):
                if isinstance(message, JobDone | JobFailed):
                    _release(under_way)
                    self._work = following
                    self.advance()
            case Resting() | Waiting():
                raise AssertionError("no job is under way")
            case _:
                assert_never(self._work)

    def _on_comparing_message(self, comparing: ComparingRuns, message: JobMessage) -> None:
        number = comparing.number
        match message:
            case JobProgress(done=done, total=total):
                self._answer(number, comparing.throttle.progress(done, total))
            case JobFailed(text=text):
                self._stop()
                words = tr("The runs were not compared: {reason}.", reason=text)
                self._answer(number, Alert("error", words, ("retry",)))
                self._answer(number, WorkEnded())
            case JobDone(value=value):
                self._show_result(comparing, decode_value(value, Findings))
                self._answer(number, WorkEnded())
                if (made := self._made_by(number)) is not None:
                    self._explain(made)
            case JobPart():
                pass  # a comparison has no parts
            case _:
                assert_never(message)

    def _on_explaining_message(self, explaining: Explaining, message: JobMessage) -> None:
        number = explaining.number
        match message:
            case JobProgress(done=done, total=total):
                self._answer(number, ReasonsProgress(done, total))
            case JobFailed(text=text):
                self._work = Resting()
                self._answer(number, ReasonsNotFound(tr("The reasons were not found: {reason}.", reason=text)))
            case JobDone(value=value):
                self._work = Resting()
                made = self._made_by(number)
                if made is None:
                    pass  # another run was opened meanwhile
                elif explaining.again:
                    self._explain(made)
                else:
                    self._show_reasons(made, value)
            case JobPart():
                pass  # a search for reasons has no parts
            case _:
                assert_never(message)

    def _explain(self, made: MadeComparison) -> None:
        """Look for the reasons of the comparison, after the search under way if there is one."""
        match self._work:
            case Resting():
                self._start_explaining(made)
            case Explaining() as explaining:
                self._work = replace(explaining, again=True)
            case Waiting() | ComparingRuns() | Superseded():
                pass  # the reasons are found afterwards
            case _:
                assert_never(self._work)

    def _start_explaining(self, made: MadeComparison) -> None:
        a, b, number = made.a, made.b, made.number
        names = short_names(a.facts.given, b.facts.given)
        by_hand = self._outcome_by_hand(number, a), self._outcome_by_hand(number, b)
        jobs = self._jobs(number)
        self._work = Explaining(number, made.request, jobs)
        jobs.start(WhyArguments(_arguments(a, b, made.request), names, by_hand), self._on_worker_message)

    def _set_outcome(self, made: MadeComparison, which: Side, passed: bool | None) -> None:
        from replay_gui.engine.files.outcome_notes import set_outcome  # a parser of TOML, which few comparisons need

        try:
            set_outcome((made.a if which is Side.A else made.b).facts, passed)
        except ReplayError as error:
            self._answer(made.number, Alert("error", tr("The outcome was not saved. {reason}", reason=error)))
        else:
            self._explain(made)

    def _outcome_by_hand(self, number: int, run: OpenRun) -> Outcome | None:
        from replay_gui.engine.files.outcome_notes import notes_of  # see _set_outcome

        try:
            return notes_of(run.facts).outcome
        except ReplayError as error:
            text = tr("An outcome set by hand is ignored. {reason}", reason=error)
            self._answer(number, Alert("warning", text))
            return None

    def _show_reasons(self, made: MadeComparison, value: msgspec.Raw) -> None:
        from replay_gui.engine.comparison.trail_reader import TrailReader
        from replay_gui.engine.jobs.why_job import WhyFindings  # not needed for the first picture

        findings = decode_value(value, WhyFindings)
        why = findings.why()
        self._made = replace(made, trails=TrailReader(made.a, made.b, made.row_indexes, why))
        sizes = _size(made.a), _size(made.b)
        self._answer(made.number, Explained(why, sizes, findings.effects))

    def close(self) -> None:
        """End the work under way, and release the comparison, in the worker too."""
        self._stop()
        if self._made is not None:
            self._made = None
            self._pool.submit(ForgetArguments.job, ForgetArguments(), _ignore_result)

    def _show_result(self, comparing: ComparingRuns, findings: Findings) -> None:
        try:
            if (runs := self._runs_of(comparing.request)) is None:
                return  # another run was opened meanwhile
            comparison = read_comparison(comparing.folder / _RESULT_FOLDER, findings)
        finally:
            self._stop()
        (a, b), number, request = runs, comparing.number, comparing.request
        row_indexes = RowIndexes.from_alignment(comparison.alignment)
        reader = StepReader(a, b, comparison.alignment, row_indexes, Rules(request.rules))
        self._made = MadeComparison(number=number, request=request, a=a, b=b, reader=reader, row_indexes=row_indexes)
        self._answer(number, Compared(comparison, row_indexes, findings.took_ms))

    def _runs_of(self, request: Compare) -> tuple[OpenRun, OpenRun] | None:
        """Return the two runs, if both are open."""
        a, b = self._runs()
        if a is None or b is None or (a.number, b.number) != (request.run_a, request.run_b):
            return None
        return a, b

    def _made_by(self, number: int) -> MadeComparison | None:
        """Return this comparison, if it is made and both its runs are open."""
        made = self._made
        return made if made is not None and made.number == number and self._runs() == (made.a, made.b) else None

    def _stop(self) -> None:
        _release(self._work)
        self._work = Resting()


def _release(work: ComparisonWork) -> None:
    """End the job under way, and remove the folder of its result."""
    match work:
        case Resting() | Waiting():
            pass
        case ComparingRuns(jobs=jobs, folder=folder):
            jobs.stop()
            shutil.rmtree(folder, ignore_errors=True)
        case Explaining(jobs=jobs):
            jobs.stop()
        case Superseded(under_way):
            _release(under_way)
        case _:
            assert_never(work)


def _only_rules_differ(a: Compare, b: Compare) -> bool:
    return msgspec.structs.replace(a, rules=b.rules) == b


def _arguments(a: OpenRun, b: OpenRun, request: Compare, result: str = "") -> CompareArguments:
    counts = a.index.count, b.index.count  # a file may have become shorter since the user aligned two steps
    anchors = tuple(pair for pair in request.anchors if all(0 <= at < n for at, n in zip(pair, counts, strict=True)))
    return CompareArguments(_named(a), _named(b), request.rules, anchors, result)


def _named(run: OpenRun) -> ComparedRun:
    return ComparedRun(str(run.log.source.path), str(run.folder), run.log.source.stamp, gap_notes(run.facts.notes))


def _size(run: OpenRun) -> RunSize:
    counts = counts_of_index(run.index)
    return RunSize(run.index.count, counts.calls, counts.failed, duration_of_index(run.index))


def _ignore_result(message: JobMessage) -> None:
    """Releasing the runs has no result."""
