"""The contrast of many runs: their tasks, what separates those that passed, and the values that the picture shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from replay_gui.core.contrast.run_groups import RunGroup, tasks_of
from replay_gui.core.contrast.run_profile import EvaluatedRun
from replay_gui.core.contrast.run_set import RunSet
from replay_gui.core.contrast.separation import Outcomes
from replay_gui.core.contrast.separators import Separation
from replay_gui.core.contrast.tasks import separate_runs, separate_within_tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """The separators of runs, of one task or of many.

    Attributes:
        runs: all of them, also those that could not be read. outcomes: the outcome used for each run: a grader's, the
            user's, or the result of the user's expression.
        tasks: flaky ones first. separation: within the one task, or within each of all tasks.
        per_task: whether the separation is within each task.
        copies: runs with the same bytes as another run; they are counted like different runs.
    """

    runs: tuple[EvaluatedRun, ...]
    outcomes: tuple[bool | None, ...]
    tasks: tuple[RunGroup, ...]
    separation: Separation
    per_task: bool
    copies: int = 0

    @property
    def passed(self) -> int:
        """The number of runs that passed."""
        return sum(outcome is True for outcome in self.outcomes)

    @property
    def failed(self) -> int:
        """The number of runs that failed."""
        return sum(outcome is False for outcome in self.outcomes)

    @property
    def unknown(self) -> int:
        """The number of runs without an outcome, or that could not be read."""
        return len(self.runs) - self.passed - self.failed


def contrast_runs(runs: RunSet, outcomes: Outcomes | None = None) -> Contrast:
    """Contrast runs.

    Args:
        outcomes: of each run; None: as recorded in the logs.
    """
    used = tuple(runs.outcomes if outcomes is None else outcomes)
    tasks = tasks_of(runs.runs, used)
    separation = separate_chosen(runs, used, tasks)
    return Contrast(
        runs=runs.runs,
        outcomes=used,
        tasks=tasks,
        separation=separation,
        per_task=len(tasks) > 1,
        copies=_copies(runs.runs),
    )


def separate_chosen(runs: RunSet, outcomes: Outcomes, tasks: Sequence[RunGroup]) -> Separation:
    """Return what separates the runs of these tasks: of a single task directly, of several within each."""
    if len(tasks) > 1:
        return separate_within_tasks(runs.table, outcomes, tasks)
    return separate_runs(runs.table, outcomes, [run for task in tasks for run in task.runs])


def _copies(runs: tuple[EvaluatedRun, ...]) -> int:
    """Return the number of runs in files with the same bytes as an earlier file."""
    known = [(run.content, run.given.rpartition("#")[2] if "#" in run.given else "") for run in runs if run.content]
    return len(known) - len(set(known))
