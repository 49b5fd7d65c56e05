"""What commands say: results to standard output, all else to standard error, nothing that a terminal would obey."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self, TextIO

from replay_gui.core.text.plain_text import visible

_PROGRESS_INTERVAL = 0.1  # seconds
_BAR_LENGTH = 24  # characters
_CLEAR_LINE = "\r\x1b[K"
_GREEN, _RED, _YELLOW = "32", "31", "33"
_VERDICTS = {"VALID": _GREEN, "INVALID": _RED, "NOT VERIFIABLE": _YELLOW}


def print_line(text: str) -> None:
    """One line of a result; untrusted text in it is made visible."""
    print(visible(text))


def print_visible_text(text: str) -> None:
    """Text of several lines that is visible already."""
    print(text)


def print_json(members: Mapping[str, Any]) -> None:
    """One object on one line; its values are in the form that JSON has."""
    from replay_gui.core.state.json_form import one_line_json  # the window starts faster without it

    print(one_line_json(members))


def print_verdict_line(line: str, verdict: str) -> None:
    """A line that ends with the verdict, which a terminal shows in colour."""
    start, text = line.removesuffix(verdict), visible(verdict)
    if _is_terminal(sys.stdout) and "NO_COLOR" not in os.environ and verdict in _VERDICTS:
        text = f"\x1b[1;{_VERDICTS[verdict]}m{text}\x1b[0m"
    print(visible(start) + text)


def print_error(text: str) -> None:
    """One line to standard error."""
    if sys.stderr is not None:
        print(f"replay-gui: {visible(text)}", file=sys.stderr)


class ProgressLine:
    """How far a command is, on one line of standard error that is wiped in the end; only if that is a terminal."""

    def __init__(self, job: str) -> None:
        self._job = visible(job)
        self._shown = False
        self._quiet_until = time.monotonic() + _PROGRESS_INTERVAL if _is_terminal(sys.stderr) else float("inf")

    def show(self, done: int, total: int) -> None:
        """In any unit. Cheap: most calls show nothing."""
        now = time.monotonic()
        if now >= self._quiet_until:
            self._quiet_until = now + _PROGRESS_INTERVAL
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
