"""The tasks of many runs, and what separates within them: tasks are never thrown together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.contrast.feature import WEIGHTS
from replay_gui.core.contrast.feature_ranking import FeatureRanking
from replay_gui.core.contrast.feature_table import FeatureTable
from replay_gui.core.contrast.feature_words import feature_words
from replay_gui.core.contrast.run_profile import EvaluatedRun
from replay_gui.core.contrast.separation import MAX_SEPARATORS, Outcomes, counts_words, example, separate, tiers_of
from replay_gui.core.contrast.separators import FEW_RUNS, ListedDecision, RunPlace, Separation, Separator, Share
from replay_gui.core.contrast.statistics import SIGNIFICANT, Stratum, mantel_haenszel
from replay_gui.core.text.wording import plural

_MAX_CANDIDATES = 120
_MAX_ALSO = 40
_AT_ONCE = 1 << 19  # entries of the table that are looked at together, which bounds the memory


@dataclass(frozen=True, slots=True)
class TaskRuns:
    """The runs of one task, by number, in the order of their trials. task: None for runs whose task is unknown."""

    task: str | None
    runs: tuple[int, ...]
    passed: int
    failed: int
    unknown: int

    @property
    def mixed(self) -> bool:
        """Whether some of its runs passed and some failed: a flaky task."""
        return bool(self.passed and self.failed)


def tasks_of(runs: Sequence[EvaluatedRun], outcomes: Outcomes) -> tuple[TaskRuns, ...]:
    """Return the tasks: flaky ones first, the most evenly divided before others; then those that fail more often."""
    by_task: dict[str | None, list[int]] = {}
    for number, run in enumerate(runs):
        if not run.problem:
            by_task.setdefault(run.identity.task, []).append(number)
    tasks = []
    for task, numbers in by_task.items():
        numbers.sort(key=lambda number: (_natural(runs[number].identity.trial or ""), number))
        passed = sum(outcomes[number] is True for number in numbers)
        failed = sum(outcomes[number] is False for number in numbers)
        tasks.append(TaskRuns(task, tuple(numbers), passed, failed, len(numbers) - passed - failed))
    tasks.sort(key=lambda t: (t.task is None, not t.mixed, _unevenness(t), _natural(t.task or "")))
    return tuple(tasks)


def separate_runs(table: FeatureTable, outcomes: Outcomes, runs: Sequence[int]) -> Separation:
    """Return what separates some of the runs, such as those of one task; numbers of runs are those of the table."""
    chosen = np.zeros(table.count, np.bool_)
    chosen[np.array(runs, np.int64)] = True
    numbers = np.flatnonzero(chosen).tolist()
    separation = separate(table.of_runs(chosen), [outcomes[number] for number in numbers])

    def place(at: RunPlace | None) -> RunPlace | None:
        return None if at is None else RunPlace(numbers[at.run], at.index)

    separators = tuple(
        replace(
            s,
            passed_example=place(s.passed_example),
            failed_example=place(s.failed_example),
            runs=tuple(numbers[run] for run in s.runs),
        )
        for s in separation.separators
    )
    decisions = tuple(
        ListedDecision(d.separator, d.has, tuple(numbers[run] for run in d.runs)) for d in separation.decisions
    )
    unexplained = tuple(numbers[run] for run in separation.unexplained)
    return replace(separation, separators=separators, decisions=decisions, unexplained=unexplained)


def separate_within_tasks(table: FeatureTable, outcomes: Outcomes, tasks: Sequence[TaskRuns]) -> Separation:
    """Return what goes with the outcome within tasks, over all tasks with both outcomes (Mantel-Haenszel).

    Each p is corrected by Bonferroni's factor. By chance and decision lists are for single tasks.
    """
    mixed = [task for task in tasks if task.mixed]
    strata = _Strata(table, outcomes, mixed)
    note = _note(strata, len(tasks))
    if not mixed or not len(strata.features):
        return Separation(separators=(), compared=0, factor=1, decisions=(), unexplained=(), note=note)
    tiers = tiers_of(table)
    marks = table.set_marks(strata.known)[strata.features]
    order = np.lexsort((strata.features, tiers[strata.features], marks))
    _, first, sizes = np.unique(marks[order], return_index=True, return_counts=True)
    leads, compared = order[first], len(first)
    weights = np.array([0.0, *(WEIGHTS[tier] for tier in sorted(WEIGHTS))])
    scores = strata.strengths[leads] * weights[tiers[strata.features[leads]]]
    best = np.argsort(-scores, kind="stable")[:_MAX_CANDIDATES]
    p, f = table.counts(strata.passed), table.counts(strata.failed)
    ranking = FeatureRanking(table, p, f, strata.known)
    members = [strata.features[order[first[n] : first[n] + min(sizes[n], _MAX_ALSO)]].tolist() for n in best]
    features = iter(table.lookup([number for numbers in members for number in numbers]))
    scored = []
    for n, numbers in zip(best.tolist(), members, strict=True):
        named = [(next(features), member) for member in numbers]
        ranked = sorted((ranking.rank(m, feature, int(tiers[m])), feature, m) for feature, m in named)
        scored.append((-round(float(scores[n]), 9), ranked[0][:2], n, ranked))
    scored.sort(key=lambda entry: entry[:2])
    separators = []
    for score, _, n, ranked in scored[:MAX_SEPARATORS]:
        _, feature, number = ranked[0]
        test = mantel_haenszel(strata.of_feature(number))
        corrected = min(1.0, test.p * compared)
        shares = Share(int(p[number]), strata.passing), Share(int(f[number]), strata.failing)
        separators.append(
            Separator(
                feature=feature,
                tier=int(tiers[number]),
                sentence=f"{feature_words(feature)}: {counts_words(*shares)}",
                strength=float(strata.strengths[leads[n]]),
                score=-score,
                passing=shares[0],
                failing=shares[1],
                p=test.p,
                corrected_p=corrected,
                significant=corrected <= SIGNIFICANT and strata.passing + strata.failing >= FEW_RUNS,
                by_chance=None,
                stratified=test,
                passed_example=example(table, number, strata.passed),
                failed_example=example(table, number, strata.failed),
                also=tuple(feature_words(other) for _, other, _ in ranked[1:]),
                also_count=int(sizes[n]) - 1,
                runs=tuple(run for run in table.runs_of(number).tolist() if strata.known[run]),
            )
        )
    return Separation(
        separators=tuple(separators), compared=compared, factor=compared, decisions=(), unexplained=(), note=note
    )


class _Strata:
    """The tables of features in the tasks with both outcomes.

    Attributes:
        features: numbers of the features that some runs of a task have, and some have not.
        strengths: of each of these: its deviation in standard deviations, as a share of the largest possible one.
    """

    def __init__(self, table: FeatureTable, outcomes: Outcomes, tasks: Sequence[TaskRuns]) -> None:
        self._table = table
        self._task_of = np.full(table.count, -1, np.int64)
        self.passed, self.failed = np.zeros(table.count, np.bool_), np.zeros(table.count, np.bool_)
        for number, task in enumerate(tasks):
            for run in task.runs:
                if outcomes[run] is not None:
                    self._task_of[run] = number
                    (self.passed if outcomes[run] else self.failed)[run] = True
        self.known = self.passed | self.failed
        self.passing, self.failing = int(self.passed.sum()), int(self.failed.sum())
        self._passing = np.array([task.passed for task in tasks], np.int64)
        self._failing = np.array([task.failed for task in tasks], np.int64)
        self.tasks = len(tasks)
        by_stretch = [self._strengths(first, end) for first, end in _stretches(table)] if tasks else []
        self.features = np.concatenate([np.zeros(0, np.int64), *(features for features, _ in by_stretch)])
        self.strengths = np.concatenate([np.zeros(0), *(strengths for _, strengths in by_stretch)])

    def _strengths(self, first: int, end: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the features from `first` to before `end` that tell something, and their strengths."""
        owner, task, p, f = self._tables(first, end)
        features, starts = np.unique(owner, return_index=True)
        if not len(features):
            return features, np.zeros(0)
        passing, failing = self._passing[task], self._failing[task]
        total, held = passing + failing, p + f
        deviation = p - held * passing / total
        variance = passing * failing * held * (total - held) / (total * total * (total - 1))
        above = np.abs(np.add.reduceat(deviation, starts))
        spread = np.sqrt(np.add.reduceat(variance, starts))
        return features, np.minimum(np.maximum(above - 0.5, 0.0) / spread / self._clearest(), 1.0)

    def _tables(
        self, first: int, end: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Return (feature, task, p, f) for each feature and each task of which some runs have it, and some have not."""
        table = self._table
        runs = table.runs[table.starts[first] : table.starts[end]]
        kept = self.known[runs]
        runs = runs[kept]
        # One number for feature, task and outcome: sorted, they are the tables, without a second look at the runs.
        keys = np.repeat(np.arange(first, end, dtype=np.int64), np.diff(table.starts[first : end + 1]))[kept]
        keys = 2 * (keys * self.tasks + self._task_of[runs]) + self.passed[runs]
        keys.sort()
        starts = np.flatnonzero(np.diff(keys >> 1, prepend=-1))
        held = np.diff(starts, append=len(keys))
        p = np.add.reduceat(keys & 1, starts) if len(starts) else np.zeros(0, np.int64)
        owner, task = np.divmod(keys[starts] >> 1, self.tasks)
        partial = held < self._passing[task] + self._failing[task]
        return owner[partial], task[partial], p[partial], (held - p)[partial]

    def _clearest(self) -> float:
        """Return the deviation, in standard deviations, of a feature that separates every task."""
        passing, failing = self._passing.astype(float), self._failing.astype(float)
        total = passing + failing
        spread = np.sqrt((passing**2 * failing**2 / (total**2 * (total - 1))).sum())
        return max(float(((passing * failing / total).sum() - 0.5) / spread), 1e-9)

    def of_feature(self, feature: int) -> list[Stratum]:
        """Return the tables of one feature."""
        _, tasks, p, f = self._tables(feature, feature + 1)
        return [
            Stratum(having, lacking, int(self._passing[task]), int(self._failing[task]))
            for task, having, lacking in zip(tasks.tolist(), p.tolist(), f.tolist(), strict=True)
        ]


def _stretches(table: FeatureTable) -> Iterator[tuple[int, int]]:
    """Yield stretches of features (first, end) that have about _AT_ONCE entries together."""
    first = 0
    while first < len(table):
        end = int(np.searchsorted(table.starts, table.starts[first] + _AT_ONCE, side="right")) - 1
        end = min(max(end, first + 1), len(table))
        yield first, end
        first = end


def _note(strata: _Strata, tasks: int) -> str:
    mixed = strata.tasks
    if not mixed:
        return f"None of {plural(tasks, 'task')} has both outcomes, so nothing can be separated within a task."
    rest = tasks - mixed
    others = f"; {plural(rest, 'other task')} {'says' if rest == 1 else 'say'} nothing" if rest else ""
    few = " Nothing here is significant: there are too few runs." if strata.passing + strata.failing < FEW_RUNS else ""
    return f"Within {plural(mixed, 'task')} with both outcomes{others}; tasks are never thrown together.{few}"


def _unevenness(task: TaskRuns) -> float:
    known = task.passed + task.failed
    return abs(task.passed - task.failed) / known if task.mixed else task.passed / known if known else 2.0


def _natural(text: str) -> tuple[int, int, str]:
    """Order numbers by their value, before words."""
    return (0, int(text), "") if text.isascii() and text.isdigit() and len(text) < 18 else (1, 0, text)
