"""The tasks of many runs, and what separates runs within them: tasks are never mixed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.contrast.features.feature import WEIGHTS, Feature
from replay_gui.core.contrast.features.feature_ranking import FeatureRanking
from replay_gui.core.contrast.features.feature_table import FeatureTable
from replay_gui.core.contrast.features.feature_words import feature_words
from replay_gui.core.contrast.run_groups import RunGroup
from replay_gui.core.contrast.separation import (
    MAX_SEPARATORS,
    Outcomes,
    example,
    separate_groups,
    tiers_of,
)
from replay_gui.core.contrast.separators import FEW_RUNS, ListedDecision, RunPlace, Separation, Separator, Share
from replay_gui.core.contrast.statistics import SIGNIFICANT, Stratum, mantel_haenszel
from replay_gui.core.translation.messages import tr, trn

_MAX_CANDIDATES = 120
_MAX_WORDED_FEATURES = 40
_ENTRIES_AT_ONCE = 1 << 19  # entries of the table that are read together, to limit the memory


def separate_runs(table: FeatureTable, outcomes: Outcomes, runs: Sequence[int]) -> Separation:
    """Return what separates some of the runs, such as those of one task; numbers of runs are those of the table."""
    chosen = np.zeros(table.count, np.bool_)
    chosen[np.array(runs, np.int64)] = True
    numbers = np.flatnonzero(chosen).tolist()
    separation = separate_groups(table.of_runs(chosen), [outcomes[number] for number in numbers])

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


def separate_within_tasks(table: FeatureTable, outcomes: Outcomes, tasks: Sequence[RunGroup]) -> Separation:
    """Return the features associated with the outcome within tasks, over tasks with both outcomes (Mantel-Haenszel).

    Each p is corrected by Bonferroni's factor. Labellings and decision lists are for single tasks only.
    """
    mixed = [task for task in tasks if task.mixed]
    strata = _Strata(table, outcomes, mixed)
    if not mixed or not len(strata.features):
        return Separation(separators=(), compared=0, decisions=(), unexplained=(), note=_note(strata, len(tasks), 0))
    tiers = tiers_of(table)
    counts = p, f = table.counts(strata.passed), table.counts(strata.failed)
    groups, compared = _best_groups(table, strata, tiers, counts)
    separators = []
    for group in groups[:MAX_SEPARATORS]:
        feature, number = group.members[0]
        test = mantel_haenszel(strata.of_feature(number))
        corrected = min(1.0, test.p * compared)
        shares = Share(int(p[number]), strata.passing), Share(int(f[number]), strata.failing)
        separators.append(
            Separator(
                feature=feature,
                tier=int(tiers[number]),
                title=feature_words(feature),
                strength=group.strength,
                score=group.score,
                passing=shares[0],
                failing=shares[1],
                p=test.p,
                corrected_p=corrected,
                significant=corrected <= SIGNIFICANT and strata.passing + strata.failing >= FEW_RUNS,
                by_chance=None,
                stratified=test,
                passed_example=example(table, number, strata.passed),
                failed_example=example(table, number, strata.failed),
                others=tuple(other for other, _ in group.members[1:]),
                also_count=group.size - 1,
                runs=tuple(run for run in table.runs_of(number).tolist() if strata.known[run]),
            )
        )
    return Separation(
        separators=tuple(separators),
        compared=compared,
        decisions=(),
        unexplained=(),
        note=_note(strata, len(tasks), sum(separator.significant for separator in separators)),
    )


@dataclass(frozen=True, slots=True)
class _FeatureGroup:
    """Features of the same runs. `members`: (feature, number) of some of its `size` features, the best first."""

    score: float
    strength: float
    size: int
    members: list[tuple[Feature, int]]


def _best_groups(
    table: FeatureTable, strata: _Strata, tiers: NDArray[Any], counts: tuple[NDArray[Any], NDArray[Any]]
) -> tuple[list[_FeatureGroup], int]:
    """Return (the groups with the highest scores, the best first; the number of all groups)."""
    marks = table.set_marks(strata.known)[strata.features]
    order = np.lexsort((strata.features, tiers[strata.features], marks))
    _, first, sizes = np.unique(marks[order], return_index=True, return_counts=True)
    leads = order[first]
    weights = np.array([0.0, *(WEIGHTS[tier] for tier in sorted(WEIGHTS))])
    scores = strata.strengths[leads] * weights[tiers[strata.features[leads]]]
    best = np.argsort(-scores, kind="stable")[:_MAX_CANDIDATES]
    ranking = FeatureRanking(table, *counts, strata.known)
    members = [strata.features[order[first[n] : first[n] + min(sizes[n], _MAX_WORDED_FEATURES)]].tolist() for n in best]
    features = iter(table.lookup([number for numbers in members for number in numbers]))
    scored = []
    for n, numbers in zip(best.tolist(), members, strict=True):
        named = [(next(features), member) for member in numbers]
        ranked = sorted((ranking.rank(m, feature, int(tiers[m])), feature, m) for feature, m in named)
        score = round(float(scores[n]), 9)
        group = _FeatureGroup(
            score, float(strata.strengths[leads[n]]), int(sizes[n]), [(feature, m) for _, feature, m in ranked]
        )
        scored.append(((-score, ranked[0][:2]), group))
    scored.sort(key=lambda entry: entry[0])
    return [group for _, group in scored], len(first)


class _Strata:
    """The tables of features in the tasks with both outcomes.

    Attributes:
        features: numbers of the features that only some runs of a task have.
        strengths: of each of these: its deviation in standard deviations, as a share of the largest possible one.
    """

    def __init__(self, table: FeatureTable, outcomes: Outcomes, tasks: Sequence[RunGroup]) -> None:
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

    def _strengths(self, first_feature: int, end_feature: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the features first_feature … end_feature - 1 that vary within a task, and their strengths."""
        owner, task, p, f = self._tables(first_feature, end_feature)
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
        self, first_feature: int, end_feature: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Return (feature, task, p, f) for each feature and each task in which only some runs have it."""
        table = self._table
        runs = table.runs[table.starts[first_feature] : table.starts[end_feature]]
        kept = self.known[runs]
        runs = runs[kept]
        cells = np.repeat(
            np.arange(end_feature - first_feature, dtype=np.int64),
            np.diff(table.starts[first_feature : end_feature + 1]),
        )[kept]
        cells = cells * self.tasks + self._task_of[runs]  # one number for feature and task
        if (end_feature - first_feature) * self.tasks <= _ENTRIES_AT_ONCE:
            names = np.arange((end_feature - first_feature) * self.tasks)
        else:  # few runs have each feature: to count all cells would take too much memory
            names, cells = np.unique(cells, return_inverse=True)
        f, p = np.bincount(2 * cells + self.passed[runs], minlength=2 * len(names)).reshape(-1, 2).T
        held = p + f
        owner, task = np.divmod(names, self.tasks)
        owner += first_feature
        partial = (held > 0) & (held < self._passing[task] + self._failing[task])
        return owner[partial], task[partial], p[partial], f[partial]

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
    """Yield stretches of features (first, end) that have about _ENTRIES_AT_ONCE entries together."""
    first = 0
    while first < len(table):
        end = int(np.searchsorted(table.starts, table.starts[first] + _ENTRIES_AT_ONCE, side="right")) - 1
        end = min(max(end, first + 1), len(table))
        yield first, end
        first = end


def _note(strata: _Strata, tasks: int, significant: int) -> str:
    mixed, runs = strata.tasks, strata.passing + strata.failing
    if not mixed:
        return trn(
            "None of {n} task has both outcomes, so nothing can be separated within a task.",
            "None of {n} tasks has both outcomes, so nothing can be separated within a task.",
            tasks,
        )
    if runs < FEW_RUNS:
        found = trn("{n} run proves nothing.", "{n} runs prove nothing.", runs)
    elif not significant:
        found = tr("nothing is significant after correction for all that was compared.")
    else:
        found = trn(
            "{n} line significant after correction for all that was compared.",
            "{n} lines significant after correction for all that was compared.",
            significant,
        )
    return trn(
        "Within {n} of {tasks}, the one with both outcomes: {found}",
        "Within {n} of {tasks}, those with both outcomes: {found}",
        mixed,
        tasks=trn("{n} task", "{n} tasks", tasks),
        found=found,
    )
