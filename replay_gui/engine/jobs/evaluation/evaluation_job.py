"""The worker's part of an evaluation: reads many runs, and finds how those that passed differ from the others.

The runs stay in the worker's cache, so that another task of the same runs is contrasted quickly.
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from replay_gui.core.catalogue.extras import catalogue_of, require_extra
from replay_gui.core.contrast.call_rules import CallRules, UsedRules
from replay_gui.core.contrast.consensus import MIN_AGREEING, consensus
from replay_gui.core.contrast.contrast import contrast_runs, separate_chosen
from replay_gui.core.contrast.failure_groups import comparison_terms, failure_pairs, group_failures
from replay_gui.core.contrast.kept_profiles import ProfileCache
from replay_gui.core.contrast.passed_expression import passed_judge
from replay_gui.core.contrast.profiling import RunFile, profiles
from replay_gui.core.contrast.run_groups import GroupingFacts, RunGroup, tasks_of
from replay_gui.core.contrast.run_profile import EvaluatedRun, RunProfile
from replay_gui.core.contrast.run_set import RunSet, run_set
from replay_gui.core.contrast.runs_picture import runs_picture
from replay_gui.core.contrast.separation import Outcomes
from replay_gui.core.contrast.source_files import source_files
from replay_gui.core.contrast.versions import (
    VersionChange,
    compare_versions,
    flip_pairs,
    runs_of_versions,
    version_change,
    version_differences,
)
from replay_gui.core.errors import LogUnreadable
from replay_gui.core.report.model import Report
from replay_gui.core.report.redaction import redact_report
from replay_gui.core.report.redactor import Redactor
from replay_gui.core.report.runs.contrast_part import contrast_part
from replay_gui.core.translation.english import in_english
from replay_gui.core.translation.messages import tr
from replay_gui.engine.jobs.evaluation.evaluation_arguments import EvaluationArguments, FileBegun, RunsReport
from replay_gui.engine.jobs.evaluation.evaluation_messages import (
    EvaluationPart,
    RunsContrasted,
    RunsListed,
    RunsReported,
)
from replay_gui.engine.jobs.evaluation.failures_job import PackedFailures, logs_of, pack_failures
from replay_gui.engine.jobs.job import JobContext
from replay_gui.engine.opening import user_notes_places

PART_INTERVAL_S = 0.1  # seconds between two parts

_Key = tuple[int, tuple[str, ...], UsedRules]


@dataclass(frozen=True, slots=True)
class _ReadRuns:
    """Runs that were read.

    Attributes:
        key: (number of the reading, sources, rules). logs: path of each run's log; empty for a catalogue.
        facts: of the runs.
        groups: the groups that were requested last, by (definition of passing, fact).
    """

    key: _Key
    runs: RunSet
    logs: tuple[str, ...]
    facts: GroupingFacts
    groups: dict[tuple[str, str], tuple[RunGroup, ...]] = field(default_factory=dict)

    def grouped(self, outcomes: Outcomes, passed: str, fact: str) -> tuple[RunGroup, ...]:
        """Return the runs grouped by a fact; `passed`: the expression that gave the outcomes."""
        found = self.groups.get((passed, fact))
        if found is None:
            found = self.facts.grouped(outcomes, fact)
            self.groups.clear()
            self.groups[passed, fact] = found
        return found


def evaluate_runs(arguments: EvaluationArguments, context: JobContext) -> EvaluationPart:
    """Read the runs, then contrast the chosen ones; the parts are RunsListed, the result is one RunsContrasted.

    A part FileBegun names each file before it is read, so that the file that made the worker die is known.
    """
    judge = passed_judge(arguments.passed) if arguments.passed else None
    rules = UsedRules() if catalogue_of(arguments.sources) else arguments.rules
    key = (arguments.reading, arguments.sources, rules)
    kept = context.cache.value
    if not isinstance(kept, _ReadRuns) or kept.key != key:
        context.cache.clear()
        kept = context.cache.keep(nullcontext(_read_runs(key, arguments, context)))
    runs = kept.runs
    outcomes = runs.outcomes if judge is None else tuple(judge(run) for run in runs.runs)
    if arguments.report is not None:
        with in_english() if arguments.report.in_english else nullcontext():
            return RunsReported(_report(arguments.report, kept, outcomes, arguments, context))
    return _contrasted(kept, outcomes, arguments)


def _contrasted(kept: _ReadRuns, outcomes: Outcomes, arguments: EvaluationArguments) -> RunsContrasted:
    runs, asked = kept.runs, arguments.versions
    versions = None if asked is None else runs_of_versions(kept.facts, outcomes, asked)
    change = None if versions is None else version_change(runs, outcomes, versions.before, versions.after)
    chosen: Sequence[int] = range(len(runs)) if versions is None else sorted((*versions.before, *versions.after))
    groups = kept.grouped(outcomes, arguments.passed, arguments.group_by)
    first = 0 if groups and arguments.first_group and arguments.chosen is None and versions is None else None
    if first is not None:
        chosen = groups[first].runs
    if arguments.chosen is not None:
        chosen = sorted(set(arguments.chosen).intersection(range(len(runs))))
    tasks = tasks_of(runs.runs, outcomes, chosen)
    by_version = versions is not None and arguments.chosen is None
    if by_version and versions is not None:
        separation = version_differences(runs, versions.before, versions.after)
    else:
        separation = separate_chosen(runs, outcomes, tasks)
    numbers = tuple(sorted(number for task in tasks for number in task.runs))
    known = any(outcomes[number] is not None for number in numbers)
    return RunsContrasted(
        outcomes=tuple(outcomes),
        facts=kept.facts.names,
        groups=groups,
        group=first,
        change=change,
        chosen=numbers,
        tasks=len(tasks),
        by_version=by_version,
        separation=separation,
        picture=runs_picture(runs, outcomes, numbers, separation),
        consensus=None if known or len(tasks) != 1 or len(numbers) < MIN_AGREEING else consensus(runs, numbers),
        failures=_failures(kept, outcomes, numbers, change if by_version else None, arguments),
        rules=runs.rules,
    )


def _failures(
    kept: _ReadRuns,
    outcomes: Outcomes,
    numbers: Sequence[int],
    change: VersionChange | None,
    arguments: EvaluationArguments,
) -> bytes:
    """Return the runs to compare: the failing runs, or one of each task that flipped."""
    runs, left_out = kept.runs, 0
    if change is None:
        pairs, left_out = failure_pairs(runs, outcomes, numbers)
    else:
        pairs = flip_pairs(runs, outcomes, change)
    if not pairs:
        return b""
    both = sorted({number for pair in pairs for number in (pair.failed, pair.nearest)})
    return pack_failures(
        PackedFailures(
            pairs=pairs,
            left_out=left_out,
            runs={number: runs.runs[number] for number in both},
            logs={number: kept.logs[number] for number in both} if kept.logs else {},
            catalogue=catalogue_of(arguments.sources),
            conversions=arguments.conversions,
            mappings=arguments.mappings,
            terms=comparison_terms(runs, pairs),
        )
    )


def _report(
    asked: RunsReport, kept: _ReadRuns, outcomes: Outcomes, arguments: EvaluationArguments, context: JobContext
) -> Report:
    """Return the report on all runs, as ``contrast --report`` writes it."""
    runs, contrast, failures = kept.runs, contrast_runs(kept.runs, outcomes), None
    redactor = None if asked.profile is None else Redactor(asked.profile)
    pairs, left_out = failure_pairs(runs, outcomes, range(len(runs)))

    facts = dict(enumerate(runs.runs))
    log_of = logs_of(
        dict(enumerate(kept.logs)),
        catalogue_of(arguments.sources),
        facts,
        conversions=arguments.conversions,
        mappings=arguments.mappings,
    )
    if pairs:
        failures = group_failures(
            pairs,
            facts,
            log_of,
            left_out=left_out,
            on_progress=context.progress,
            redactor=redactor,
            terms=comparison_terms(runs, pairs),
        )
    versions = None
    if arguments.versions is not None:
        both = runs_of_versions(kept.facts, outcomes, arguments.versions)
        versions = compare_versions(runs, outcomes, both, log_of, on_progress=context.progress, redactor=redactor)
    part = contrast_part(runs, contrast, failures, redactor, versions)
    command = asked.command if part.versions is None else f"{asked.command} {shlex.join(part.versions.arguments)}"
    report = Report(version=asked.version, made=asked.made, command=command, runs=(), contrast=part)
    return report if redactor is None else redact_report(report, redactor)


# ---- reading ------------------------------------------------------------------------------------------
def _read_runs(key: _Key, arguments: EvaluationArguments, context: JobContext) -> _ReadRuns:
    """Return all runs; those that cannot be read have a problem. LogUnreadable if there is none at all."""
    if catalogue := catalogue_of(arguments.sources):
        catalogued = _catalogued_runs(catalogue, context)
        return _ReadRuns(key, catalogued, (), GroupingFacts(catalogued))
    files, problems = _source_runs(arguments, context)
    if not files and not problems:
        sources = ", ".join(arguments.sources)
        raise LogUnreadable(tr("{sources}: there is no run in it that can be read", sources=sources))
    runs = run_set(_profiles(files, arguments, context), arguments.rules)
    unread = [EvaluatedRun(given=given, name=Path(given).name, problem=why) for given, why in problems]
    context.part(RunsListed(len(files), len(files), 0, (*runs.runs, *unread)))
    return _ReadRuns(key, runs, tuple(file.log for file in files), GroupingFacts(runs))


def _profiles(files: Sequence[RunFile], arguments: EvaluationArguments, context: JobContext) -> list[RunProfile]:
    """Return the profile of each run; that of a crashing one has a problem."""
    crashing = {one.file: one.problem for one in arguments.crashing}
    problems = [crashing.get(_begun(file)) for file in files]
    read = profiles(
        [file for file, problem in zip(files, problems, strict=True) if problem is None],
        on_progress=context.progress,
        on_file=lambda file: context.part(_begun(file)),
        cache=ProfileCache(Path(arguments.surveys)),
        rules=CallRules(arguments.rules.rules),
    )
    made = [
        next(read)
        if problem is None
        else RunProfile(
            run=EvaluatedRun(
                given=file.given, name=file.name, format=file.format, problem=_not_read(file.given, problem)
            )
        )
        for file, problem in zip(files, problems, strict=True)
    ]
    context.part(FileBegun())
    return made


def _begun(file: RunFile) -> FileBegun:
    return FileBegun(file.given, file.log)


def _not_read(given: str, problem: str) -> str:
    return tr("{file}: not read: {reason}", file=given, reason=problem)


def _catalogued_runs(folder: str, context: JobContext) -> RunSet:
    require_extra("catalogue", tr("a catalogue"))
    from replay_gui.core.catalogue.reading import open_catalogue  # which needs the extra

    runs = open_catalogue(Path(folder))
    context.part(RunsListed(len(runs), len(runs), 0, runs.runs))
    return runs


def _source_runs(arguments: EvaluationArguments, context: JobContext) -> tuple[list[RunFile], list[tuple[str, str]]]:
    """Return the readable runs, and (path, problem) of crashing and other unreadable files that the user named."""
    sources, places = list(source_files(arguments.sources)), user_notes_places()
    crashing = {one.file: one.problem for one in arguments.crashing}
    files, problems, listed, next_part = list[RunFile](), list[tuple[str, str]](), 0, 0.0
    for done, source in enumerate(sources):
        if time.monotonic() >= next_part:
            context.part(RunsListed(done, len(sources), listed, _names(files[listed:])))
            listed, next_part = len(files), time.monotonic() + PART_INTERVAL_S
        begun = FileBegun(source.path)
        if begun in crashing:
            problems.append((source.path, _not_read(source.path, crashing[begun])))
            continue
        context.part(begun)
        runs, problem = source.runs(arguments.conversions, mappings=arguments.mappings, places=places)
        files += runs
        if problem:
            problems.append((source.path, problem))
    context.part(FileBegun())
    context.part(RunsListed(len(sources), len(sources), listed, _names(files[listed:])))
    return files, problems


def _names(files: Sequence[RunFile]) -> tuple[EvaluatedRun, ...]:
    return tuple(EvaluatedRun(given=file.given, name=file.name, format=file.format) for file in files)
