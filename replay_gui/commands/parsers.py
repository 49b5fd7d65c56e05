"""The commands and their parsers; a command's module is imported when its parser is built."""

from __future__ import annotations

import argparse
from importlib import import_module
from itertools import takewhile
from types import ModuleType
from typing import Any, NoReturn

from replay_gui.commands.arguments import UsageError, log_file
from replay_gui.core.diagnostics import LEVELS
from replay_gui.version import VERSION

PROGRAM = "replay-gui"
COMMANDS = {
    "verify": ("verify", "check hashes, chain, seal and states of runs"),
    "anchor": ("anchor", "write an anchor, which shows later that a run was not cut, rolled back or replaced"),
    "diff": ("diff", "show where two runs diverge, and why"),
    "contrast": ("many_runs.contrast", "show what separates the runs that passed from those that failed"),
    "state": ("state", "print the state at a position"),
    "events": ("events", "list events"),
    "history": ("history", "list every change of one value of the state"),
    "info": ("info", "show the facts of runs: agent, times, counts"),
    "catalogue": ("many_runs.catalogue", "write runs, steps and features of many logs as Parquet"),
    "sql": ("many_runs.sql", "answer a query over a catalogue"),
    "import": ("convert", "convert logs of other formats to replay logs"),
    "record": ("record", "run an agent's command, and record its calls to models and tools"),
    "rerun": ("rerun", "run an agent again, answered from a recorded run, up to the first request that differs"),
    "receive": ("receive", "receive the traces of instrumented agents (OpenTelemetry) as they run"),
    "demo": ("demo", "write the bundled samples"),
    "desktop": ("desktop.desktop", "add the program to the desktop's menus and file managers, or remove it"),
    "man": ("desktop.man", "write the manual pages"),
    "completion": ("desktop.completion", "print the completion of commands and options for bash, zsh or fish"),
}
"""Command: (its module, what it does). A module is imported when its command runs; only the window imports Qt."""

WINDOW = "open_window"


class _Parser(argparse.ArgumentParser):
    """A parser that reports an error in one line."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Refuse ``--option=--``, whose value argparse drops, so that commands would get an empty list."""
        for word in takewhile(lambda word: word != "--", args or ()):
            if word.startswith("--") and word.endswith("=--"):
                self.error(f"argument {word.removesuffix('=--')}: -- is no value")
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see {self.prog} --help")


def command_module(name: str | None) -> ModuleType:
    """Import and return the module of a command; None: that of the window."""
    return import_module(f"replay_gui.commands.{WINDOW if name is None else COMMANDS[name][0]}")


def command_parser(name: str | None, module: ModuleType) -> argparse.ArgumentParser:
    """Return the parser of a command with its `module`; None: that of the window."""
    if name is None:
        width = max(map(len, COMMANDS)) + 1
        listed = "\n".join(f"  {command:{width}}{what}" for command, (_, what) in COMMANDS.items())
        description = "Open a run of an AI agent in the window."
        epilog = f"commands ({PROGRAM} COMMAND --help shows more):\n{listed}"
    else:
        what = COMMANDS[name][1]
        description, epilog = f"{what[0].upper()}{what[1:]}.", ""
    parser = _Parser(
        prog=PROGRAM if name is None else f"{PROGRAM} {name}",
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    if name is None:
        parser.add_argument("--version", action="version", version=f"{PROGRAM} {VERSION}")
    module.add_arguments(parser)  # may set the epilog
    _add_log_arguments(parser)
    return parser


def _add_log_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("diagnostics")
    group.add_argument(
        "--log",
        metavar="FILE",
        type=log_file,
        help="append the program's diagnostics to this file, without content of a run",
    )
    group.add_argument(
        "--log-level", choices=tuple(LEVELS), default="info", help="the least severe messages that are kept (info)"
    )
