"""Two versions of an agent on the same tasks: which tasks flipped, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from replay_gui.core.contrast.contrast import separate_chosen
from replay_gui.core.contrast.failure_groups import (
    MAX_COMPARED_RUNS,
    FailurePair,
    LogOf,
    comparison_terms,
    group_failures,
    nearest_pairs,
)
from replay_gui.core.contrast.run_groups import GroupingFacts, RunGroup, natural_order, tasks_of
from replay_gui.core.contrast.run_set import RunSet
from replay_gui.core.contrast.separation import Outcomes
from replay_gui.core.contrast.separators import FEW_RUNS, Separation, Separator
from replay_gui.core.contrast.statistics import SIGNIFICANT, StratifiedTest, Stratum, mantel_haenszel, p_words
from replay_gui.core.contrast.tasks import separate_runs
from replay_gui.core.divergence.side import EventRedactor
from replay_gui.core.facts.fact_names import VersionPair
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.core.translation.numbers import whole_number


class Flip(StrEnum):
    """The change of a task's outcome from one version to the other."""

    BROKEN = "broken"  # all runs passed before, none passes now
    WORSE = "worse"
    FIXED = "fixed"  # no run passed before, all pass now
    BETTER = "better"
    SAME = "same"
    UNKNOWN = "unknown"  # a version has no run with an outcome


_NOT_FLIPPED = (Flip.SAME, Flip.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFlip:
    """One task under both versions.

    Attributes:
        before, after: its runs of each version. first: what separates its passing from its failing runs, of both
            versions, in words; "" if it did not flip, if nothing separates them, or if very many tasks flipped.
    """

    task: str | None
    flip: Flip
    before: RunGroup
    after: RunGroup
    first: str

    @property
    def flipped(self) -> bool:
        """Whether the outcome changed."""
        return self.flip not in _NOT_FLIPPED


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionChange:
    """The changes from one version of an agent to the other.

    Attributes:
        tasks: those that flipped first, the worst before the best. test: whether passing depends on the version within
            tasks. runs: number of runs of both versions that have an outcome.
    """

    tasks: tuple[TaskFlip, ...]
    test: StratifiedTest
    runs: int

    @property
    def few(self) -> bool:
        """Whether there are too few runs to prove anything."""
        return self.runs < FEW_RUNS

    @property
    def significant(self) -> bool:
        """Whether passing depends on the version more than chance explains; never with few runs."""
        return self.test.p <= SIGNIFICANT and not self.few

    @property
    def summary(self) -> str:
        """The number of tasks that flipped, and whether that proves a change, in words."""
        counts = [(sum(task.flip is flip for task in self.tasks), words) for flip, words in _FLIPPED.items()]
        flips = ", ".join(tr(words, number=whole_number(count)) for count, words in counts if count)
        if not flips:
            return trn("No task flipped of {n} task.", "No task flipped of {n} tasks.", len(self.tasks))
        if self.few:
            proof = trn("{n} run with an outcome proves nothing", "{n} runs with an outcome prove nothing", self.runs)
        elif self.significant:
            proof = tr("{p}, significant", p=p_words(self.test.p))
        else:
            proof = tr("{p}, not significant", p=p_words(self.test.p))
        return trn(
            "{flips} of {n} task. Passing by version, within tasks: {proof}.",
            "{flips} of {n} tasks. Passing by version, within tasks: {proof}.",
            len(self.tasks),
            flips=flips,
            proof=proof,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedVersions:
    """The result of comparing two versions.

    Attributes:
        differences: what separates their runs within tasks; "passing" means after, see version_differences.
        reasons: why a failing run of a task that flipped failed, against the nearest passing run of the other version:
            its first reason, by task.
    """

    versions: VersionPair
    change: VersionChange
    differences: Separation
    reasons: Mapping[str | None, str]

    def reason(self, task: TaskFlip) -> str:
        """Return the reason why a task flipped; "" if it did not flip, or no reason was found."""
        return (self.reasons.get(task.task) or task.first) if task.flipped else ""


_FLIPPED = {
    Flip.BROKEN: translatable("{number} broken"),
    Flip.WORSE: translatable("{number} worse"),
    Flip.FIXED: translatable("{number} fixed"),
    Flip.BETTER: translatable("{number} better"),
}
_ORDER = (*_FLIPPED, *_NOT_FLIPPED)


@dataclass(frozen=True, slots=True)
class VersionRuns:
    """The numbers of the runs before and after; empty for a value that no run has."""

    versions: VersionPair
    before: Sequence[int]
    after: Sequence[int]


def runs_of_versions(facts: GroupingFacts, outcomes: Outcomes, versions: VersionPair) -> VersionRuns:
    """Return the runs of two versions."""
    by_value = {group.value: group.runs for group in facts.grouped(outcomes, versions.fact)}
    return VersionRuns(versions, by_value.get(versions.before, ()), by_value.get(versions.after, ()))


def version_change(
    runs: RunSet, outcomes: Outcomes, before: Sequence[int], after: Sequence[int], max_separated: int = 40
) -> VersionChange:
    """Compare two versions, given by the numbers of their runs; finds the reason for at most `max_separated` tasks."""
    old = {group.value: group for group in tasks_of(runs.runs, outcomes, before)}
    new = {group.value: group for group in tasks_of(runs.runs, outcomes, after)}
    found = []
    for task in (*old, *(task for task in new if task not in old)):
        nothing = RunGroup(task, (), 0, 0, 0)
        was, now = old.get(task, nothing), new.get(task, nothing)
        found.append((_flip(was, now), was, now))
    found.sort(key=lambda entry: (_ORDER.index(entry[0]), natural_order(entry[1].value or "")))
    flips = []
    for number, (flip, was, now) in enumerate(found):
        flipped = flip not in _NOT_FLIPPED and number < max_separated
        first = _first_words(runs, outcomes, (*was.runs, *now.runs)) if flipped else ""
        flips.append(TaskFlip(task=was.value, flip=flip, before=was, after=now, first=first))
    strata = [Stratum(now.passed, was.passed, now.known, was.known) for _, was, now in found]
    known = sum(stratum.passing + stratum.failing for stratum in strata)
    return VersionChange(tasks=tuple(flips), test=mantel_haenszel(strata), runs=known)


def version_differences(runs: RunSet, before: Sequence[int], after: Sequence[int]) -> Separation:
    """Return what separates the runs of two versions within tasks, whatever their outcomes; "passing" means after."""
    new, both = set(after), {*before, *after}
    is_new = [number in new if number in both else None for number in range(len(runs))]
    tasks = tasks_of(runs.runs, is_new, sorted(both))
    common = [task for task in tasks if task.mixed]
    run_count = sum(len(task.runs) for task in common)
    found = separate_chosen(runs, is_new, tasks)
    significant = sum(separator.significant for separator in found.separators)
    if run_count < FEW_RUNS:
        proof = trn("{n} run proves nothing", "{n} runs prove nothing", run_count)
    elif not significant:
        proof = tr("nothing is significant")
    else:
        proof = trn("{n} line significant after correction", "{n} lines significant after correction", significant)
    note = trn(
        "Within {n} task of both versions: {proof}.",
        "Within {n} tasks of both versions: {proof}.",
        len(common),
        proof=proof,
    )
    return replace(found, note=note)


def flip_pairs(runs: RunSet, outcomes: Outcomes, change: VersionChange) -> tuple[FailurePair, ...]:
    """Pair a failing run of each task that flipped, of its worse version, with the nearest passing run of the other."""
    candidates = []
    for task in change.tasks:
        is_worse = task.flip in (Flip.BROKEN, Flip.WORSE)
        worse, better = (task.after, task.before) if is_worse else (task.before, task.after)
        if task.flipped:
            failing = next(run for run in worse.runs if outcomes[run] is False)
            candidates.append((failing, [run for run in better.runs if outcomes[run] is True]))
    return nearest_pairs(runs, candidates[:MAX_COMPARED_RUNS])


def compare_versions(
    runs: RunSet,
    outcomes: Outcomes,
    versions: VersionRuns,
    log_of: LogOf,
    *,
    on_progress: Callable[[int, int], None] | None = None,
    redactor: EventRedactor | None = None,
) -> ComparedVersions:
    """Compare two versions.

    Args:
        on_progress, redactor: as in group_failures.

    Cost: for each task that flipped, at most 60, both logs of one pair of runs are read and indexed.
    """
    change = version_change(runs, outcomes, versions.before, versions.after)
    pairs = flip_pairs(runs, outcomes, change)
    of_run = dict(enumerate(runs.runs))
    terms = comparison_terms(runs, pairs)
    failures = group_failures(pairs, of_run, log_of, on_progress=on_progress, redactor=redactor, terms=terms)
    return ComparedVersions(
        versions=versions.versions,
        change=change,
        differences=version_differences(runs, versions.before, versions.after),
        reasons={runs.runs[run].identity.task: sentence for run, sentence in failures.sentences.items()},
    )


def difference_words(separator: Separator) -> str:
    """Return one entry of ComparedVersions.differences, with its counts, in words."""
    after, before = separator.passing, separator.failing
    return tr(
        "{feature}: {before} of {all_before} before, {after} of {all_after} after",
        feature=separator.title,
        before=whole_number(before.having),
        all_before=whole_number(before.of),
        after=whole_number(after.having),
        all_after=whole_number(after.of),
    )


def _first_words(runs: RunSet, outcomes: Outcomes, numbers: Sequence[int]) -> str:
    separators = separate_runs(runs.table, outcomes, numbers).separators
    return separators[0].sentence if separators else ""


def _flip(before: RunGroup, after: RunGroup) -> Flip:
    if not (before.known and after.known):
        return Flip.UNKNOWN
    was, now = before.passed * after.known, after.passed * before.known
    if was == now:
        return Flip.SAME
    if not before.failed and not after.passed:
        return Flip.BROKEN
    if not before.passed and not after.failed:
        return Flip.FIXED
    return Flip.WORSE if now < was else Flip.BETTER
