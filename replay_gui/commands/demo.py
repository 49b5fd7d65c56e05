"""demo: copy the bundled samples to a folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from replay_gui.commands.runs import EXIT_GOOD
from replay_gui.commands.terminal import print_line
from replay_gui.samples import write_samples


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("--write", metavar="FOLDER", type=Path, required=True, help="the folder to write them to")


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    for path in write_samples(args.write):
        print_line(str(path))
    return EXIT_GOOD
