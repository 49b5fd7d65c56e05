"""verify: is what the log says what was recorded?"""

from __future__ import annotations

import argparse
from dataclasses import asdict, replace
from functools import partial
from typing import Any

from replay_gui.commands.runs import FINDING, GOOD, OWN_FORMAT, OpenedRun, add_run_arguments, each_run
from replay_gui.commands.terminal import ProgressLine, say, say_json, say_verdict
from replay_gui.core.unverifiable import not_verifiable
from replay_gui.core.verdict import verify
from replay_gui.core.verification import INVALID, VALID, Finding, VerificationReport

SMALL = 16 << 20  # bytes; a log up to this is verified before worker processes would have started
SHOWN = 10  # findings of a kind that people are shown


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_run_arguments(parser, several=True)
    parser.add_argument("--json", action="store_true", help="one JSON object a run, one a line, with every finding")
    parser.add_argument(
        "--strict",
        action="store_true",
        help="exit with 1 unless VALID, recorded, sealed, without a tail, and every recorded state hash checked",
    )


def run(args: argparse.Namespace) -> int:
    return each_run(args.runs, args.format, partial(_verify, args))


def _verify(args: argparse.Namespace, run: OpenedRun) -> int:
    report = _report(run)
    lacks = lacking(report) if args.strict else []
    if args.json:
        say_json(report_form(report))
    else:
        if len(args.runs) > 1:
            say(f"{run.given}:")
        _say(report, lacks)
    return FINDING if report.verdict == INVALID or lacks else GOOD


def _report(run: OpenedRun) -> VerificationReport:
    if run.converted is not None and run.format != OWN_FORMAT:
        return not_verifiable(run.given, run.log.header, run.converted.events)
    log = run.log
    with ProgressLine(f"Verifying {run.given}") as progress:
        if log.source.size <= SMALL:
            report = verify(log, lambda offset: progress.show(offset, log.source.size))
        else:
            from replay_gui.engine.headless import verify_with_workers

            report = verify_with_workers(log, progress.show)
    return replace(report, run=run.given)


def report_form(report: VerificationReport) -> dict[str, Any]:
    """The members of ``verify --json``, in the order of INTERFACE 2."""
    form = asdict(report)
    notes = form.pop("notes")
    return {**form, "line": report.line, "notes": notes}


def lacking(report: VerificationReport) -> list[str]:
    """What --strict misses, in words."""
    unchecked = report.state_hashes - report.state_hashes_checked
    wanted = {
        f"the verdict is {report.verdict}": report.verdict == VALID,
        "it was imported, not recorded": report.origin == "recorded",
        "it has no good seal": report.seal == "good",
        "it has a torn tail": report.tail_bytes == 0,
        f"{unchecked:,} recorded state hashes were not checked": unchecked == 0,
    }
    return [words for words, holds in wanted.items() if not holds]


def _say(report: VerificationReport, lacks: list[str]) -> None:
    say_verdict(report.line, report.verdict)
    for note in report.notes:
        say(f"  {note}")
    if lacks:
        say(f"  Not strictly good: {'; '.join(lacks)}.")
    _say_findings("failure", "failures", report.failures)
    _say_findings("mismatch", "mismatches", report.mismatches)


def _say_findings(one: str, many: str, findings: tuple[Finding, ...]) -> None:
    for finding in findings[:SHOWN]:
        where = f"event {finding.position + 1:,} ({finding.event_id}), byte {finding.offset:,}"
        say(f"  {one} at {where}: {finding.problem}")
        if finding.expected is not None:
            say(f"    expected {finding.expected}")
        if finding.actual is not None:
            say(f"    found    {finding.actual}")
    if len(findings) > SHOWN:
        rest = len(findings) - SHOWN
        say(f"  … and {rest:,} more {one if rest == 1 else many}; --json lists them all")
