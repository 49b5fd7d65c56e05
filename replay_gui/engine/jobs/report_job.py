"""The worker's part of a report: reads the runs, and for two of them finds why they differ."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from replay_gui.core.divergence.comparer import Comparer
from replay_gui.core.divergence.rules.rules import Rules
from replay_gui.core.divergence.side import ComparedSide
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.reasons.run_names import short_names
from replay_gui.core.reasons.why import WhyFinder
from replay_gui.core.report.building import run_part
from replay_gui.core.report.compared import comparison_part
from replay_gui.core.report.model import ComparisonPart, Report, RunPart
from replay_gui.core.report.redaction import redact_report
from replay_gui.core.report.redactor import Redactor
from replay_gui.core.translation.english import in_english
from replay_gui.core.verification.verify_log import verify
from replay_gui.engine.jobs.job import JobReporter
from replay_gui.engine.jobs.report_arguments import ReportArguments, ReportedRun


def make_report(arguments: ReportArguments, reporter: JobReporter) -> Report:
    """Make the report on one run, or on two and the reasons why they differ."""
    with ExitStack() as stack:
        if arguments.in_english:
            stack.enter_context(in_english())
        logs = [stack.enter_context(EventLog.open(run.log)) for run in arguments.runs]
        # Each log is read once to verify it, unless it is verified, once to count, and up to twice to compare.
        total = (4 if len(logs) == 2 else 2) * sum(log.source.size for log in logs)
        done = 0
        parts = []
        redactor = None if arguments.profile is None else Redactor(arguments.profile)
        for run, log in zip(arguments.runs, logs, strict=True):
            parts.append(_part(run, log, before=done, total=total, reporter=reporter, redactor=redactor))
            done += 2 * log.source.size
        comparison = None
        if len(logs) == 2:
            comparison = _comparison(logs, arguments, before=done, total=total, reporter=reporter, redactor=redactor)
        report = Report(
            version=arguments.version,
            made=arguments.made,
            command=arguments.command,
            runs=tuple(parts),
            comparison=comparison,
        )
        return report if redactor is None else redact_report(report, redactor)


def _part(
    run: ReportedRun, log: EventLog, *, before: int, total: int, reporter: JobReporter, redactor: Redactor | None
) -> RunPart:
    size = log.source.size
    verification = run.verification
    if verification is None:
        verification = verify(log, lambda offset: reporter.progress(before + offset, total))
    named = replace(verification, run=run.given)
    part = run_part(
        log,
        named,
        run.format,
        run.size,
        lambda done, _of: reporter.progress(before + size + done, total),
        redactor=redactor,
    )
    return replace(part, noted=run.noted)


def _comparison(
    logs: list[EventLog],
    arguments: ReportArguments,
    *,
    before: int,
    total: int,
    reporter: JobReporter,
    redactor: Redactor | None,
) -> ComparisonPart:
    def on_progress(done: int, of: int) -> None:
        reporter.progress(before + (total - before) * done // max(1, of), total)

    with ExitStack() as stack:
        folders = [stack.enter_context(tempfile.TemporaryDirectory(prefix="replay-gui-report-")) for _ in logs]
        a, b = (ComparedSide.build(log, Path(folder)) for log, folder in zip(logs, folders, strict=True))
        rules = Rules(arguments.rules)
        comparer = Comparer(a, b, arguments.anchors, on_progress)
        comparison = comparer.compare(rules, redactor)
        names = short_names(*(run.given for run in arguments.runs[:2]))
        redacted_a, redacted_b = a.redacted(redactor), b.redacted(redactor)
        why = WhyFinder(redacted_a, redacted_b, names).find(rules) if comparison.diverged else None
        part = comparison_part(comparer, comparison, rules, why, redactor)
        return replace(part, rules_file=arguments.rules_file)
