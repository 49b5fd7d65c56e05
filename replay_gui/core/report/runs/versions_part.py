"""The part of a report about two versions of an agent: values are hidden before sentences are made of them."""

from __future__ import annotations

from replay_gui.core.contrast.run_set import RunSet
from replay_gui.core.contrast.separation import Outcomes
from replay_gui.core.contrast.tasks import separate_runs
from replay_gui.core.contrast.versions import ComparedVersions, TaskFlip
from replay_gui.core.report.runs.contrast_model import VersionedTask, VersionsPart
from replay_gui.core.report.runs.redacted_features import RedactedFeatures
from replay_gui.core.report.runs.separator_part import redacted_sentence, separator_part
from replay_gui.core.translation.messages import tr

_MAX_TASKS = 1_000


def versions_part(
    runs: RunSet, outcomes: Outcomes, compared: ComparedVersions, redacted: RedactedFeatures | None
) -> VersionsPart:
    """Return the part. `redacted`: hides secrets, as when the versions were compared; None: no value is hidden."""
    versions, change = compared.versions, compared.change

    def reason(task: TaskFlip) -> str:
        known = compared.reason(task)
        if redacted is None or not known or known != task.first:
            return known
        separators = separate_runs(runs.table, outcomes, (*task.before.runs, *task.after.runs)).separators
        return redacted_sentence(separators[0], redacted) if separators else ""

    def value(of_version: str | None) -> str:
        if of_version is None:
            return tr("unknown")
        return of_version if redacted is None else redacted.value_of_fact(versions.fact, of_version)

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
        differences=tuple(separator_part(separator, redacted) for separator in compared.differences.separators),
        note=compared.differences.note,
    )
