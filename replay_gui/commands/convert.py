"""import: convert foreign logs to replay logs."""

from __future__ import annotations

import argparse
from pathlib import Path

from replay_gui.commands.importer_watch import watched_importers
from replay_gui.commands.runs import EXIT_FAILED, EXIT_GOOD, add_format_argument, readable_file
from replay_gui.commands.terminal import print_error, print_line, refusal_text
from replay_gui.core.atomic_file import make_folder
from replay_gui.core.errors import ImportRefused, ReplayError
from replay_gui.core.importers.conversion import convert
from replay_gui.core.importers.limits import LIMITS, Limits
from replay_gui.core.log.magic import MAGIC, OWN_FORMAT
from replay_gui.core.log.source import Source
from replay_gui.core.text.wording import plural


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("sources", metavar="SOURCE", nargs="+", help="a log of another format; - for standard input")
    parser.add_argument(
        "-o", "--output", metavar="OUT", required=True, help="the log to write; a folder for several logs"
    )
    add_format_argument(parser)
    parser.add_argument(
        "--max-size",
        metavar="MB",
        type=_megabytes_to_bytes,
        help=f"size limit of JSON documents and unpacked files (default: documents {LIMITS.document >> 20} MB, "
        f"unpacked {LIMITS.unpacked >> 20:,} MB)",
    )


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    worst = EXIT_GOOD
    out = Path(args.output)
    limits = LIMITS if args.max_size is None else LIMITS.raised_to(args.max_size)
    if len(args.sources) > 1:
        make_folder(out)
    for given in args.sources:
        try:
            _convert(given, out, args.format, limits)
        except ReplayError as why:
            print_error(refusal_text(why))
            worst = EXIT_FAILED
    return worst


def _megabytes_to_bytes(given: str) -> int:
    if not given.isdecimal() or not int(given):
        raise argparse.ArgumentTypeError(f"{given!r} is not a number of megabytes")
    return int(given) << 20


def _convert(given: str, out: Path, format: str | None, limits: Limits) -> None:
    with readable_file(given) as path:
        with Source(path) as source:
            if source.read_at(0, min(source.size, len(MAGIC))) == MAGIC:
                raise ImportRefused(f"{given}: is already a replay log (.{OWN_FORMAT}); it needs no import")
        with watched_importers():
            converted = convert(path, out, format, limits)
        for made in converted:
            print_line(f"{made.path}: {plural(made.events, 'event')}, from {given} ({made.format})")
            for note in made.notes:
                print_line(f"  {note}")
