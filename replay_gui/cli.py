"""The command line: choose the command, run it, and return its exit code."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import tempfile
from collections.abc import Sequence
from typing import TextIO

from replay_gui.commands.parsers import COMMANDS, command_module, command_parser
from replay_gui.commands.terminal import print_error, refusal_text
from replay_gui.core.collection_pause import paused_collection
from replay_gui.core.diagnostics import configure_logging
from replay_gui.core.errors import ReplayError
from replay_gui.core.text.given_paths import file_name
from replay_gui.core.translation.messages import SOURCE_LANGUAGE, language, use_language
from replay_gui.core.translation.numbers import ENGLISH_SIGNS, number_signs, use_number_signs
from replay_gui.engine.termination import Terminated, terminable

FAILED, INTERRUPTED, PIPE_CLOSED, TERMINATED = (
    2,
    130,
    141,
    143,
)  # the last three: 128 + the signal's number, as in shells

RUNS_OTHERS = ("record", "rerun")
"""Commands that pass signals on to the command that they run."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name (default: those of sys.argv) and return its exit code; never raises."""
    try:
        return _main(arguments)
    except OSError:  # standard error cannot be written, so no message is possible
        return FAILED
    finally:
        _discard_what_is_not_taken(sys.stdout)
        _discard_what_is_not_taken(sys.stderr)


def _main(arguments: Sequence[str] | None) -> int:
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
        print_error("not enough memory: close other programs, or open a smaller part of the data")
        return FAILED
    except BrokenPipeError:
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
    if name is not None:
        _use_english()
    module = command_module(name)
    parser = command_parser(name, module)
    try:
        parsed = parser.parse_args(arguments if name is None else arguments[1:])
    except SystemExit:  # after --help or --version
        return 0
    configure_logging(parsed.log, parsed.log_level)
    # Also for the window: the import of its modules makes hardly a circle, and it then has its own collector.
    with paused_collection(), contextlib.nullcontext() if name in RUNS_OTHERS else terminable():
        code: int = module.run(parsed)
    return code


def _use_english() -> None:
    """Use English, which scripts read, also for a command that was started from a window in another language."""
    if language() != SOURCE_LANGUAGE:
        use_language(SOURCE_LANGUAGE)
    if number_signs() != ENGLISH_SIGNS:
        use_number_signs(*ENGLISH_SIGNS)


def _discard_what_is_not_taken(stream: TextIO | None) -> None:
    """Redirect a stream that takes nothing more to the null device, so that the interpreter's last flush works."""
    if stream is None:
        return
    try:
        stream.flush()
    except (OSError, ValueError):
        with contextlib.suppress(OSError, ValueError, AttributeError):  # no file is behind it, so no flush can fail
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _error_location(why: BaseException) -> str:
    trace = why.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "?" if trace is None else f"{file_name(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"
