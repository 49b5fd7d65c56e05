"""The report of a command: its options, and writing it."""

from __future__ import annotations

import argparse
import shlex
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from replay_gui.commands.arguments import UsageError
from replay_gui.commands.runs import OpenedRun
from replay_gui.commands.terminal import ProgressLine
from replay_gui.core.atomic_file import check_not_input
from replay_gui.core.errors import NotWritten
from replay_gui.core.importers.run_choice import input_files
from replay_gui.core.log.magic import OWN_FORMAT
from replay_gui.core.report.building import run_part
from replay_gui.core.report.model import AnchorFinding, ComparisonPart, Report, RunPart, UnreadableRun
from replay_gui.core.report.redaction import redact_report
from replay_gui.core.report.redaction_profile import SHARING_PROFILE, read_profile
from replay_gui.core.report.redactor import Redactor
from replay_gui.core.report.runs.contrast_model import ContrastPart
from replay_gui.core.verification.verification_report import VerificationReport
from replay_gui.printout.saving import PNG, SUFFIXES, check_suffix, save_report
from replay_gui.version import VERSION

DEFAULT_PROFILE = "share"
_OF_CHECKS = (".xml", ".sarif")  # formats that list checks
_FILE_OPTIONS = ("anchor", "key", "redact", "rules")  # options with paths of files


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """The options of the report.

    Attributes:
        path: of the file to write. option_files: the files of other options.
        redactor: for the profile; None: no redaction.
    """

    path: Path
    redactor: Redactor | None
    option_files: tuple[str, ...]


def add_report_arguments(parser: argparse.ArgumentParser, *, of_many_runs: bool = False) -> None:
    """Add --report and --redact."""
    suffixes = [*(suffix for suffix in SUFFIXES if suffix not in _OF_CHECKS), PNG] if of_many_runs else SUFFIXES
    parser.add_argument(
        "--report", metavar="FILE", type=Path, help=f"write a report; its name gives the format: {', '.join(suffixes)}"
    )
    parser.add_argument(
        "--redact",
        metavar="PROFILE",
        help="hide in the report the data named in this TOML profile; "
        f"{DEFAULT_PROFILE!r} hides keys, e-mail addresses and home folders",
    )


def report_options(args: argparse.Namespace, *, of_many_runs: bool = False) -> ReportOptions | None:
    """Return the options of the report, or None for no report.

    They are checked before the runs are read; raises UsageError, NotWritten or ProfileRefused if they are invalid.
    """
    if args.report is None:
        if args.redact is not None:
            raise UsageError("--redact is for a report; give --report FILE too")
        return None
    check_suffix(args.report, of_many_runs=of_many_runs)
    option_files = (getattr(args, name, None) for name in _FILE_OPTIONS)
    return ReportOptions(
        args.report, _redactor(args.redact), tuple(str(file) for file in option_files if file is not None)
    )


def _redactor(name: str | None) -> Redactor | None:
    if name is None:
        return None
    return Redactor(SHARING_PROFILE if name == DEFAULT_PROFILE else read_profile(Path(name)))


def part_of(
    run: OpenedRun,
    verification: VerificationReport,
    redactor: Redactor | None,
    anchor: AnchorFinding | None = None,
) -> RunPart:
    """Return the part of a report about a run."""
    size = run.log.source.size if run.format == OWN_FORMAT else run.log.header.source["size"]
    with ProgressLine(f"Reporting on {run.given}") as progress:
        return run_part(run.log, verification, run.format, size, progress.show, anchor=anchor, redactor=redactor)


def write_contrast_report(
    options: ReportOptions, command: Sequence[str], inputs: Sequence[str], contrast: ContrastPart
) -> None:
    """Write the report about many runs.

    Args:
        command: the words of a command with the same result, without the report. inputs: the files that are read.
    """
    if options.path.suffix.lower() in _OF_CHECKS:
        raise NotWritten(
            f"{options.path}: a contrast has no checks to report in this format; "
            "give a name that ends in .html, .pdf, .json, .md or .png"
        )
    check_not_input(options.path, [*input_files(inputs), *options.option_files])
    report = Report(version=VERSION, made=time.time_ns(), command=shlex.join(command), runs=(), contrast=contrast)
    _save(report, options, inputs)


def _save(report: Report, options: ReportOptions, inputs: Sequence[str]) -> None:
    redacted = report if options.redactor is None else redact_report(report, options.redactor)
    save_report(redacted, options.path, inputs)


def write_report(
    options: ReportOptions,
    command: Sequence[str],
    parts: Sequence[RunPart],
    unread: Sequence[UnreadableRun] = (),
    comparison: ComparisonPart | None = None,
) -> None:
    """Write the report.

    Args:
        command: the words of a command with the same verdict, without the report.
    """
    names = [part.verification.run for part in parts] + [run.run for run in unread]
    check_not_input(options.path, [*input_files(names), *options.option_files])
    report = Report(
        version=VERSION,
        made=time.time_ns(),
        command=shlex.join(command),
        runs=tuple(parts),
        unread=tuple(unread),
        comparison=comparison,
    )
    _save(report, options, names)
