"""Output of commands: results to standard output, other lines to standard error, without control characters."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self, TextIO

from replay_gui.core.errors import FormatUnknown, ReplayError
from replay_gui.core.text.plain_text import visible

_PROGRESS_INTERVAL_SECONDS = 0.1
_MAX_LINE_LENGTH = 20_000  # characters; names in a log may have a million
_BAR_LENGTH = 24  # characters
_CLEAR_LINE = "\r\x1b[K"
_GREEN, _RED, _YELLOW = "32", "31", "33"
_VERDICTS = {"VALID": _GREEN, "INVALID": _RED, "NOT VERIFIABLE": _YELLOW}


def print_line(text: str) -> None:
    """Print one line of a result, cut if it is very long; control characters in it are escaped."""
    print(_shown_line(text))


def _shown_line(text: str) -> str:
    return visible(text if len(text) <= _MAX_LINE_LENGTH else f"{text[:_MAX_LINE_LENGTH]}…")


def print_visible_text(text: str) -> None:
    """Print text of several lines, whose control characters are escaped already."""
    print(text)


def print_json(members: Mapping[str, Any]) -> None:
    """Print one JSON object on one line."""
    from replay_gui.core.state.json_form import one_line_json  # the window starts faster without it

    print(one_line_json(members))


def print_verdict_line(line: str, verdict: str) -> None:
    """Print a line that ends with the verdict, which has a colour on a terminal."""
    start, text = line.removesuffix(verdict), visible(verdict)
    if _is_terminal(sys.stdout) and "NO_COLOR" not in os.environ and verdict in _VERDICTS:
        text = f"\x1b[1;{_VERDICTS[verdict]}m{text}\x1b[0m"
    print(visible(start) + text)


def refusal_text(error: ReplayError) -> str:
    """Return the text of an error; if no format was recognised, also how to choose one."""
    if not isinstance(error, FormatUnknown):
        return str(error)
    from replay_gui.core.importers.registry import importers, names_of  # all importers, which few commands need

    return f"{error}; choose the format with --format NAME ({names_of(importers())})"


def print_error(text: str) -> None:
    """Print one line to standard error."""
    if sys.stderr is not None:
        print(f"replay-gui: {_shown_line(text)}", file=sys.stderr)


def print_note(text: str) -> None:
    """Print one line of information, in addition to the result, to standard error."""
    if sys.stderr is not None:
        print(f"replay-gui: note: {_shown_line(text)}", file=sys.stderr)


class ProgressLine:
    """The progress of a command on one line of standard error, cleared at the end; only on a terminal."""

    def __init__(self, job: str) -> None:
        self._job = visible(job)
        self._shown = False
        self._quiet_until = time.monotonic() + _PROGRESS_INTERVAL_SECONDS if _is_terminal(sys.stderr) else float("inf")

    def show(self, done: int, total: int) -> None:
        """Show the progress, in any unit. Cheap: most calls do not print."""
        now = time.monotonic()
        if now >= self._quiet_until:
            self._quiet_until = now + _PROGRESS_INTERVAL_SECONDS
            share = min(done / max(total, 1), 1.0)
            filled = round(share * _BAR_LENGTH)
            self._write(f"{_CLEAR_LINE}{self._job} [{'#' * filled}{'.' * (_BAR_LENGTH - filled)}] {int(100 * share)} %")
            self._shown = True

    def _write(self, text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            self._write(_CLEAR_LINE)


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()
