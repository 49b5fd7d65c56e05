"""The command line: choose the command, run it, and return its exit code."""

from __future__ import annotations

import argparse
import contextlib
import errno
import os
import sys
import tempfile
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from replay_gui.commands.arguments import UsageError, log_file
from replay_gui.commands.terminal import print_error, refusal_text
from replay_gui.core.collection_pause import paused_collection
from replay_gui.core.diagnostics import LEVELS, configure_logging
from replay_gui.core.errors import ReplayError
from replay_gui.engine.termination import Terminated, terminable

PROGRAM = "replay-gui"
FAILED, INTERRUPTED, PIPE_CLOSED, TERMINATED = (
    2,
    130,
    141,
    143,
)  # the last three: 128 + the signal's number, as in shells

COMMANDS = {
    "verify": ("verify", "check hashes, chain, seal and states of runs"),
    "anchor": ("anchor", "write an anchor, which shows later that a run was not cut, rolled back or replaced"),
    "diff": ("diff", "show where two runs diverge, and why"),
    "contrast": ("contrast", "show what separates the runs that passed from those that failed"),
    "state": ("state", "print the state at a position"),
    "events": ("events", "list events"),
    "history": ("history", "list every change of one value of the state"),
    "info": ("info", "show the facts of runs: agent, times, counts"),
    "catalogue": ("catalogue", "write runs, steps and features of many logs as Parquet"),
    "sql": ("sql", "answer a query over a catalogue"),
    "import": ("convert", "convert foreign logs to replay logs"),
    "record": ("record", "run an agent's command, and record its calls to models and tools"),
    "rerun": ("rerun", "run an agent again, answered from a recorded run, up to the first request that differs"),
    "receive": ("receive", "take the traces of instrumented agents (OpenTelemetry) as they run"),
    "demo": ("demo", "write the bundled samples"),
}
"""Command: (its module, what it does). A module is imported when its command runs; only the window imports Qt."""

WINDOW = "open_window"
RUNS_OTHERS = ("record", "rerun")
"""Commands that pass signals on to the command that they run."""


class _Parser(argparse.ArgumentParser):
    """A parser that reports an error in one line."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see {self.prog} --help")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name (default: those of sys.argv) and return its exit code; never raises."""
    try:
        code = _run(list(sys.argv[1:] if arguments is None else arguments))
        if sys.stdout is not None:
            sys.stdout.flush()  # a closed pipe raises here
        return code
    except KeyboardInterrupt:
        return INTERRUPTED
    except Terminated:
        return TERMINATED
    except MemoryError:
        print_error("not enough memory: close other programs, or open a smaller part of what is to be read")
        return FAILED
    except BrokenPipeError:
        _discard_output()
        return PIPE_CLOSED
    except ReplayError as why:
        print_error(refusal_text(why))
    except OSError as why:
        where = f"{why.filename}: " if why.filename else ""
        if why.errno == errno.ENOSPC and not where:
            where = f"the output, or a temporary file in {tempfile.gettempdir()}: "
        print_error(f"{where}{why.strerror or why}")
    except Exception as why:  # noqa: BLE001  a fault of the program, reported in one line
        print_error(f"an internal error ({type(why).__name__}: {why}) in {_error_location(why)}; please report it")
    return FAILED


def _run(arguments: list[str]) -> int:
    if sys.stdout is not None and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")  # for terminals without Unicode
    name = arguments[0] if arguments and arguments[0] in COMMANDS else None
    module = import_module(f"replay_gui.commands.{WINDOW if name is None else COMMANDS[name][0]}")
    if name is None:
        width = max(map(len, COMMANDS)) + 1
        listed = "\n".join(f"  {command:{width}}{what}" for command, (_, what) in COMMANDS.items())
        description = "Open a run of an AI agent in the window."
        epilog = f"commands ({PROGRAM} COMMAND --help shows more):\n{listed}"
    else:
        description, epilog = f"{COMMANDS[name][1].capitalize()}.", ""
    parser = _Parser(
        prog=PROGRAM if name is None else f"{PROGRAM} {name}",
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    module.add_arguments(parser)  # may set the epilog
    _add_log_arguments(parser)
    try:
        parsed = parser.parse_args(arguments if name is None else arguments[1:])
    except SystemExit:  # after --help
        return 0
    configure_logging(parsed.log, parsed.log_level)
    # Also for the window: the import of its modules makes hardly a circle, and it then has its own collector.
    with paused_collection(), contextlib.nullcontext() if name in RUNS_OTHERS else terminable():
        code: int = module.run(parsed)
    return code


def _add_log_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("diagnostics")
    group.add_argument(
        "--log", metavar="FILE", type=log_file, help="append what the program does to this file; no content of a run"
    )
    group.add_argument(
        "--log-level", choices=tuple(LEVELS), default="info", help="the least severe messages that are kept (info)"
    )


def _discard_output() -> None:
    """Redirect standard output to the null device, so that the interpreter's last flush does not fail."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        return  # no file is behind it, so no flush can fail


def _error_location(why: BaseException) -> str:
    trace = why.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "?" if trace is None else f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"
