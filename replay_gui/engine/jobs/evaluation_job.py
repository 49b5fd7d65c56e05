"""The worker's part of an evaluation: reads many runs, and finds what separates those that passed.

What was read stays in the worker's cache, so that another task of the same runs is contrasted at once.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from replay_gui.core.catalogue.extras import is_catalogue, require_extra
from replay_gui.core.contrast.contrast import contrast_runs
from replay_gui.core.contrast.failure_groups import failure_groups
from replay_gui.core.contrast.passed_expression import passed_judge
from replay_gui.core.contrast.profiling import RunFile, profiles
from replay_gui.core.contrast.run_profile import EvaluatedRun
from replay_gui.core.contrast.run_set import RunSet, run_set
from replay_gui.core.contrast.runs_picture import runs_picture
from replay_gui.core.contrast.source_files import source_files
from replay_gui.core.contrast.tasks import separate_runs, tasks_of
from replay_gui.core.errors import LogUnreadable
from replay_gui.core.report.contrast_part import contrast_part
from replay_gui.core.report.model import Report
from replay_gui.core.report.redaction import redact_report
from replay_gui.core.report.redactor import Redactor
from replay_gui.engine.jobs.evaluation_arguments import EvaluationArguments, RunsReport
from replay_gui.engine.jobs.evaluation_messages import (
    EvaluationPart,
    FailuresGrouped,
    RunsContrasted,
    RunsListed,
    RunsReported,
)
from replay_gui.engine.jobs.job import JobContext

PART_INTERVAL = 0.1  # seconds between two parts


@dataclass(frozen=True, slots=True)
class _ReadRuns:
    """Runs that were read. `key`: of what. logs: path of the log of each; none of a catalogue."""

    key: tuple[int, tuple[str, ...]]
    runs: RunSet
    logs: tuple[str, ...]


def evaluate_runs(arguments: EvaluationArguments, context: JobContext) -> EvaluationPart:
    """Read the runs, then contrast the chosen ones; the parts are RunsListed, then one RunsContrasted."""
    judge = passed_judge(arguments.passed) if arguments.passed else None
    key = (arguments.reading, arguments.sources)
    kept = context.cache.value
    if not isinstance(kept, _ReadRuns) or kept.key != key:
        context.cache.clear()
        kept = context.cache.keep(nullcontext(_read_runs(key, arguments, context)))
    runs = kept.runs
    outcomes = runs.outcomes if judge is None else tuple(judge(run) for run in runs.runs)
    if arguments.report is not None:
        return RunsReported(_report(arguments.report, kept, outcomes, context))
    contrasted = _contrasted(runs, outcomes, arguments.chosen)
    if contrasted.per_task or not kept.logs or not _has_both(contrasted):
        return contrasted
    context.part(contrasted)
    return FailuresGrouped(
        failure_groups(runs, outcomes, contrasted.chosen, kept.logs.__getitem__, on_progress=context.progress)
    )


def _contrasted(runs: RunSet, outcomes: tuple[bool | None, ...], chosen: tuple[int, ...] | None) -> RunsContrasted:
    readable = [number for number, run in enumerate(runs.runs) if not run.problem]
    if chosen is None:
        whole = contrast_runs(runs, outcomes)
        numbers, tasks, separation, per_task = tuple(readable), whole.tasks, whole.separation, whole.per_task
    else:
        numbers = tuple(sorted(set(readable).intersection(chosen)))
        tasks, per_task = tasks_of(runs.runs, outcomes), False
        separation = separate_runs(runs.table, outcomes, numbers)
    return RunsContrasted(
        outcomes=outcomes,
        tasks=tasks,
        chosen=numbers,
        per_task=per_task,
        separation=separation,
        picture=runs_picture(runs, outcomes, numbers, separation),
    )


def _report(asked: RunsReport, kept: _ReadRuns, outcomes: tuple[bool | None, ...], context: JobContext) -> Report:
    """Return the report on all runs, as ``contrast --report`` writes it."""
    contrast, failures = contrast_runs(kept.runs, outcomes), None
    if kept.logs and not contrast.per_task and contrast.passed and contrast.failed:
        everyone = range(len(kept.runs))
        log_of = kept.logs.__getitem__
        failures = failure_groups(kept.runs, outcomes, everyone, log_of, on_progress=context.progress)
    part = contrast_part(kept.runs, contrast, failures)
    report = Report(version=asked.version, made=asked.made, command=asked.command, runs=(), contrast=part)
    return report if asked.profile is None else redact_report(report, Redactor(asked.profile))


def _has_both(contrasted: RunsContrasted) -> bool:
    outcomes = {contrasted.outcomes[number] for number in contrasted.chosen}
    return {True, False} <= outcomes


# ---- reading ------------------------------------------------------------------------------------------
def _read_runs(key: tuple[int, tuple[str, ...]], arguments: EvaluationArguments, context: JobContext) -> _ReadRuns:
    """Return all runs; those that cannot be read have a problem. LogUnreadable where there is none at all."""
    if len(arguments.sources) == 1 and is_catalogue(arguments.sources[0]):
        return _ReadRuns(key, _catalogued_runs(arguments.sources[0], context), ())
    files, problems = _source_runs(arguments, context)
    if not files and not problems:
        raise LogUnreadable(f"{', '.join(arguments.sources)}: there is no run in it that can be read")
    made = list(profiles(files, on_progress=context.progress))
    runs = run_set(made)
    unread = [EvaluatedRun(given=given, name=Path(given).name, problem=why) for given, why in problems]
    context.part(RunsListed(len(files), len(files), 0, (*runs.runs, *unread)))
    return _ReadRuns(key, runs, tuple(file.log for file in files))


def _catalogued_runs(folder: str, context: JobContext) -> RunSet:
    require_extra("catalogue", "a catalogue")
    from replay_gui.core.catalogue.reading import open_catalogue  # which needs the extra

    runs = open_catalogue(Path(folder))
    context.part(RunsListed(len(runs), len(runs), 0, runs.runs))
    return runs


def _source_runs(arguments: EvaluationArguments, context: JobContext) -> tuple[list[RunFile], list[tuple[str, str]]]:
    """Return the runs that can be read, and (path, why not) of the others that were named one by one."""
    sources = list(source_files(arguments.sources))
    files, problems, told, next_part = list[RunFile](), list[tuple[str, str]](), 0, 0.0
    for done, source in enumerate(sources):
        if time.monotonic() >= next_part:
            context.part(RunsListed(done, len(sources), told, _names(files[told:])))
            told, next_part = len(files), time.monotonic() + PART_INTERVAL
        runs, problem = source.runs(arguments.conversions, mappings=arguments.mappings)
        files += runs
        if problem:
            problems.append((source.path, problem))
    context.part(RunsListed(len(sources), len(sources), told, _names(files[told:])))
    return files, problems


def _names(files: Sequence[RunFile]) -> tuple[EvaluatedRun, ...]:
    return tuple(EvaluatedRun(given=file.given, name=file.name, format=file.format) for file in files)
