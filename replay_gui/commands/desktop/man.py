"""man: write the manual pages."""

from __future__ import annotations

import argparse
from pathlib import Path

from replay_gui.commands.desktop.manual import manual_pages
from replay_gui.commands.desktop.words import window_and_commands
from replay_gui.commands.runs import EXIT_GOOD
from replay_gui.commands.terminal import print_line
from replay_gui.core.atomic_file import SHARED, make_folder, write_whole


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument(
        "-o", "--output", metavar="FOLDER", type=Path, required=True, help="the folder to write them to, such as man1"
    )
    parser.epilog = "To read one: man FOLDER/replay-gui.1. replay-gui desktop install puts them where man looks."


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    make_folder(args.output)
    for name, page in manual_pages(window_and_commands()).items():
        write_whole(args.output / name, page.encode(), new_mode=SHARED)
        print_line(str(args.output / name))
    return EXIT_GOOD
