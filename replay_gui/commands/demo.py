"""demo: copy the bundled samples to a folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from replay_gui.commands.runs import GOOD
from replay_gui.commands.terminal import say
from replay_gui.samples import write_samples


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--write", metavar="FOLDER", type=Path, required=True, help="write them there")


def run(args: argparse.Namespace) -> int:
    for path in write_samples(args.write):
        say(str(path))
    return GOOD
