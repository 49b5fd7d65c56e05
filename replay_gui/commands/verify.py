"""verify: check hashes, chain, seal and states of runs."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from replay_gui.commands.arguments import UsageError
from replay_gui.commands.reporting import add_report_arguments, part_of, report_options, write_report
from replay_gui.commands.runs import EXIT_FAILED, EXIT_FINDING, EXIT_GOOD, OpenedRun, add_run_arguments, handle_each_run
from replay_gui.commands.terminal import ProgressLine, print_error, print_json, print_line, print_verdict_line
from replay_gui.core.log.magic import OWN_FORMAT
from replay_gui.core.log.positions import position_after
from replay_gui.core.log.source import Source
from replay_gui.core.path_kinds import is_folder
from replay_gui.core.report.model import AnchorFinding, RunPart, UnreadableRun
from replay_gui.core.report.redactor import Redactor
from replay_gui.core.text.given_paths import path_in
from replay_gui.core.text.wording import plural
from replay_gui.core.verification.foreign_verification import build_foreign_report
from replay_gui.core.verification.verification_report import (
    INVALID,
    VALID,
    Finding,
    VerificationReport,
    verification_form,
)
from replay_gui.core.verification.verify_log import check_unchanged, verify

if TYPE_CHECKING:
    from replay_gui.core.anchor.statement import ReadAnchor  # imports cryptography, which is slow

MAX_BYTES_IN_PROCESS = 16 << 20  # a smaller log is verified before worker processes have started
MAX_FINDINGS_SHOWN = 10  # of failures, and of mismatches
_MAX_NAME_CHARACTERS = 48  # characters, in the table
_LOG_SUFFIX = ".rlog"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    add_run_arguments(parser, several=True)
    parser.add_argument("--json", action="store_true", help="one JSON object with every finding per run, one per line")
    parser.add_argument(
        "--strict",
        action="store_true",
        help="exit with 1 unless VALID, recorded, sealed, without a tail, and every recorded state hash checked",
    )
    add_report_arguments(parser)
    parser.add_argument(
        "--anchor", metavar="FILE", type=Path, help="compare with this anchor, written by replay-gui anchor"
    )
    parser.add_argument("--key", metavar="PUBLIC", type=Path, help="the public key (PEM) that must have signed it")
    parser.epilog = (
        "If RUN is a folder, every .rlog file in it and below is verified. With --anchor, RUN may be any file that\n"
        "was anchored, such as a report. To make keys: see replay-gui anchor --help."
    )


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    report = report_options(args)
    anchor = _read_anchor(args)
    if anchor is not None and not anchor.anchor.is_of_log:
        return _check_file(args, anchor)
    runs, unread = _runs_in_folders(args.runs)
    for folder in unread:
        print_error(folder.why)
    redactor = None if report is None else report.redactor
    work = _VerifyJob(args=args, anchor=anchor, total=len(runs) + len(unread), unread=unread, redactor=redactor)
    worst = max(
        handle_each_run(runs, args.format, work.verify_run, work.on_unreadable_run),
        EXIT_FAILED if unread else EXIT_GOOD,
    )
    if len(work.table_lines) > 1 and not args.json:
        work.print_table()
    if report is not None:
        write_report(report, ("replay-gui", "verify", *_arguments_to_repeat(args)), work.parts, work.unread)
    return worst


def _read_anchor(args: argparse.Namespace) -> ReadAnchor | None:
    if args.anchor is None:
        if args.key is not None:
            raise UsageError("--key is for an anchor; give --anchor FILE too")
        return None
    if len(args.runs) > 1 or is_folder(args.runs[0]):
        raise UsageError("an anchor belongs to one run; give one RUN with --anchor")
    from replay_gui.core.anchor.signing import read_public_key
    from replay_gui.core.anchor.statement import read_anchor

    return read_anchor(args.anchor, None if args.key is None else read_public_key(args.key))


def _arguments_to_repeat(args: argparse.Namespace) -> list[str]:
    """Return the arguments for the same verdict."""
    words = ["--strict"] if args.strict else []
    for name in ("format", "anchor", "key"):
        value = getattr(args, name)
        words += [] if value is None else [f"--{name}", str(value)]
    return [*words, *args.runs]


def _runs_in_folders(given: Sequence[str]) -> tuple[list[str], list[UnreadableRun]]:
    """Return the runs, with the logs and the unreadable folders in each folder instead of it, and empty folders."""
    runs: list[str] = []
    empty = []
    for name in given:
        if not is_folder(name):
            runs.append(name)
            continue
        closed = list[OSError]()
        logs = [
            path_in(folder, file)
            for folder, _, files in os.walk(name, onerror=closed.append)  # does not follow links, so it ends
            for file in files
            if file.endswith(_LOG_SUFFIX)
        ]
        logs += [why.filename for why in closed]  # opening it gives the reason
        runs += sorted(logs)
        if not logs:
            why = f"{name}: no {_LOG_SUFFIX} file in this folder or below; give other files one by one"
            empty.append(UnreadableRun(name, why))
    return runs, empty


def _check_file(args: argparse.Namespace, anchor: ReadAnchor) -> int:
    """Compare the bytes of a file that is not a run with its anchor."""
    if args.report is not None or args.strict:
        raise UsageError("the anchor belongs to a file that is not a log; --report and --strict are not possible")
    from replay_gui.core.anchor.check import compare_file

    with Source(args.runs[0]) as source:
        comparison = compare_file(anchor, source)
    if args.json:
        print_json({"run": args.runs[0], "anchor": asdict(comparison)})
    else:
        print_line(f"{args.runs[0]}: {comparison.words}")
    return EXIT_GOOD if comparison.good else EXIT_FINDING


@dataclass(slots=True, kw_only=True)
class _VerifyJob:
    """The state of one call of the command.

    Attributes:
        total: number of runs. unread: those that could not be read. lines: of the table. parts: of the report.
        redactor: for the report.
    """

    args: argparse.Namespace
    anchor: ReadAnchor | None
    total: int
    unread: list[UnreadableRun]
    redactor: Redactor | None = None
    table_lines: list[tuple[str, ...]] = field(default_factory=list)
    parts: list[RunPart] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.table_lines += [_table_line_of_unread(run) for run in self.unread]

    def on_unreadable_run(self, run: str, why: str) -> None:
        self.unread.append(UnreadableRun(run, why))
        self.table_lines.append(_table_line_of_unread(self.unread[-1]))

    def verify_run(self, run: OpenedRun) -> int:
        """Verify a run, print the findings, and return the exit code."""
        report = verify_opened_run(run, len(self.table_lines) + 1, self.total)
        anchored = self._compare_with_anchor(run, report)
        lacks = strict_failures(report) if self.args.strict else []
        self.table_lines.append(_table_line(report, lacks, anchored))
        if self.args.json:
            form = verification_json(report)
            print_json(form if anchored is None else {**form, "anchor": asdict(anchored)})
        else:
            if self.total > 1:
                print_line(f"{run.given}:")
            _print_report(report, lacks, anchored)
        if self.args.report is not None:
            self.parts.append(part_of(run, report, self.redactor, anchored))
        has_findings = report.verdict == INVALID or lacks or (anchored is not None and not anchored.good)
        return EXIT_FINDING if has_findings else EXIT_GOOD

    def _compare_with_anchor(self, run: OpenedRun, report: VerificationReport) -> AnchorFinding | None:
        if self.anchor is None:
            return None
        from replay_gui.core.anchor.check import compare_log

        return compare_log(self.anchor, run.log, report)

    def print_table(self) -> None:
        head = ("run", "events", "failures", "mismatches", "seal", "verdict")
        widths = [max(len(line[at]) for line in (head, *self.table_lines)) for at in range(len(head))]
        print_line("")
        for line in (head, *self.table_lines):
            cells = (
                text.rjust(width) if 0 < at < 4 else text.ljust(width) for at, (text, width) in _cells(line, widths)
            )
            print_line("  ".join(cells).rstrip())


def _cells(line: tuple[str, ...], widths: list[int]) -> enumerate[tuple[str, int]]:
    return enumerate(zip(line, widths, strict=True))


def verify_opened_run(run: OpenedRun, number: int = 1, total: int = 1) -> VerificationReport:
    """Verify a run, the `number`-th of `total`, with a progress line; LogChanged if it was edited meanwhile."""
    if run.conversion is not None and run.format != OWN_FORMAT:
        made = run.conversion
        return build_foreign_report(run.given, run.log.header, made.events, made.notes, made.own_hashes)
    log = run.log
    among = f" ({number:,} of {total:,})" if total > 1 else ""
    with ProgressLine(f"Verifying {run.given}{among}") as progress:
        if log.source.size <= MAX_BYTES_IN_PROCESS:
            report = verify(log, lambda offset: progress.show(offset, log.source.size))
        else:
            from replay_gui.engine.headless import verify_with_workers

            report = verify_with_workers(log, progress.show)
        check_unchanged(log, report)
    return replace(report, run=run.given)


def verification_json(report: VerificationReport) -> dict[str, Any]:
    """Return the members of ``verify --json``: see 'verify --json' in resources/docs/interface.md."""
    form = verification_form(report)
    notes = form.pop("notes")
    del form["unlisted"]  # the notes contain it
    return {**form, "line": report.line, "notes": notes}


def strict_failures(report: VerificationReport) -> list[str]:
    """Return the reasons why --strict fails, in words; empty if it does not."""
    unchecked = report.state_hashes - report.state_hashes_checked
    wanted = {
        f"the verdict is {report.verdict}": report.verdict == VALID,
        "it was imported, not recorded": report.origin == "recorded",
        "it has no valid seal": report.seal == "good",
        "it has a torn tail": report.tail_bytes == 0,
        f"{unchecked:,} recorded state hashes were not checked": unchecked == 0,
    }
    return [words for words, holds in wanted.items() if not holds]


# ---- text -------------------------------------------------------------------------------------------
def _table_line(report: VerificationReport, lacks: list[str], anchored: AnchorFinding | None) -> tuple[str, ...]:
    """Return the cells of a run in the table."""
    numbers = (len(report.failures) + report.unlisted[0], len(report.mismatches) + report.unlisted[1])
    verdict: str = report.verdict
    if anchored is not None and not anchored.good:
        verdict += ", not as anchored"
    if lacks and report.verdict == VALID:
        verdict += ", --strict failed"
    return _short_name(report.run), f"{report.events:,}", *(f"{number:,}" for number in numbers), report.seal, verdict


def _table_line_of_unread(unread: UnreadableRun) -> tuple[str, ...]:
    return _short_name(unread.run), "", "", "", "", "could not be read"


def _short_name(run: str) -> str:
    """Return the name; for a long one its end, which distinguishes it better."""
    return run if len(run) <= _MAX_NAME_CHARACTERS else f"…{run[1 - _MAX_NAME_CHARACTERS :]}"


def _print_report(report: VerificationReport, lacks: list[str], anchored: AnchorFinding | None) -> None:
    print_verdict_line(report.line, report.verdict)
    if anchored is not None:
        print_line(f"  {anchored.words}")
    for note in report.notes:
        print_line(f"  {note}")
    if lacks:
        print_line(f"  --strict failed: {'; '.join(lacks)}.")
    _print_findings("failure", "failures", report.failures)
    _print_findings("mismatch", "mismatches", report.mismatches)


def _print_findings(singular: str, many: str, findings: tuple[Finding, ...]) -> None:
    for finding in findings[:MAX_FINDINGS_SHOWN]:
        where = f"event {position_after(finding.index):,} ({finding.event_id}), byte {finding.offset:,}"
        print_line(f"  {singular} at {where}: {finding.problem}")
        if finding.expected is not None:
            print_line(f"    expected {finding.expected}")
        if finding.actual is not None:
            print_line(f"    found    {finding.actual}")
    if len(findings) > MAX_FINDINGS_SHOWN:
        rest = len(findings) - MAX_FINDINGS_SHOWN
        print_line(f"  … and {plural(rest, f'more {singular}', f'more {many}')}; --json lists them all")
