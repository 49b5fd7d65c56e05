"""Find what separates the runs that passed from those that failed, within one group of runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.contrast.features.feature import (
    CHANGES,
    CHANGES_ON_THE_WAY,
    NO_INDEX,
    TIERS,
    WEIGHTS,
    Feature,
    FeatureKind,
)
from replay_gui.core.contrast.features.feature_ranking import FeatureRanking
from replay_gui.core.contrast.features.feature_table import KINDS, FeatureTable
from replay_gui.core.contrast.features.feature_words import feature_words
from replay_gui.core.contrast.labellings import Labellings, labellings
from replay_gui.core.contrast.separators import FEW_RUNS, RunPlace, Separation, Separator, Share, decision_list
from replay_gui.core.contrast.statistics import SIGNIFICANT, fisher_p, smallest_fisher_p, strengths, tarone_factor
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.translation.messages import tr, trn
from replay_gui.core.translation.numbers import whole_number

MAX_SEPARATORS = 40
_MAX_CANDIDATES = 200  # sets of runs among which equal scores are ranked
_MAX_EXAMINED_FEATURES = 120  # features of one set that are examined
_MAX_WORDED_FEATURES = 40  # features of one set that are put into words
_TOLERANCE = 1e-9  # scores with a smaller difference count as equal

Outcomes = Sequence[bool | None]
"""Of each run: passed, failed, or unknown."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class OutcomeGroups:
    """The two groups of runs, and the features that only some of them have."""

    passed: NDArray[np.bool_]
    failed: NDArray[np.bool_]
    p: NDArray[np.int64]
    f: NDArray[np.int64]
    telling: NDArray[np.int64]
    tiers: NDArray[np.int64]

    @property
    def passing(self) -> int:
        """The number of runs that passed."""
        return int(self.passed.sum())

    @property
    def failing(self) -> int:
        """The number of runs that failed."""
        return int(self.failed.sum())


def groups_of(table: FeatureTable, outcomes: Outcomes) -> OutcomeGroups:
    """Count the runs with each feature in each group; features of no run, or of all runs, are left out."""
    passed = np.array([outcome is True for outcome in outcomes], np.bool_)
    failed = np.array([outcome is False for outcome in outcomes], np.bool_)
    p, f = table.counts(passed), table.counts(failed)
    telling = np.flatnonzero((p + f > 0) & (p + f < passed.sum() + failed.sum()))
    return OutcomeGroups(passed=passed, failed=failed, p=p, f=f, telling=telling, tiers=tiers_of(table))


def tiers_of(table: FeatureTable) -> NDArray[np.int64]:
    """Return the tier of each feature; if patches were submitted, intermediate changes count less."""
    patched = np.isin(table.kinds, [KINDS.index(FeatureKind.PATCHED)]).any()
    of_kind = [CHANGES_ON_THE_WAY if patched and kind in CHANGES else TIERS[kind] for kind in KINDS]
    return np.array(of_kind, np.int64)[table.kinds]


def separate_groups(table: FeatureTable, outcomes: Outcomes) -> Separation:
    """Return what separates the runs.

    Cost: one pass over the table, and one for each labelling that is tried (see labellings).
    """
    groups = groups_of(table, outcomes)
    if not groups.passing or not groups.failing:
        return Separation(separators=(), compared=0, decisions=(), unexplained=(), note=_note(groups, 0))
    sets = _sets(table, groups)
    smallest = _smallest_ps((groups.p + groups.f)[sets.first], groups.passing, groups.failing)
    factor = tarone_factor(smallest) if len(smallest) else 1
    chosen = _ranked(table, groups, sets)
    least = min((sets.strengths[number] for number, _ in chosen), default=1.0)
    chance = labellings(
        table,
        sets.first,
        groups.passed | groups.failed,
        groups.failing,
        sizes=(groups.p + groups.f)[sets.first],
        tiers=groups.tiers[sets.first],
        min_strength=least,
    )
    separators = tuple(
        _separator(
            table,
            groups,
            members,
            strength=float(sets.strengths[number]),
            score=float(sets.scores[number]),
            factor=factor,
            chance=chance,
            size=int(sets.sizes[number]),
        )
        for number, members in chosen
    )
    decisions, unexplained = decision_list(separators, groups.passed, groups.failed)
    return Separation(
        separators=separators,
        compared=len(sets.first),
        decisions=decisions,
        unexplained=unexplained,
        note=_note(groups, sum(s.significant for s in separators)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Sets:
    """Sets of features of equal runs. `first`: the feature of the lowest tier; `of`: the set of each useful feature."""

    first: NDArray[np.int64]
    of: NDArray[np.int64]
    sizes: NDArray[np.int64]
    strengths: NDArray[np.float64]
    scores: NDArray[np.float64]


def _sets(table: FeatureTable, groups: OutcomeGroups) -> _Sets:
    telling = groups.telling
    marks = table.set_marks(groups.passed | groups.failed)[telling]
    order = np.lexsort((telling, groups.tiers[telling], marks))
    _, starts, sizes = np.unique(marks[order], return_index=True, return_counts=True)
    first = telling[order[starts]]
    of = np.empty(len(telling), np.int64)
    of[order] = np.repeat(np.arange(len(starts)), sizes)
    clear = strengths(groups.p[first], groups.f[first], groups.passing, groups.failing)
    weights = np.array([0.0, *(WEIGHTS[tier] for tier in sorted(WEIGHTS))])
    return _Sets(first, of, sizes, clear, clear * weights[groups.tiers[first]])


def _ranked(table: FeatureTable, groups: OutcomeGroups, sets: _Sets) -> list[tuple[int, list[tuple[int, Feature]]]]:
    """Return the best sets, by number, each with its members, the best description first."""
    by_score = np.argsort(-sets.scores, kind="stable")[:_MAX_CANDIDATES]
    if len(by_score) > MAX_SEPARATORS:
        by_score = by_score[sets.scores[by_score] >= sets.scores[by_score[MAX_SEPARATORS - 1]] - _TOLERANCE]
    order = np.lexsort((groups.tiers[groups.telling], sets.of))
    starts = np.searchsorted(sets.of[order], by_score)
    members = [
        groups.telling[order[start : start + min(sets.sizes[number], _MAX_EXAMINED_FEATURES)]].tolist()
        for number, start in zip(by_score.tolist(), starts.tolist(), strict=True)
    ]
    ranking = FeatureRanking(table, groups.p, groups.f, groups.passed | groups.failed)
    features = iter(table.lookup([number for numbers in members for number in numbers]))
    scored = []
    for number, numbers in zip(by_score.tolist(), members, strict=True):
        named = [(next(features), member) for member in numbers]
        ranked = sorted((ranking.rank(m, feature, int(groups.tiers[m])), feature, m) for feature, m in named)
        score = -round(float(sets.scores[number]), 9)
        scored.append((score, ranked[0][:2], number, [(m, feature) for _, feature, m in ranked]))
    scored.sort(key=lambda entry: entry[:2])
    return [(number, named) for _, _, number, named in scored[:MAX_SEPARATORS]]


def _smallest_ps(sizes: NDArray[np.int64], passing: int, failing: int) -> NDArray[np.float64]:
    different, places = np.unique(sizes, return_inverse=True)
    of_size = np.array([smallest_fisher_p(int(size), passing, failing) for size in different], np.float64)
    return of_size[places] if len(different) else np.zeros(0)


def _separator(
    table: FeatureTable,
    groups: OutcomeGroups,
    members: list[tuple[int, Feature]],
    *,
    strength: float,
    score: float,
    factor: int,
    chance: Labellings,
    size: int,
) -> Separator:
    number, feature = members[0]
    p, f, tier = int(groups.p[number]), int(groups.f[number]), int(groups.tiers[number])
    chance_p = fisher_p(p, f, groups.passing, groups.failing)
    corrected = min(1.0, chance_p * factor)
    shares = Share(p, groups.passing), Share(f, groups.failing)
    return Separator(
        feature=feature,
        tier=tier,
        title=feature_words(feature),
        strength=strength,
        score=score,
        passing=shares[0],
        failing=shares[1],
        p=chance_p,
        corrected_p=corrected,
        significant=corrected <= SIGNIFICANT and groups.passing + groups.failing >= FEW_RUNS,
        by_chance=chance.by_chance(strength, tier),
        stratified=None,
        passed_example=example(table, number, groups.passed),
        failed_example=example(table, number, groups.failed),
        others=tuple(other for _, other in members[1 : _MAX_WORDED_FEATURES + 1]),
        also_count=size - 1,
        runs=tuple(table.runs_of(number).tolist()),
    )


def example(table: FeatureTable, feature: int, group: NDArray[np.bool_]) -> RunPlace | None:
    """Return the first run of a group that has the feature; None if no run of the group has it."""
    for run in table.runs_of(feature).tolist():
        if group[run]:
            index = table.index_in(feature, run)
            return RunPlace(run, None if index == NO_INDEX else EventIndex(index))
    return None


def _note(groups: OutcomeGroups, significant: int) -> str:
    passing, failing = groups.passing, groups.failing
    if not passing or not failing:
        failed, unknown = whole_number(failing), len(groups.passed) - passing - failing
        if not unknown:
            return trn(
                "Nothing can be separated: {n} run passed, {failed} failed.",
                "Nothing can be separated: {n} runs passed, {failed} failed.",
                passing,
                failed=failed,
            )
        return trn(
            "Nothing can be separated: {n} run passed, {failed} failed, of {unknown} it is unknown.",
            "Nothing can be separated: {n} runs passed, {failed} failed, of {unknown} it is unknown.",
            passing,
            failed=failed,
            unknown=whole_number(unknown),
        )
    if passing + failing < FEW_RUNS:
        return trn(
            "{n} run with an outcome: nothing here is significant.",
            "{n} runs with an outcome: nothing here is significant.",
            passing + failing,
        )
    if not significant:
        return tr("Nothing here is significant after correction for all that was compared.")
    return trn(
        "{n} line significant after correction for all that was compared.",
        "{n} lines significant after correction for all that was compared.",
        significant,
    )
