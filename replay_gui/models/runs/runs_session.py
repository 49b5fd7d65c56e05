"""The evaluation that the window shows: many runs, and the contrast of all of them, or of those of one task."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeAlias, assert_never

from PySide6.QtCore import QObject, Signal, Slot

from replay_gui.core.catalogue.extras import catalogue_of
from replay_gui.core.facts.fact_names import TASK, VersionPair
from replay_gui.core.translation.messages import tr
from replay_gui.engine.bridge import EngineBridge
from replay_gui.engine.evaluation_answer import (
    CatalogueAnswer,
    Evaluation,
    EvaluationFailed,
    EvaluationFound,
    EvaluationProgress,
    RunsAnswer,
    RunsLocated,
)
from replay_gui.engine.queries.catalogue_messages import LocateRuns, QueryCatalogue
from replay_gui.engine.requests import Answer, EvaluateRuns, Request
from replay_gui.models.disk_question import DiskQuestion

if TYPE_CHECKING:  # the first window needs none of them
    from replay_gui.core.contrast.failure_groups import FailureGroups
    from replay_gui.core.contrast.run_groups import RunGroup
    from replay_gui.core.contrast.run_profile import EvaluatedRun
    from replay_gui.core.contrast.versions import VersionChange
    from replay_gui.core.report.redaction_profile import RedactionProfile
    from replay_gui.engine.jobs.evaluation.evaluation_messages import EvaluationPart, RunsContrasted


@dataclass(frozen=True, slots=True)
class Evaluating:
    """Runs are read or contrasted, as evaluation `number` of the session; total 0 = unknown."""

    number: int
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Evaluated:
    """No work is under way. `problem`: why it failed, or ""."""

    problem: str = ""


RunsWork: TypeAlias = Evaluating | Evaluated


class RunsSession(QObject):
    """Many runs, read once; the contrast of all of them, or of some.

    Attributes:
        bridge: to the engine, or None. sources: the opened files and folders; may be empty.
        catalogue: the folder of the catalogue that was opened, or "".
        runs: the known facts of each. outcomes: passed, failed or unknown, of each; empty until all are read.
        facts: by which they can be grouped. group_by: the fact by which they are. groups: of tasks, flaky ones first.
        choice: what to contrast: a group, the runs with these numbers, or None for all of them.
        versions: the two compared ones, or None. change: from one to the other; None until it is known.
        contrasted: the contrast of the chosen runs; None until it is known. failures: likewise.
        flip_reasons: the first reason of each flipped task, as far as it is known.
        contrasts_first_group: whether the first group, not all runs, is contrasted while no group is chosen.
        passed: the expression that defines passing, or "". read_in: ns that reading and the first contrast took; None
            until then.
        work: one of RunsWork. Answers about earlier evaluations are stale.

    Signals:
        runs_changed(): runs, outcomes or groups have changed. contrast_changed(): contrasted or failures have changed.
        progressed(): `work` has changed. opened(): other sources.
        catalogue_found(): the opened folder is a catalogue.
        reported(object): the Report that was requested. grouped(): the user chose another fact to group by.
        query_answered(object): a CatalogueAnswer. runs_located(object): RunsLocated. Both answer a request.
    """

    opened = Signal()
    catalogue_found = Signal()
    grouped = Signal()
    runs_changed = Signal()
    contrast_changed = Signal()
    progressed = Signal()
    reported = Signal(object)
    query_answered = Signal(object)
    runs_located = Signal(object)

    def __init__(self, bridge: EngineBridge | None, parent: QObject | None = None) -> None:
        """Without a bridge no request is sent."""
        super().__init__(parent)
        self.bridge = bridge
        self._numbers = itertools.count(1)
        self._reading = self._began = 0
        self._forget()
        self.sources: tuple[str, ...] = ()
        self._catalogue = DiskQuestion(self)
        self._catalogue.answered.connect(self._on_catalogue_found)
        self.catalogue = ""
        self.passed = ""
        self.contrasts_first_group = False
        if bridge is not None:
            bridge.answered.connect(self._on_answered)

    def _forget(self) -> None:
        self.runs: list[EvaluatedRun] = []
        self.outcomes: tuple[bool | None, ...] = ()
        self.read_in: int | None = None
        self.facts: tuple[str, ...] = ()
        self.group_by = TASK
        self.groups: tuple[RunGroup, ...] = ()
        self.choice: RunGroup | tuple[int, ...] | None = None
        self.versions: VersionPair | None = None
        self.change: VersionChange | None = None
        self.flip_reasons: dict[str | None, str] = {}
        self._version_of: dict[int, str] = {}  # of the runs in `change`
        self.contrasted: RunsContrasted | None = None
        self.failures: FailureGroups | None = None
        self.work: RunsWork = Evaluated()

    @property
    def working(self) -> bool:
        """Whether work is under way."""
        return isinstance(self.work, Evaluating)

    @property
    def problem(self) -> str:
        """Why the last work failed, or ""."""
        return self.work.problem if isinstance(self.work, Evaluated) else ""

    @property
    def group(self) -> RunGroup | None:
        """The group to contrast, if one is chosen."""
        return None if isinstance(self.choice, tuple) else self.choice

    @property
    def chosen(self) -> tuple[int, ...] | None:
        """The numbers of the runs to contrast; None: all of them."""
        return self.choice if self.choice is None or isinstance(self.choice, tuple) else self.choice.runs

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many runs passed, failed, and have no outcome or could not be read."""
        passed = sum(outcome is True for outcome in self.outcomes)
        failed = sum(outcome is False for outcome in self.outcomes)
        return passed, failed, len(self.runs) - passed - failed

    def outcome(self, run: int) -> bool | None:
        """Return whether a run passed; None if unknown."""
        return self.outcomes[run] if run < len(self.outcomes) else None

    def version_of(self, run: int) -> str:
        """Return the version of a run; "" if it is of neither, or `change` is not known."""
        return self._version_of.get(run, "")

    # ---- requests -----------------------------------------------------------------------------------
    def open(self, sources: tuple[str, ...]) -> None:
        """Read other runs, or none."""
        self._forget()
        self.sources, self.catalogue = sources, ""
        self._reading += 1
        self._began = time.monotonic_ns()
        self.opened.emit()
        self._catalogue.ask_disk(partial(_catalogue_among, sources))
        self._request()
        self.runs_changed.emit()
        self.contrast_changed.emit()

    @Slot(object)
    def _on_catalogue_found(self, found: tuple[tuple[str, ...], str]) -> None:
        sources, self.catalogue = found
        if sources == self.sources and self.catalogue:
            self.catalogue_found.emit()

    @Slot()
    def reload(self) -> None:
        """Read the same runs again."""
        self.open(self.sources)

    @Slot()
    def contrast_again(self) -> None:
        """Contrast the same runs by the rules of now; if these are others, read the calls again."""
        if self.sources:
            self._request()

    def set_passed(self, expression: str) -> None:
        """Set the definition of passing; "": use the outcomes in the logs."""
        if expression != self.passed:
            self.passed = expression
            self._request()

    def set_group_by(self, fact: str) -> None:
        """Group the runs by another of `facts`, and contrast all of them; end the comparison of versions."""
        if fact != self.group_by or self.versions is not None:
            self._set_versions(None, fact)
            self.grouped.emit()

    def compare_versions(self, versions: VersionPair) -> None:
        """Compare two versions, task by task."""
        self._set_versions(versions, TASK)

    def _set_versions(self, versions: VersionPair | None, fact: str) -> None:
        self.versions, self.group_by = versions, fact
        self._set_change(None)
        self.flip_reasons = {}
        self.groups, self.choice, self.failures = (), None, None
        self._request()
        self.runs_changed.emit()
        self.contrast_changed.emit()

    def choose_group(self, group: RunGroup | None) -> None:
        """Contrast the runs of one group, or all."""
        self._choose(group)

    def choose(self, runs: tuple[int, ...]) -> None:
        """Contrast these runs."""
        self._choose(runs)

    def _choose(self, choice: RunGroup | tuple[int, ...] | None) -> None:
        before, self.choice = self.chosen, choice
        if self.chosen != before:
            self.failures = None
            self._request()
            self.contrast_changed.emit()

    def request_report(self, command: str, profile: RedactionProfile | None, *, in_english: bool = False) -> None:
        """Request a report on all runs, once they are contrasted; `reported` brings it. See EvaluateRuns."""
        self._request(report=command, profile=profile, in_english=in_english)

    @Slot()
    def stop(self) -> None:
        """End the work under way; keep the results so far."""
        if self.working:
            self._send(EvaluateRuns(number=next(self._numbers), reading=self._reading, sources=()))
            self.work = Evaluated(tr("stopped"))
            self.progressed.emit()

    def _request(self, report: str = "", profile: RedactionProfile | None = None, *, in_english: bool = False) -> None:
        number = next(self._numbers)
        self.work = Evaluating(number) if self.sources else Evaluated()
        self._send(
            EvaluateRuns(
                number=number,
                reading=self._reading,
                sources=self.sources,
                chosen=self.chosen,
                group_by=self.group_by,
                first_group=self.contrasts_first_group,
                versions=self.versions,
                passed=self.passed,
                report=report,
                profile=profile,
                in_english=in_english,
            )
        )
        self.progressed.emit()

    def _send(self, request: EvaluateRuns) -> None:
        self.send_request("evaluation", request)

    def send_request(self, key: str, request: EvaluateRuns | QueryCatalogue | LocateRuns) -> None:
        """Send a request about many runs; it replaces a waiting one with the same key."""
        if self.bridge is not None:
            self.bridge.send_request(key, Request(0, request))

    # ---- answers ------------------------------------------------------------------------------------
    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        if isinstance(answer.value, RunsAnswer):
            self._on_runs_answer(answer.value)

    def _on_runs_answer(self, value: Evaluation | CatalogueAnswer | RunsLocated) -> None:
        match value:
            case EvaluationProgress() | EvaluationFound() | EvaluationFailed():
                if self._awaits(value.number):
                    self._on_evaluation(value)
            case CatalogueAnswer():
                self.query_answered.emit(value)
            case RunsLocated():
                self.runs_located.emit(value)
            case _:
                assert_never(value)

    def _awaits(self, number: int) -> bool:
        return isinstance(self.work, Evaluating) and self.work.number == number

    def _on_evaluation(self, evaluation: Evaluation) -> None:
        match evaluation:
            case EvaluationProgress():
                self._set_progress(evaluation.done, evaluation.total)
            case EvaluationFailed():
                self.work = Evaluated(evaluation.problem)
            case EvaluationFound():
                self._take_part(evaluation.part)
                if not self._awaits(evaluation.number):
                    return  # a group was chosen as soon as the groups were known: that evaluation continues
                if evaluation.ended:
                    self.work = Evaluated()
            case _:
                assert_never(evaluation)
        self.progressed.emit()

    def _set_progress(self, done: int, total: int) -> None:
        if isinstance(self.work, Evaluating):
            self.work = replace(self.work, done=done, total=total)

    def _take_part(self, part: EvaluationPart) -> None:
        from replay_gui.engine.jobs.evaluation.evaluation_messages import (
            FailuresGrouped,
            RunsContrasted,
            RunsListed,
            RunsReported,
        )

        match part:
            case RunsListed():
                self._set_progress(part.done, part.total)
                self.runs[part.first_run : part.first_run + len(part.runs)] = part.runs
                if part.runs:
                    self.runs_changed.emit()
            case RunsContrasted():
                if self.read_in is None:
                    self.read_in = time.monotonic_ns() - self._began
                known = self.outcomes, self.facts, self.groups, self.change
                self.outcomes, self.facts, self.groups = part.outcomes, part.facts, part.groups
                self._set_change(part.change)
                self.contrasted, self.failures = part, None
                if part.group is not None:
                    self.choice = part.groups[part.group]
                if known != (part.outcomes, part.facts, part.groups, part.change):
                    self.runs_changed.emit()
                self.contrast_changed.emit()
            case FailuresGrouped():
                self.failures = part.failures
                if self.contrasted is not None and self.contrasted.by_version:
                    self._take_flip_reasons(part.failures)
                self.contrast_changed.emit()
            case RunsReported():
                self.reported.emit(part.report)
            case _:
                assert_never(part)

    def _set_change(self, change: VersionChange | None) -> None:
        self.change, self._version_of = change, {}
        if change is not None and self.versions is not None:
            for task in change.tasks:
                for value, side in ((self.versions.before, task.before), (self.versions.after, task.after)):
                    self._version_of |= dict.fromkeys(side.runs, tr("unknown") if value is None else value)

    def _take_flip_reasons(self, failures: FailureGroups) -> None:
        """Keep the reason why each task flipped, so that it stays while single tasks are shown."""
        self.flip_reasons = {
            self.runs[number].identity.task: sentence for number, sentence in failures.sentences.items()
        }


def _catalogue_among(sources: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    return sources, catalogue_of(sources)
