"""The command line: what is asked for, who does it, and how it ends."""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import NoReturn

from replay_gui.commands.arguments import UsageError
from replay_gui.commands.terminal import complain
from replay_gui.core.errors import ReplayError

PROGRAM = "replay-gui"
COULD_NOT, INTERRUPTED, PIPE_CLOSED = 2, 130, 141  # the last two: 128 + the signal's number, as shells have it

COMMANDS = {
    "verify": ("verify", "check hashes, chain, seal and states of runs"),
    "anchor": ("anchor", "write what shows later that a run was not cut, rolled back or replaced"),
    "diff": ("diff", "tell where two runs part, and why"),
    "state": ("state", "print the state at a position"),
    "events": ("events", "list events"),
    "info": ("info", "tell what runs are about"),
    "import": ("convert", "make replay logs of foreign logs"),
    "demo": ("demo", "write the bundled samples"),
}
"""command: (its module, what it does). A module is imported when its command is asked for, Qt with the window alone."""

WINDOW = "open_window"


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see {self.prog} --help")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command of these arguments (sys.argv's where None) and returns the exit code; never raises."""
    try:
        code = _run(list(sys.argv[1:] if arguments is None else arguments))
        if sys.stdout is not None:
            sys.stdout.flush()  # so that a closed pipe is found here
        return code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _let_go_of_output()
        return PIPE_CLOSED
    except ReplayError as why:
        complain(str(why))
    except OSError as why:
        where = f"{why.filename}: " if why.filename else ""
        complain(f"{where}{why.strerror or why}")
    except Exception as why:  # noqa: BLE001  a fault of the program: said in one line, as everything else
        complain(f"an internal error ({type(why).__name__}: {why}) in {_place(why)}; please report it")
    return COULD_NOT


def _run(arguments: list[str]) -> int:
    if sys.stdout is not None and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that lacks a character
    name = arguments[0] if arguments and arguments[0] in COMMANDS else None
    module = import_module(f"replay_gui.commands.{WINDOW if name is None else COMMANDS[name][0]}")
    if name is None:
        listed = "\n".join(f"  {command:8}{what}" for command, (_, what) in COMMANDS.items())
        description = "Opens a run of an AI agent in the window."
        epilog = f"commands ({PROGRAM} COMMAND --help tells more):\n{listed}"
    else:
        description, epilog = f"{COMMANDS[name][1].capitalize()}.", ""
    parser = _Parser(
        prog=PROGRAM if name is None else f"{PROGRAM} {name}",
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    module.add_arguments(parser)  # which may bring an epilog of its own
    try:
        parsed = parser.parse_args(arguments if name is None else arguments[1:])
    except SystemExit:  # after --help
        return 0
    with _without_collecting():
        code: int = module.run(parsed)
    return code


@contextlib.contextmanager
def _without_collecting() -> Iterator[None]:
    """Commands make millions of objects and hardly a cycle: collecting would only read them all again and again.

    So does the import of all that a window consists of; once it is there, it has a collector of its own.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _let_go_of_output() -> None:
    """Turns standard output away, so that the interpreter's last flush finds no broken pipe."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        return  # it is none that a flush could reach


def _place(why: BaseException) -> str:
    trace = why.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "?" if trace is None else f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"
