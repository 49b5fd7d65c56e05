"""Two versions of an agent on the same tasks: which tasks flipped, and by what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from replay_gui.core.contrast.run_set import RunSet
from replay_gui.core.contrast.separation import Outcomes
from replay_gui.core.contrast.separators import Separation, Share
from replay_gui.core.contrast.statistics import StratifiedTest, Stratum, mantel_haenszel
from replay_gui.core.contrast.tasks import separate_runs, tasks_of


class Flip(StrEnum):
    """How the outcome of a task changed from one version to the other."""

    BROKEN = "broken"  # all runs passed, none does
    WORSE = "worse"
    FIXED = "fixed"  # no run passed, all do
    BETTER = "better"
    SAME = "same"
    UNKNOWN = "unknown"  # a version has no run with an outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFlip:
    """One task under both versions.

    Attributes:
        before, after: how many of its runs with an outcome passed.
        separation: what separates its passing from its failing runs, of both versions; None where it did not flip.
    """

    task: str | None
    flip: Flip
    before: Share
    after: Share
    separation: Separation | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionChange:
    """What changed from one version of an agent to the other.

    Attributes:
        tasks: those that flipped first, the worst before the best. test: whether passing goes with the version within
            tasks. differences: what separates the runs of the versions, whatever their outcomes; "passing" means after.
    """

    tasks: tuple[TaskFlip, ...]
    test: StratifiedTest
    differences: Separation


_ORDER = (Flip.BROKEN, Flip.WORSE, Flip.FIXED, Flip.BETTER, Flip.SAME, Flip.UNKNOWN)


def version_change(
    runs: RunSet, outcomes: Outcomes, before: Sequence[int], after: Sequence[int], max_separated: int = 40
) -> VersionChange:
    """Compare two versions, each given by the numbers of its runs; of so many flipped tasks it is told by what."""
    old, new = set(before), set(after)
    tasks = []
    strata = []
    for task in tasks_of(runs.runs, outcomes):
        shares = tuple(_share([run for run in task.runs if run in version], outcomes) for version in (old, new))
        strata.append(Stratum(shares[1].having, shares[0].having, shares[1].of, shares[0].of))
        tasks.append((task, shares[0], shares[1], _flip(*shares)))
    tasks.sort(key=lambda entry: _ORDER.index(entry[3]))
    flips = []
    for number, (task, was, now, flip) in enumerate(tasks):
        flipped = flip not in (Flip.SAME, Flip.UNKNOWN) and number < max_separated
        compared = [run for run in task.runs if run in old or run in new]
        separation = separate_runs(runs.table, outcomes, compared) if flipped else None
        flips.append(TaskFlip(task=task.task, flip=flip, before=was, after=now, separation=separation))
    is_new = [True if run in new else False if run in old else None for run in range(len(runs))]
    return VersionChange(
        tasks=tuple(flips),
        test=mantel_haenszel(strata),
        differences=separate_runs(runs.table, is_new, sorted(old | new)),
    )


def _share(version: Sequence[int], outcomes: Outcomes) -> Share:
    known = [outcomes[run] for run in version if outcomes[run] is not None]
    return Share(sum(known), len(known))  # type: ignore[arg-type]  # none is None


def _flip(before: Share, after: Share) -> Flip:
    if not before.of or not after.of:
        return Flip.UNKNOWN
    was, now = before.having * after.of, after.having * before.of
    if was == now:
        return Flip.SAME
    if before.having == before.of and not after.having:
        return Flip.BROKEN
    if not before.having and after.having == after.of:
        return Flip.FIXED
    return Flip.WORSE if now < was else Flip.BETTER
