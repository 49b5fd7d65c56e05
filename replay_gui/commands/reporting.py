"""What commands that write reports share: the options, the program's version, the command that makes one again."""

from __future__ import annotations

import argparse
import shlex
import time
from collections.abc import Sequence
from pathlib import Path

from replay_gui.commands.arguments import UsageError
from replay_gui.commands.runs import OWN_FORMAT, OpenedRun
from replay_gui.commands.terminal import ProgressLine
from replay_gui.core.atomic_file import keep_apart
from replay_gui.core.importers.run_choice import split
from replay_gui.core.report.building import run_part
from replay_gui.core.report.model import AnchorFinding, ComparisonPart, Report, RunPart, UnreadableRun
from replay_gui.core.report.redaction import SHARING_PROFILE, RedactionProfile, read_profile, redact_report
from replay_gui.core.verification.verification import VerificationReport
from replay_gui.printing.saving import SUFFIXES, check_suffix, save_report
from replay_gui.version import VERSION

DEFAULT_PROFILE = "share"
_FILE_OPTIONS = ("anchor", "key", "redact", "rules")  # options that name files


def add_report_arguments(parser: argparse.ArgumentParser) -> None:
    """--report and --redact."""
    parser.add_argument(
        "--report", metavar="FILE", type=Path, help=f"write a report; its name says the form: {', '.join(SUFFIXES)}"
    )
    parser.add_argument(
        "--redact",
        metavar="PROFILE",
        help=f"hide from the report what a TOML profile names, or {DEFAULT_PROFILE}: keys, e-mail, home folders",
    )


def check_report_arguments(args: argparse.Namespace) -> None:
    """What is wrong with them, before the work is done."""
    if args.report is not None:
        check_suffix(args.report)
        _profile(args)
    elif args.redact is not None:
        raise UsageError("--redact is for a report; give --report FILE too")


def part_of(run: OpenedRun, verification: VerificationReport, anchor: AnchorFinding | None = None) -> RunPart:
    """A report's part on a run."""
    size = run.log.source.size if run.format == OWN_FORMAT else run.log.header.source["size"]
    with ProgressLine(f"Reporting on {run.given}") as progress:
        return run_part(run.log, verification, run.format, size, progress.show, anchor)


def write_report(
    args: argparse.Namespace,
    command: Sequence[str],
    parts: Sequence[RunPart],
    unread: Sequence[UnreadableRun] = (),
    comparison: ComparisonPart | None = None,
) -> None:
    """Writes what --report asks for; `command`: the words that lead to the same verdict again."""
    inputs = [part.verification.run for part in parts] + [one.run for one in unread]
    inputs += [str(given) for name in _FILE_OPTIONS if (given := getattr(args, name, None)) is not None]
    keep_apart(args.report, [split(one)[0] for one in inputs])
    report = Report(VERSION, time.time_ns(), shlex.join(command), tuple(parts), tuple(unread), comparison)
    profile = _profile(args)
    save_report(report if profile is None else redact_report(report, profile), args.report)


def _profile(args: argparse.Namespace) -> RedactionProfile | None:
    if args.redact is None:
        return None
    return SHARING_PROFILE if args.redact == DEFAULT_PROFILE else read_profile(Path(args.redact))
