"""demo: the bundled samples, as files."""

from __future__ import annotations

import argparse
from pathlib import Path

from replay_gui.commands.runs import GOOD


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--write", metavar="FOLDER", type=Path, required=True, help="write them there")


def run(args: argparse.Namespace) -> int:
    from replay_gui.demo import write_samples

    write_samples(args.write)
    return GOOD
