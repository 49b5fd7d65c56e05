"""Opening what the user calls a RUN: a log, a foreign file, standard input."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from replay_gui.commands.terminal import print_error
from replay_gui.core.errors import ImportRefused, LogUnreadable, ReplayError
from replay_gui.core.importers.run_choice import split

if TYPE_CHECKING:  # the command that opens the window reads no log, and starts faster without these
    from replay_gui.core.importers.converted import Converted
    from replay_gui.core.log.log_reader import EventLog

STANDARD_INPUT = "-"
OWN_FORMAT = "rlog"
EXIT_GOOD, EXIT_FINDING, EXIT_FAILED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class OpenedRun:
    """A run that is open for reading.

    Attributes:
        given: what the user called it. log: its log. converted: what the log was made from; None for a .rlog.
    """

    given: str
    log: EventLog
    conversion: Converted | None

    @property
    def format(self) -> str:
        return OWN_FORMAT if self.conversion is None else self.conversion.format


def add_run_arguments(parser: argparse.ArgumentParser, several: bool = False) -> None:
    """RUN, or RUN..., and --format."""
    what = "a log or another recognised file; - for standard input"
    if several:
        parser.add_argument("runs", metavar="RUN", nargs="+", help=what)
    else:
        parser.add_argument("run", metavar="RUN", help=what)
    add_format_argument(parser)


def add_format_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", metavar="NAME", help="the format, where it is not recognised")


@contextmanager
def open_run(given: str, format: str | None = None) -> Iterator[OpenedRun]:
    """The run, while the block lasts; a ReplayError says in words why it cannot be read.

    Args:
        format: an importer's name, for what is no log, or "rlog"; None: judged from the content.
    """
    from replay_gui.core.log.log_reader import EventLog

    name, chosen = split(given)
    with readable_file(name) as path:
        is_log = format == OWN_FORMAT or _is_log(path)
        if is_log and chosen is not None:
            raise ImportRefused(f"{name}: holds one run; give the path alone, without {'#' + chosen!r}")
        converted = None if is_log else _converted(path, format, chosen)
        with EventLog.open(path if converted is None else converted.path) as log:
            yield OpenedRun(given, log, converted)


def _is_log(path: str) -> bool:
    from replay_gui.core.log.header import is_replay_log
    from replay_gui.core.log.source import Source

    with Source(path) as source:
        return is_replay_log(source)


def _converted(path: str, format: str | None, chosen: str | None) -> Converted:
    # A log needs none of this, and would wait for it longer than for its own first block.
    from replay_gui.core.importers.conversion_cache import cached_conversion
    from replay_gui.engine.opening import conversion_cache, user_mappings

    return cached_conversion(path, conversion_cache(), format, chosen, user_mappings())


@contextmanager
def readable_file(given: str) -> Iterator[str]:
    """The path of the file that `given` means; standard input is copied to one that lasts as long as the block."""
    if given == STANDARD_INPUT:
        with tempfile.TemporaryDirectory(prefix="replay-gui-stdin-", ignore_cleanup_errors=True) as folder:
            path = str(Path(folder, "stdin"))  # the name goes into what is made of it
            try:
                _copy_standard_input(path)
                yield path
            except ReplayError as why:
                raise type(why)(str(why).replace(path, "standard input")) from None
        return
    yield given


def _copy_standard_input(path: str) -> None:
    if sys.stdin is None or sys.stdin.isatty():
        raise LogUnreadable("standard input is a terminal, not a log; give a path, or pipe a log in")
    try:
        with open(path, "wb") as copy:
            shutil.copyfileobj(sys.stdin.buffer, copy, 1 << 20)
    except OSError as why:
        raise LogUnreadable(f"{path}: cannot be copied: {why.strerror or why}") from None


def _said(run: str, why: str) -> None:
    """Where the complaint is all that is wanted."""


def handle_each_run(
    given: Sequence[str],
    format: str | None,
    handle_run: Callable[[OpenedRun], int],
    on_unreadable: Callable[[str, str], None] = _said,
) -> int:
    """Has `look` give the exit code of each run; all are tried, and the worst wins: COULD_NOT, FINDING, GOOD.

    `on_unread`(run, why) hears of those that cannot be read, once they were complained of.
    """
    worst = EXIT_GOOD
    for one in given:
        try:
            if one == STANDARD_INPUT and given.count(one) > 1:
                raise LogUnreadable("standard input can be read once only; give - once")
            with open_run(one, format) as run:
                worst = max(worst, handle_run(run))
        except ReplayError as why:
            print_error(str(why))
            on_unreadable(one, str(why))
            worst = EXIT_FAILED
    return worst
