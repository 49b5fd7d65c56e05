"""Groups of runs: those of one task, or those with another equal fact, such as the model."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from string import digits

import numpy as np

from replay_gui.core.contrast.features.feature import FeatureKind
from replay_gui.core.contrast.features.feature_table import KIND_NUMBERS, FeatureTable
from replay_gui.core.contrast.passed_expression import FIELDS
from replay_gui.core.contrast.run_profile import EvaluatedRun
from replay_gui.core.contrast.run_set import RunSet
from replay_gui.core.contrast.separation import Outcomes
from replay_gui.core.facts.fact_names import OUTCOME, SET_UP, TASK
from replay_gui.core.text.clock import utc_text
from replay_gui.core.text.given_paths import folder_of
from replay_gui.core.text.json_pointer import pointer_text

FOLDER = "folder"
OUTCOME_NAMES = {True: "passed", False: "failed", None: None}
_DAY_LENGTH = len("2026-01-01")
_MAX_SET_UP_FEATURES = 2_000  # features of the set-up that are examined, most frequent first
_PIECE = re.compile(r"[0-9]+|[^0-9]+")
_MAX_DIGITS = 18  # characters of a text that is read as a number
_MAX_SET_UP_VALUES = 20  # of a member of the set-up by which runs can be grouped


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
    FOLDER: lambda run: folder_of(run.given),
}
FACTS = (TASK, OUTCOME, *(name for name in _OF_RUN if name != TASK))
"""What runs can be grouped by."""


@dataclass(frozen=True, slots=True)
class RunGroup:
    """Runs with an equal fact, by number, in the order of their trials. value: None if it is unknown."""

    value: str | None
    runs: tuple[int, ...]
    passed: int
    failed: int
    unknown: int

    @property
    def known(self) -> int:
        """The number of its runs with an outcome."""
        return self.passed + self.failed

    @property
    def mixed(self) -> bool:
        """Whether some of its runs passed and some failed; such a task is flaky."""
        return bool(self.passed and self.failed)


def tasks_of(
    runs: Sequence[EvaluatedRun], outcomes: Outcomes, chosen: Iterable[int] | None = None
) -> tuple[RunGroup, ...]:
    """Return the tasks: flaky ones first, beginning with the most evenly divided; then by share of failures.

    Args:
        chosen: numbers of the runs to examine; None: all. Runs that could not be read are in no group.
    """
    tasks = _groups(runs, outcomes, lambda number: _OF_RUN[TASK](runs[number]), chosen)
    tasks.sort(key=lambda t: (t.value is None, not t.mixed, _unevenness(t), natural_order(t.value or "")))
    return tuple(tasks)


class GroupingFacts:
    """The facts by which the runs of a set can be grouped, including those of their set-up.

    Attributes: names: of the facts; the task and the outcome are always among them.
    """

    def __init__(self, runs: RunSet) -> None:
        self._runs = runs
        self._set_up = _set_up_features(runs.table)
        readable = [run for run in runs.runs if not run.problem]
        varying = {TASK, OUTCOME, *(name for name, of in _OF_RUN.items() if len(set(map(of, readable))) > 1)}
        self.names = (*(name for name in FACTS if name in varying), *self._set_up)

    def grouped(self, outcomes: Outcomes, fact: str) -> tuple[RunGroup, ...]:
        """Return the runs grouped by a fact: tasks as by `tasks_of`, others sorted by their values.

        Runs with an unknown value come last.
        """
        runs = self._runs.runs
        if fact == TASK:
            return tasks_of(runs, outcomes)
        groups = _groups(runs, outcomes, self._value_of(outcomes, fact))
        return tuple(sorted(groups, key=lambda group: (group.value is None, natural_order(group.value or ""))))

    def _value_of(self, outcomes: Outcomes, fact: str) -> Callable[[int], str | None]:
        """Return a key for the value of a fact of the run with this number; None if it is unknown."""
        runs = self._runs.runs
        if fact == OUTCOME:
            return lambda number: OUTCOME_NAMES[outcomes[number]]
        if fact == FOLDER:
            folders = {number: folder_of(run.given) for number, run in enumerate(runs) if not run.problem}
            names = _first_differing(set(folders.values()))
            return lambda number: names[folders[number]]
        if fact in _OF_RUN:
            return lambda number: _OF_RUN[fact](runs[number])
        of_set_up: dict[int, str] = {}
        for feature, value in self._set_up.get(fact, ()):
            of_set_up |= dict.fromkeys(self._runs.table.runs_of(feature).tolist(), value)
        return of_set_up.get


def _set_up_features(table: FeatureTable) -> dict[str, list[tuple[int, str]]]:
    """Return members of the set-up with few values: the name of each, and the feature number of each value."""
    numbers = np.flatnonzero(table.kinds == KIND_NUMBERS[FeatureKind.SET_UP])
    numbers = numbers[np.argsort(-table.sizes[numbers], kind="stable")][:_MAX_SET_UP_FEATURES]
    found: dict[str, list[tuple[int, str]]] = {}
    for number, feature in zip(numbers.tolist(), table.lookup(numbers.tolist()), strict=True):
        found.setdefault(f"{SET_UP}{pointer_text(feature.path)}", []).append((number, feature.value))
    sizes = table.sizes

    def distinguishes_runs(features: list[tuple[int, str]]) -> bool:
        whole = len(features) == 1 and sizes[features[0][0]] == table.count
        return not whole and len(features) <= _MAX_SET_UP_VALUES

    return {name: features for name, features in sorted(found.items()) if distinguishes_runs(features)}


def natural_order(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key that compares numbers by value, also within words: 2, 10, sample 2, sample 10."""
    return tuple(
        (0, int(piece), "") if piece[0] in digits and len(piece) < _MAX_DIGITS else (1, 0, piece)
        for piece in _PIECE.findall(text)
    )


def _groups(
    runs: Sequence[EvaluatedRun],
    outcomes: Outcomes,
    value_of: Callable[[int], str | None],
    chosen: Iterable[int] | None = None,
) -> list[RunGroup]:
    """Return the runs that could be read, grouped by the value of each number."""
    by_value: dict[str | None, list[int]] = {}
    for number in range(len(runs)) if chosen is None else chosen:
        if not runs[number].problem:
            by_value.setdefault(value_of(number), []).append(number)
    trials = {runs[number].identity.trial or "" for numbers in by_value.values() for number in numbers}
    orders = {trial: natural_order(trial) for trial in trials}  # tasks have trials of the same names
    groups = []
    for value, numbers in by_value.items():
        numbers.sort(key=lambda number: (orders[runs[number].identity.trial or ""], number))
        passed = sum(outcomes[number] is True for number in numbers)
        failed = sum(outcomes[number] is False for number in numbers)
        groups.append(RunGroup(value, tuple(numbers), passed, failed, len(numbers) - passed - failed))
    return groups


def _first_differing(folders: Collection[str]) -> dict[str, str]:
    """Return for each folder the first part in which they differ: ``before`` and ``after``."""
    parts = {folder: Path(folder).parts for folder in folders}
    common = next((place for place, names in enumerate(zip_longest(*parts.values())) if len(set(names)) > 1), 0)
    return {folder: next(iter(names[common:]), os.curdir) for folder, names in parts.items()}


def _unevenness(task: RunGroup) -> float:
    if not task.known:
        return 2.0
    return (abs(task.passed - task.failed) if task.mixed else task.passed) / task.known
