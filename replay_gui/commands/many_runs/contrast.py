"""contrast: show the differences between the runs that passed and those that failed."""

from __future__ import annotations

import argparse
from contextlib import AbstractContextManager, nullcontext
from operator import attrgetter
from pathlib import Path

from replay_gui.commands.importer_watch import watched_importers
from replay_gui.commands.many_runs.contrasted_versions import (
    add_versions_argument,
    compared_versions,
    print_separators,
    print_versions,
    versions_of,
)
from replay_gui.commands.reporting import ReportOptions, add_report_arguments, report_options, write_contrast_report
from replay_gui.commands.rule_files import named_rules
from replay_gui.commands.runs import EXIT_FAILED, EXIT_GOOD, STANDARD_INPUT, add_format_argument
from replay_gui.commands.terminal import ProgressLine, print_error, print_json, print_line, print_note
from replay_gui.core.catalogue.extras import catalogue_of, require_extra
from replay_gui.core.contrast.call_rules import CallRules
from replay_gui.core.contrast.consensus import consensus
from replay_gui.core.contrast.contrast import Contrast, contrast_runs
from replay_gui.core.contrast.contrast_json import contrast_json
from replay_gui.core.contrast.failure_groups import (
    FailureGroups,
    LogOf,
    comparison_terms,
    failure_pairs,
    group_failures,
    run_name,
)
from replay_gui.core.contrast.kept_profiles import ProfileCache
from replay_gui.core.contrast.passed_expression import passed_judge
from replay_gui.core.contrast.profiling import RunFile, profiles
from replay_gui.core.contrast.run_profile import RunProfile
from replay_gui.core.contrast.run_set import RunSet, run_set
from replay_gui.core.contrast.source_files import source_files
from replay_gui.core.contrast.tasks import separate_runs
from replay_gui.core.errors import LogUnreadable, RulesRefused
from replay_gui.core.facts.notes_places import unused_notes_words
from replay_gui.core.report.redactor import Redactor
from replay_gui.core.report.runs.contrast_model import ContrastPart
from replay_gui.core.report.runs.contrast_part import contrast_part
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import plural
from replay_gui.engine.files.rules_in_force import rules_for_runs
from replay_gui.engine.opening import conversion_cache, survey_cache, user_mappings, user_notes_places

_MAX_SHOWN, _MAX_TASKS_SHOWN = 8, 24  # entries in the text output
_MAX_NAME, _MAX_NAMES, _MAX_OUTLIERS = 60, 6, 3  # characters; names of runs; runs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    what = "a log, another recognised file, FILE#RUN, a folder (all runs in it), a glob, or a catalogue"
    parser.add_argument("runs", metavar="RUN", nargs="+", help=what)
    add_format_argument(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object with every separator")
    parser.add_argument(
        "--passed",
        metavar="EXPR",
        help="the definition of passing: 'score >= 0.5 and end == answered'; it overrides the outcomes in the logs",
    )
    parser.add_argument(
        "--rules",
        metavar="FILE",
        type=Path,
        help="the effects of tools, and what to ignore in calls (default: as in diff; a catalogue has its own)",
    )
    add_versions_argument(parser)
    add_report_arguments(parser, of_many_runs=True)


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    report = report_options(args, of_many_runs=True)
    judge = None if args.passed is None else passed_judge(args.passed)
    with watched_importers():
        runs, log_of, unread = _read_runs(args)
    if not len(runs):
        raise LogUnreadable(f"{', '.join(args.runs)}: no run in it that can be read")
    outcomes = runs.outcomes if judge is None else tuple(judge(run) for run in runs.runs)
    contrast = contrast_runs(runs, outcomes)
    asked = versions_of(args, runs, outcomes)
    failures = _failure_groups(runs, contrast, log_of)
    versions = None if asked is None else compared_versions(runs, outcomes, asked, log_of)
    if args.json:
        print_json(contrast_json(runs, contrast, failures, versions))
    else:
        if versions is not None:
            print_versions(versions)
        _print_contrast(runs, contrast, failures)
    if report is not None:
        if report.redactor is not None:  # sentences are made again, with secrets hidden
            failures = _failure_groups(runs, contrast, log_of, report.redactor)
            versions = None if asked is None else compared_versions(runs, outcomes, asked, log_of, report.redactor)
        _write_report(report, args, runs, contrast_part(runs, contrast, failures, report.redactor, versions))
    return EXIT_FAILED if unread else EXIT_GOOD


def _failure_groups(
    runs: RunSet, contrast: Contrast, log_of: LogOf, redactor: Redactor | None = None
) -> FailureGroups | None:
    """Return the groups of the failing runs; None if none of their tasks has a run that passed."""
    pairs, left_out = failure_pairs(runs, contrast.outcomes, range(len(runs)))
    if not pairs:
        return None
    facts = dict(enumerate(runs.runs))
    terms = comparison_terms(runs, pairs)
    with ProgressLine("Comparing failing runs with passing ones") as progress:
        return group_failures(
            pairs, facts, log_of, left_out=left_out, on_progress=progress.show, redactor=redactor, terms=terms
        )


def _write_report(options: ReportOptions, args: argparse.Namespace, runs: RunSet, part: ContrastPart) -> None:
    arguments = [
        str(word)
        for name in ("format", "passed", "rules")
        if (value := getattr(args, name))
        for word in (f"--{name}", value)
    ]
    versions = () if part.versions is None else part.versions.arguments
    command = ("replay-gui", "contrast", *arguments, *args.runs, *versions)
    write_contrast_report(options, command, [*args.runs, *(run.given for run in runs.runs)], part)


# ---- reading ------------------------------------------------------------------------------------------
def _read_runs(args: argparse.Namespace) -> tuple[RunSet, LogOf, int]:
    """Return the runs, the finder of their logs, and the number of unreadable ones, which are reported on stderr."""
    cache, mappings = str(conversion_cache()), str(user_mappings())
    if catalogue := catalogue_of(args.runs):
        require_extra("catalogue", "a catalogue")
        from replay_gui.core.catalogue.reading import open_catalogue
        from replay_gui.core.catalogue.run_logs import log_of_run

        folder, runs = Path(catalogue), open_catalogue(Path(catalogue))
        if args.rules is not None and not named_rules(args.rules).equals(runs.rules):
            raise RulesRefused(f"{catalogue}: was written by other rules; write it again with --rules {args.rules}")

        def log_of(number: int) -> AbstractContextManager[str]:
            return log_of_run(folder, number, runs.runs[number], conversions=cache, mappings=mappings)

        return runs, log_of, 0
    if STANDARD_INPUT in args.runs:
        raise LogUnreadable("contrast reads files, not standard input; give paths")
    rules = rules_for_runs(args.runs) if args.rules is None else named_rules(args.rules)
    if rules.problem:
        print_note(rules.problem)
    files, unread = list[RunFile](), 0
    places = user_notes_places()
    for source in source_files(args.runs):
        found, problem = source.runs(cache, format=args.format, mappings=mappings, places=places)
        files += found
        if problem:
            print_error(problem)
            unread += 1
    if unused := unused_notes_words(file.unused_notes for file in files):
        print_note(unused)
    made, logs = list[RunProfile](), list[str]()
    with ProgressLine(f"Reading {plural(len(files), 'run')}") as progress:
        cached = ProfileCache(survey_cache())
        read = profiles(files, on_progress=progress.show, cache=cached, rules=CallRules(rules.rules))
        for file, profile in zip(files, read, strict=True):
            if profile.run.problem:
                print_error(profile.run.problem)
                unread += 1
            else:
                made.append(profile)
                logs.append(file.log)
    return run_set(made, rules), lambda number: nullcontext(logs[number]), unread


# ---- for people -----------------------------------------------------------------------------------------
def _print_contrast(runs: RunSet, contrast: Contrast, failures: FailureGroups | None) -> None:
    tasks = f" of {plural(len(contrast.tasks), 'task')}" if contrast.per_task else ""
    unknown = f", {contrast.unknown:,} unknown" if contrast.unknown else ""
    print_line(
        f"{plural(len(contrast.runs), 'run')}{tasks}: {contrast.passed:,} passed, {contrast.failed:,} failed{unknown}"
    )
    if contrast.copies:
        are = "is a copy of another, and counts" if contrast.copies == 1 else "are copies of others, and count"
        print_line(f"  {plural(contrast.copies, 'run')} {are} as if on its own: p is too small")
    left_out = sum(run.left_out for run in contrast.runs)
    if left_out:
        print_line(f"  {plural(left_out, 'call')} of very long runs were not examined")
    by_hand = sum(run.set_by_hand for run in contrast.runs)
    if by_hand:
        print_line(f"  {plural(by_hand, 'outcome')} set by hand")
    if runs.rules.rules:
        print_line(f"  {runs.rules.words(runs.rules.file)}")
    print_line(f"  {contrast.separation.note}")
    print_separators(contrast.separation, attrgetter("sentence"))
    if contrast.per_task:
        _print_tasks(runs, contrast)
    if failures is not None:
        _print_failures(runs, failures, contrast.per_task)
    elif not contrast.per_task and not contrast.passed + contrast.failed and len(runs) > 1:
        _print_consensus(runs)


def _print_consensus(runs: RunSet) -> None:
    """Print the agreement of runs without outcomes, and the outliers."""
    agreement = consensus(runs, range(len(runs)))
    print_line(f"Without outcomes: {agreement.same_words}.")
    if agreement.shared:
        print_line(f"  more than half {'; '.join(agreement.shared)}")
    for outlier in agreement.outliers[:_MAX_OUTLIERS]:
        words = [f"alone or nearly: {'; '.join(outlier.alone)}" if outlier.alone else ""]
        words.append(f"most others, and not this one: {'; '.join(outlier.lacks)}" if outlier.lacks else "")
        more = ". ".join(word for word in words if word)
        print_line(
            f"  {run_name(runs.runs[outlier.run])} differs from {outlier.unlike:.0%} of the others"
            f"{more and f'; {more}'}"
        )


def _print_failures(runs: RunSet, failures: FailureGroups, per_task: bool) -> None:
    print_line("Runs that failed, by their first reason, against the nearest run that passed:")

    def name_of(number: int) -> str:
        run = runs.runs[number]
        task = f"task {one_line(run.identity.task, _MAX_NAME)}, " if per_task and run.identity.task else ""
        return f"{task}{run_name(run)}"

    for group in failures.groups[:_MAX_SHOWN]:
        names = ", ".join(name_of(failed.run) for failed in group.runs[:_MAX_NAMES])
        more = len(group.runs) - _MAX_NAMES
        print_line(f"  {names}{f' and {more:,} more' if more > 0 else ''}: {group.sentence or 'no reason found'}")
    hidden = sum(len(group.runs) for group in failures.groups[_MAX_SHOWN:]) + failures.left_out
    if hidden:
        print_line(f"  … and {plural(hidden, 'run')} more{f': {failures.problem}' if failures.problem else ''}")


def _print_tasks(runs: RunSet, contrast: Contrast) -> None:
    mixed = [task for task in contrast.tasks if task.mixed]
    if mixed:
        print_line("Tasks with both outcomes, separately:")
    for task in mixed[:_MAX_TASKS_SHOWN]:
        name = "unknown task" if task.value is None else f"task {one_line(task.value, _MAX_NAME)}"
        print_line(f"  {name}: {task.passed:,} passed, {task.failed:,} failed")
        separators = separate_runs(runs.table, contrast.outcomes, task.runs).separators
        print_line(f"      {separators[0].sentence if separators else 'nothing separates them'}")
    if len(mixed) > _MAX_TASKS_SHOWN:
        print_line(f"  … and {len(mixed) - _MAX_TASKS_SHOWN:,} more")
