"""Shared arguments of the commands: types, which raise ArgumentTypeError with the reason, and options."""

from __future__ import annotations

import re
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path

from replay_gui.core.errors import ReplayError
from replay_gui.core.log.positions import Position
from replay_gui.core.log.run_start import RecordingMeans
from replay_gui.core.path_kinds import is_file

_MAX_POSITION_DIGITS = 18
_LOG_LINE = re.compile(rb"\d{4}-\d\d-\d\d [\d:,]+ [A-Z]+ replay_gui\.")  # in the form of replay_gui.core.diagnostics
_LOG_LINE_LENGTH = 100  # bytes needed to recognise one


class UsageError(ReplayError):
    """Arguments contradict each other, or the command does not have them."""


def position(text: str) -> Position:
    """Return a position: the number of events applied."""
    if not (text.isascii() and text.isdigit()) or len(text) > _MAX_POSITION_DIGITS:
        raise ArgumentTypeError(f"{text!r} is not a position: a number of events, from 0")
    return Position(int(text))


def log_file(text: str) -> Path:
    """Return the path of a file for diagnostics; refuse an existing file with other content, perhaps a run."""
    path = Path(text)
    try:
        beginning = b""
        if is_file(path):
            with path.open("rb") as file:
                beginning = file.read(_LOG_LINE_LENGTH)
    except OSError as error:
        raise ArgumentTypeError(f"{text}: cannot be read: {error.strerror or error}") from None
    if beginning and not _LOG_LINE.match(beginning):
        raise ArgumentTypeError(f"{text}: contains other data than diagnostics; give another name")
    return path


def add_means_arguments(parser: ArgumentParser, *, proxy: str, claude_code: str, mcp: str) -> None:
    """Add the options that choose `means`, a RecordingMeans, at most one of them; each with its help."""
    group = parser.add_mutually_exclusive_group()
    for means, words in (
        (RecordingMeans.PROXY, proxy),
        (RecordingMeans.CLAUDE_CODE, claude_code),
        (RecordingMeans.MCP, mcp),
    ):
        group.add_argument(
            f"--{means}", dest="means", action="store_const", const=means, default=RecordingMeans.HOOKS, help=words
        )
