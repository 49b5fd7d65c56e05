"""Groups of runs: those of one task, or those that are equal in another fact, such as the model."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import numpy as np

from replay_gui.core.contrast.feature import FeatureKind
from replay_gui.core.contrast.feature_table import KIND_NUMBERS, FeatureTable
from replay_gui.core.contrast.passed_expression import FIELDS
from replay_gui.core.contrast.run_profile import EvaluatedRun
from replay_gui.core.contrast.run_set import RunSet
from replay_gui.core.contrast.separation import Outcomes
from replay_gui.core.facts.fact_names import OUTCOME, SET_UP, TASK
from replay_gui.core.text.clock import utc_text
from replay_gui.core.text.json_pointer import pointer_text

FOLDER = "folder"
OUTCOME_NAMES = {True: "passed", False: "failed", None: None}
_DAY_LENGTH = len("2026-01-01")
_MAX_SET_UP_FEATURES = 2_000  # that are looked at, those of most runs
_MAX_SET_UP_VALUES = 20  # of a member of the set-up by which runs are grouped


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
    return _in_order(_groups(runs, outcomes, fact, None))


def _in_order(groups: list[RunGroup]) -> tuple[RunGroup, ...]:
    """Return groups in the order of their values, the unknown one last."""
    return tuple(sorted(groups, key=lambda group: (group.value is None, natural_order(group.value or ""))))


def facts_of(runs: Sequence[EvaluatedRun]) -> tuple[str, ...]:
    """Return those of FACTS by which these runs can be told apart; always the task and the outcome."""
    readable = [run for run in runs if not run.problem]
    told = {name for name, value in _OF_RUN.items() if len({value(run) for run in readable}) > 1}
    return tuple(name for name in FACTS if name in (TASK, OUTCOME) or name in told)


class GroupingFacts:
    """The facts by which the runs of a set can be told apart, those of their set-up among them.

    Attributes: names: of the facts; the task and the outcome always.
    """

    def __init__(self, runs: RunSet) -> None:
        self._runs = runs
        self._set_up = _set_up_features(runs.table)
        self.names = (*facts_of(runs.runs), *self._set_up)

    def grouped(self, outcomes: Outcomes, fact: str) -> tuple[RunGroup, ...]:
        """Return the runs grouped by a fact, as `group_runs` does."""
        if fact not in self._set_up:
            return group_runs(self._runs.runs, outcomes, fact)
        values: dict[int, str] = {}
        for number, value in self._set_up[fact]:
            values |= dict.fromkeys(self._runs.table.runs_of(number).tolist(), value)
        by_value: dict[str | None, list[int]] = {}
        for number, run in enumerate(self._runs.runs):
            if not run.problem:
                by_value.setdefault(values.get(number), []).append(number)
        return _in_order(_made(self._runs.runs, outcomes, by_value))


def _set_up_features(table: FeatureTable) -> dict[str, list[tuple[int, str]]]:
    """Return members of the set-up with a few values: the name of each, and the feature of each value, by number."""
    numbers = np.flatnonzero(table.kinds == KIND_NUMBERS[FeatureKind.SET_UP])
    numbers = numbers[np.argsort(-table.sizes[numbers], kind="stable")][:_MAX_SET_UP_FEATURES]
    found: dict[str, list[tuple[int, str]]] = {}
    for number, feature in zip(numbers.tolist(), table.lookup(numbers.tolist()), strict=True):
        found.setdefault(f"{SET_UP}{pointer_text(feature.path)}", []).append((number, feature.value))
    sizes = table.sizes

    def tells_apart(features: list[tuple[int, str]]) -> bool:
        whole = len(features) == 1 and sizes[features[0][0]] == table.count
        return not whole and len(features) <= _MAX_SET_UP_VALUES

    return {name: features for name, features in sorted(found.items()) if tells_apart(features)}


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
    return _made(runs, outcomes, by_value)


def _made(runs: Sequence[EvaluatedRun], outcomes: Outcomes, by_value: Mapping[str | None, list[int]]) -> list[RunGroup]:
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
