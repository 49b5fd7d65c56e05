"""The part of a report about two versions of an agent: values are hidden before sentences are made of them."""

from __future__ import annotations

from replay_gui.core.contrast.run_set import RunSet
from replay_gui.core.contrast.separation import Outcomes
from replay_gui.core.contrast.tasks import separate_runs
from replay_gui.core.contrast.versions import ComparedVersions, TaskFlip
from replay_gui.core.report.runs.contrast_model import VersionedTask, VersionsPart
from replay_gui.core.report.runs.separator_part import separator_part, told_sentence
from replay_gui.core.report.runs.told_features import ToldFeatures

_MAX_TASKS = 1_000


def versions_part(
    runs: RunSet, outcomes: Outcomes, compared: ComparedVersions, told: ToldFeatures | None
) -> VersionsPart:
    """Return the part. `told`: what may be told, as when the versions were compared; None: everything."""
    versions, change = compared.versions, compared.change

    def reason(task: TaskFlip) -> str:
        known = compared.reason(task)
        if told is None or not known or known != task.first:
            return known
        separators = separate_runs(runs.table, outcomes, (*task.before.runs, *task.after.runs)).separators
        return told_sentence(separators[0], told) if separators else ""

    def value(of_version: str | None) -> str:
        if of_version is None:
            return "unknown"
        return of_version if told is None else told.value_of_fact(versions.fact, of_version)

    return VersionsPart(
        fact=versions.fact,
        before=value(versions.before),
        after=value(versions.after),
        summary=change.summary,
        tasks=tuple(
            VersionedTask(
                task=task.task or "",
                flip=task.flip,
                before=(task.before.passed, task.before.known),
                after=(task.after.passed, task.after.known),
                reason=reason(task),
            )
            for task in change.tasks[:_MAX_TASKS]
        ),
        differences=tuple(separator_part(separator, told) for separator in compared.differences.separators),
        note=compared.differences.note,
    )
