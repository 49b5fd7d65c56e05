"""Opens the user's RUN: a log, a foreign file, or standard input."""

from __future__ import annotations

import argparse
import os
import select
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from replay_gui.commands.terminal import print_error, refusal_text
from replay_gui.core.errors import ImportRefused, LogUnreadable, ReplayError
from replay_gui.core.importers.run_choice import choose_run, split_run
from replay_gui.core.log.magic import OWN_FORMAT
from replay_gui.core.path_kinds import is_folder

if TYPE_CHECKING:  # the command that opens the window reads no log, and starts faster without these
    from replay_gui.core.importers.imported_run import ConvertedRun
    from replay_gui.core.log.log_reader import EventLog

STANDARD_INPUT = "-"
EXIT_GOOD, EXIT_FINDING, EXIT_FAILED = 0, 1, 2
_CHUNK_BYTES = 1 << 20
_SIGNAL_CHECK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class OpenedRun:
    """A run that is open for reading.

    Attributes:
        given: the name that the user gave. log: its log. conversion: that made the log; None for a .rlog.
        names: of all runs in the file; empty for a .rlog, which has one.
    """

    given: str
    log: EventLog
    conversion: ConvertedRun | None
    names: tuple[str, ...] = ()

    @property
    def runs_in_file(self) -> int:
        """The number of runs in the file."""
        return max(len(self.names), 1)

    @property
    def format(self) -> str:
        """The name of the format of the given file, before any conversion."""
        return OWN_FORMAT if self.conversion is None else self.conversion.format


def add_run_arguments(parser: argparse.ArgumentParser, several: bool = False) -> None:
    """Add RUN, or RUN..., and --format."""
    what = "a log or another recognised file; - for standard input"
    if several:
        parser.add_argument("runs", metavar="RUN", nargs="+", help=what)
    else:
        parser.add_argument("run", metavar="RUN", help=what)
    add_format_argument(parser)


def add_format_argument(parser: argparse.ArgumentParser) -> None:
    """Add `--format`."""
    parser.add_argument("--format", metavar="NAME", help="the format, if it is not recognised")


@contextmanager
def open_run(given: str, format: str | None = None) -> Iterator[OpenedRun]:
    """Open a run during the block; raise ReplayError, with the reason, if it cannot be read.

    Args:
        format: an importer's name, or "rlog"; None: detected from the content.
    """
    from replay_gui.core.log.log_reader import EventLog

    name, chosen = split_run(given)
    with readable_file(name) as path:
        is_log = format == OWN_FORMAT or (not is_folder(path) and _is_log(path))  # a session may be a folder
        if is_log and chosen is not None:
            raise ImportRefused(f"{name}: holds one run; give the path alone, without {'#' + chosen!r}")
        with ExitStack() as stack:
            runs = [] if is_log else _converted(path, format, stack)
            converted = None if is_log else runs[0] if chosen is None else choose_run(runs, chosen, path)
            log = stack.enter_context(EventLog.open(path if converted is None else converted.path))
            yield OpenedRun(given, log, converted, tuple(run.name for run in runs))


def _is_log(path: str) -> bool:
    from replay_gui.core.log.header import is_replay_log
    from replay_gui.core.log.source import Source

    with Source(path) as source:
        return is_replay_log(source)


def _converted(path: str, format: str | None, stack: ExitStack) -> list[ConvertedRun]:
    # Imported here because a log does not need it, and the import takes longer than reading the log's first block.
    from replay_gui.commands.importer_watch import watched_importers
    from replay_gui.core.importers.conversion_cache import cached_conversions
    from replay_gui.engine.opening import conversion_cache, user_mappings

    folder = conversion_cache()
    if not _is_usable(folder):
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="replay-gui-conversions-")))
    with watched_importers():
        return cached_conversions(path, folder, format, user_mappings())


def _is_usable(folder: Path) -> bool:
    """Return whether a folder of the cache can be written; create it if it does not exist."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


@contextmanager
def readable_file(given: str) -> Iterator[str]:
    """Return the path of the file; standard input is copied to a file that exists during the block."""
    if given == STANDARD_INPUT:
        with tempfile.TemporaryDirectory(prefix="replay-gui-stdin-", ignore_cleanup_errors=True) as folder:
            path = str(Path(folder, "stdin"))  # the conversion records this name
            try:
                _copy_standard_input(path)
                yield path
            except ReplayError as why:
                raise type(why)(str(why).replace(path, "standard input")) from None
        return
    yield given


def check_standard_input() -> None:
    """Raise LogUnreadable if standard input is closed, or is a terminal."""
    if sys.stdin is None or sys.stdin.isatty():
        raise LogUnreadable("standard input is a terminal, not a log; give a path, or pipe a log in")


def _copy_standard_input(path: str) -> None:
    check_standard_input()
    source = sys.stdin.fileno()
    try:
        with Path(path).open("wb") as copy:
            while chunk := _read_when_there(source):
                copy.write(chunk)
    except OSError as why:
        raise LogUnreadable(f"{path}: cannot be copied: {why.strerror or why}") from None


def _read_when_there(source: int) -> bytes:
    """Wait for data from a descriptor, and return it; empty at its end.

    A read that blocks would not notice a signal that came just before it: an interruption would wait for the input.
    """
    can_wait = os.name != "nt"  # there, a pipe cannot be waited for
    while can_wait and not select.select([source], [], [], _SIGNAL_CHECK_SECONDS)[0]:
        pass
    return os.read(source, _CHUNK_BYTES)


def _ignore_unreadable(run: str, why: str) -> None:
    """Do nothing: the error is printed already."""


def handle_each_run(
    given: Sequence[str],
    format: str | None,
    handle_run: Callable[[OpenedRun], int],
    on_unreadable: Callable[[str, str], None] = _ignore_unreadable,
) -> int:
    """Call `handle_run` with each run and return the highest exit code; all runs are tried.

    A run that cannot be read gives EXIT_FAILED; its error is printed, then passed to `on_unreadable`(run, why).
    """
    worst = EXIT_GOOD
    for name in given:
        try:
            if name == STANDARD_INPUT and given.count(name) > 1:
                raise LogUnreadable("standard input can be read once only; give - once")
            with open_run(name, format) as run:
                worst = max(worst, handle_run(run))
        except ReplayError as why:
            print_error(refusal_text(why))
            on_unreadable(name, refusal_text(why))
            worst = EXIT_FAILED
    return worst
