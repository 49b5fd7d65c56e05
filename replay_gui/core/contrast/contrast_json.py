"""Build the object of ``contrast --json`` (resources/docs/interface.md)."""

from __future__ import annotations

from typing import Any

import msgspec

from replay_gui.core.contrast.call_rules import CallRules
from replay_gui.core.contrast.contrast import Contrast
from replay_gui.core.contrast.failure_groups import FailureGroup, FailureGroups
from replay_gui.core.contrast.run_groups import RunGroup
from replay_gui.core.contrast.run_profile import EvaluatedRun
from replay_gui.core.contrast.run_set import RunSet
from replay_gui.core.contrast.separators import RunPlace, Separation, Separator, Share
from replay_gui.core.contrast.tasks import separate_runs
from replay_gui.core.contrast.versions import ComparedVersions, difference_words

_MAX_TASKS = 1_000  # tasks whose first separator is searched for


def contrast_json(
    runs: RunSet,
    contrast: Contrast,
    failures: FailureGroups | None = None,
    versions: ComparedVersions | None = None,
) -> dict[str, Any]:
    """Return the members of the object; reads the steps of the runs that serve as examples.

    Args:
        failures: the groups of the failing runs, if they were compared. versions: two versions, if they were compared.
    """
    form = {
        "runs": [_run(run, passed) for run, passed in zip(contrast.runs, contrast.outcomes, strict=True)],
        "groups": {"passed": contrast.passed, "failed": contrast.failed, "unknown": contrast.unknown},
        "copies": contrast.copies,
        "rules": {
            "file": runs.rules.file or None,
            "count": len(runs.rules.rules),
            "applied": len(CallRules(runs.rules.rules)),
            "not_applied": [{"why": why, "count": count} for why, count in runs.rules.not_applied.items()],
            "problem": runs.rules.problem,
        },
        **_separation(runs, contrast.separation),
    }
    if failures is not None:
        form["failures"] = [_failures(runs, group) for group in failures.groups]
    if versions is not None:
        form["versions"] = _versions(runs, versions)
    if contrast.per_task:
        form["tasks"] = [_task(runs, contrast, task, n < _MAX_TASKS) for n, task in enumerate(contrast.tasks)]
    return form


def _run(run: EvaluatedRun, passed: bool | None) -> dict[str, Any]:
    identity, end = run.identity, run.result.end
    return {
        "run": run.given,
        "run_id": run.run_id,
        "task": identity.task,
        "passed": passed,
        "score": run.score,
        "end": None if end is None else {"how": end.how, "why": end.why},
        "trial": identity.trial,
        "agent": identity.agent,
        "model": identity.model,
        "events": run.events,
        "calls": run.calls,
        "failures": run.failures,
        "tokens": run.tokens,
        "cost": run.cost,
        "duration": run.duration,
        "started": run.started,
        "set_by_hand": run.set_by_hand,
        "left_out": run.left_out,
    }


def _separation(runs: RunSet, separation: Separation) -> dict[str, Any]:
    return {
        "separators": [_separator(runs, separator) for separator in separation.separators],
        "note": separation.note,
        "compared": separation.compared,
        "decisions": [
            {
                "separator": decision.separator,
                "has": decision.has,
                "runs": [runs.runs[run].given for run in decision.runs],
            }
            for decision in separation.decisions
        ],
        "unexplained": [runs.runs[run].given for run in separation.unexplained],
    }


def _task(runs: RunSet, contrast: Contrast, task: RunGroup, is_examined: bool) -> dict[str, Any]:
    form: dict[str, Any] = {
        "task": task.value,
        **_group(runs, task),
        "first": None,
    }
    if task.mixed and is_examined:
        separation = separate_runs(runs.table, contrast.outcomes, task.runs)
        form |= {
            "first": _separator(runs, separation.separators[0]) if separation.separators else None,
            "note": separation.note,
        }
    return form


def _separator(runs: RunSet, separator: Separator) -> dict[str, Any]:
    feature, chance = separator.feature, separator.by_chance
    return {
        "kind": feature.kind,
        "sentence": separator.sentence,
        "tool": feature.tool or None,
        "input": _input(runs, separator),
        "path": feature.path or None,
        "value": _value(feature.value),
        "passing": _share(separator.passing),
        "failing": _share(separator.failing),
        "p": separator.p,
        "corrected_p": separator.corrected_p,
        "significant": separator.significant,
        "by_chance": (
            None if chance is None else {"as_clear": chance.as_clear, "of": chance.of, "exact": chance.exact}
        ),
        "example": {
            "passed": _place(runs, separator.passed_example),
            "failed": _place(runs, separator.failed_example),
        },
        "also": list(separator.also),
        "also_count": separator.also_count,
        "score": separator.score,
    }


def _versions(runs: RunSet, compared: ComparedVersions) -> dict[str, Any]:
    versions, change = compared.versions, compared.change
    return {
        "fact": versions.fact,
        "before": versions.before,
        "after": versions.after,
        "tasks": [
            {
                "task": task.task,
                "flip": task.flip,
                "before": _group(runs, task.before),
                "after": _group(runs, task.after),
                "reason": compared.reason(task) or None,
            }
            for task in change.tasks
        ],
        "p": change.test.p,
        "significant": change.significant,
        "summary": change.summary,
        "differences": [_difference(runs, separator) for separator in compared.differences.separators],
        "note": compared.differences.note,
    }


def _difference(runs: RunSet, separator: Separator) -> dict[str, Any]:
    """Return one entry of what versions did differently: a separator whose groups are the versions."""
    form = _separator(runs, separator)
    example = form.pop("example")
    after, before = form.pop("passing"), form.pop("failing")
    return form | {
        "sentence": difference_words(separator),
        "before": before,
        "after": after,
        "example": {"before": example["failed"], "after": example["passed"]},
    }


def _group(runs: RunSet, group: RunGroup) -> dict[str, Any]:
    return {
        "runs": [runs.runs[run].given for run in group.runs],
        "passed": group.passed,
        "failed": group.failed,
        "unknown": group.unknown,
    }


def _failures(runs: RunSet, group: FailureGroup) -> dict[str, Any]:
    return {
        "kind": group.kind,
        "tool": group.tool,
        "sentence": group.sentence,
        "runs": [
            {
                "run": runs.runs[failed.run].given,
                "nearest": runs.runs[failed.nearest].given,
                "position": failed.index,
                "position_nearest": failed.nearest_index,
                "sentence": failed.sentence,
            }
            for failed in group.runs
        ],
    }


def _share(share: Share) -> dict[str, int]:
    return {"with": share.having, "of": share.of}


def _place(runs: RunSet, place: RunPlace | None) -> dict[str, Any] | None:
    return None if place is None else {"run": runs.runs[place.run].given, "position": place.index}


def _input(runs: RunSet, separator: Separator) -> Any:
    """Return the input of the call that the feature is about, in its first example; None if it is not about a call."""
    place = separator.passed_example or separator.failed_example
    if place is None or place.index is None or not separator.feature.tool:
        return None
    (steps,) = runs.read_steps([place.run])
    text = next((step.input for step in steps if step.index == place.index), None)
    return None if text is None else msgspec.json.decode(text)


def _value(text: str) -> Any:
    """Return a value that was kept as JSON; a text unchanged, and None for None."""
    if not text:
        return None
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text
