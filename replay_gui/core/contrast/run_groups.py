"""Groups of runs: those of one task, or those that are equal in another fact, such as the model."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from replay_gui.core.contrast.passed_expression import FIELDS
from replay_gui.core.contrast.run_profile import EvaluatedRun
from replay_gui.core.contrast.separation import Outcomes
from replay_gui.core.text.clock import utc_text

TASK, OUTCOME, FOLDER = "task", "outcome", "folder"
OUTCOME_NAMES = {True: "passed", False: "failed", None: None}
_DAY_LENGTH = len("2026-01-01")


def _grader(run: EvaluatedRun) -> str | None:
    return next((outcome.by for outcome in run.result.outcomes if outcome.by), None)


_OF_RUN: dict[str, Callable[[EvaluatedRun], str | None]] = {
    **{name: FIELDS[name] for name in (TASK, "trial", "agent", "model")},
    "version": lambda run: run.identity.version,
    "end": FIELDS["end"],
    "label": FIELDS["label"],
    "grader": _grader,
    "handed in": lambda run: "a patch" if run.submitted else "no patch",
    "day": lambda run: None if run.started is None else utc_text(run.started)[:_DAY_LENGTH],
    "format": lambda run: run.format or None,
    FOLDER: lambda run: os.path.dirname(run.given),
}
FACTS = (TASK, OUTCOME, *(name for name in _OF_RUN if name != TASK))
"""What runs can be grouped by."""


@dataclass(frozen=True, slots=True)
class RunGroup:
    """Runs that are equal in a fact, by number, in the order of their trials. value: None where it is unknown."""

    value: str | None
    runs: tuple[int, ...]
    passed: int
    failed: int
    unknown: int

    @property
    def mixed(self) -> bool:
        """Whether some of its runs passed and some failed: of a task, that it is flaky."""
        return bool(self.passed and self.failed)


def tasks_of(
    runs: Sequence[EvaluatedRun], outcomes: Outcomes, chosen: Iterable[int] | None = None
) -> tuple[RunGroup, ...]:
    """Return the tasks: flaky ones first, the most evenly divided before others; then those that fail more often.

    Args:
        chosen: numbers of the runs to look at; None: all. Those that could not be read are in no group.
    """
    tasks = _groups(runs, outcomes, TASK, chosen)
    tasks.sort(key=lambda t: (t.value is None, not t.mixed, _unevenness(t), natural_order(t.value or "")))
    return tuple(tasks)


def group_runs(runs: Sequence[EvaluatedRun], outcomes: Outcomes, fact: str) -> tuple[RunGroup, ...]:
    """Return the runs grouped by one of FACTS: tasks as `tasks_of` does, others in the order of their values."""
    if fact == TASK:
        return tasks_of(runs, outcomes)
    groups = _groups(runs, outcomes, fact, None)
    groups.sort(key=lambda group: (group.value is None, natural_order(group.value or "")))
    return tuple(groups)


def facts_of(runs: Sequence[EvaluatedRun]) -> tuple[str, ...]:
    """Return those of FACTS by which these runs can be told apart; always the task and the outcome."""
    readable = [run for run in runs if not run.problem]
    told = {name for name, value in _OF_RUN.items() if len({value(run) for run in readable}) > 1}
    return tuple(name for name in FACTS if name in (TASK, OUTCOME) or name in told)


def natural_order(text: str) -> tuple[int, int, str]:
    """Return a key that orders numbers by their value, before words."""
    return (0, int(text), "") if text.isascii() and text.isdigit() and len(text) < 18 else (1, 0, text)


def _groups(
    runs: Sequence[EvaluatedRun], outcomes: Outcomes, fact: str, chosen: Iterable[int] | None
) -> list[RunGroup]:
    by_value: dict[str | None, list[int]] = {}
    value_of = _OF_RUN.get(fact)
    for number in range(len(runs)) if chosen is None else chosen:
        run = runs[number]
        if not run.problem:
            value = OUTCOME_NAMES[outcomes[number]] if value_of is None else value_of(run)
            by_value.setdefault(value, []).append(number)
    if fact == FOLDER:
        by_value = _by_first_folder(by_value)
    groups = []
    for value, numbers in by_value.items():
        numbers.sort(key=lambda number: (natural_order(runs[number].identity.trial or ""), number))
        passed = sum(outcomes[number] is True for number in numbers)
        failed = sum(outcomes[number] is False for number in numbers)
        groups.append(RunGroup(value, tuple(numbers), passed, failed, len(numbers) - passed - failed))
    return groups


def _by_first_folder(by_folder: dict[str | None, list[int]]) -> dict[str | None, list[int]]:
    """Return the runs by the first folder in which their places differ: ``before`` and ``after``."""
    parts = {folder: Path(folder or "").parts for folder in by_folder}
    common = next((place for place, names in enumerate(zip_longest(*parts.values())) if len(set(names)) > 1), 0)
    found: dict[str | None, list[int]] = {}
    for folder, numbers in by_folder.items():
        found.setdefault(next(iter(parts[folder][common:]), os.curdir), []).extend(numbers)
    return found


def _unevenness(task: RunGroup) -> float:
    known = task.passed + task.failed
    return abs(task.passed - task.failed) / known if task.mixed else task.passed / known if known else 2.0
