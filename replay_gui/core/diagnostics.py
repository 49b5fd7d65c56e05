"""Diagnostics by topic, on the standard library's logging: an optional file, and the last lines for a bug report.

No content of a log is ever recorded: only paths, counts and names of error classes.
"""

from __future__ import annotations

import errno
import logging
import os
import stat
from collections import deque
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TextIO

from replay_gui.core.errors import NotWritten
from replay_gui.core.path_kinds import reason_of
from replay_gui.core.translation.messages import tr

_ROOT = "replay_gui"
_MAX_LINES = 200  # lines per topic, in memory
_MAX_LINE_CHARS = 500
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

LEVELS: Mapping[str, int] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


# As logging's documentation recommends for libraries: nothing is printed unless the program configures it.
logging.getLogger(_ROOT).addHandler(logging.NullHandler())


class Topic(StrEnum):
    """The subject of a diagnostic record; its logger is ``replay_gui.TOPIC``."""

    ENGINE = "engine"
    WORKERS = "workers"
    CACHE = "cache"
    IMPORTERS = "importers"
    WINDOW = "window"
    RECORD = "record"


def topic_logger(topic: Topic) -> logging.Logger:
    """Return the logger of a topic."""
    return logging.getLogger(f"{_ROOT}.{topic}")


class RecentLines(logging.Handler):
    """The last lines of each topic, in memory; safe from any thread."""

    def __init__(self, max_lines: int = _MAX_LINES) -> None:
        super().__init__()
        self.setFormatter(_formatter())
        self._lines_by_name = {topic.value: deque[str](maxlen=max_lines) for topic in Topic}

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the formatted record with the lines of its topic; other loggers' records are ignored."""
        topic = record.name.removeprefix(f"{_ROOT}.").partition(".")[0]
        lines = self._lines_by_name.get(topic)
        if lines is not None:
            lines.append(self.format(record))

    def lines(self, topic: Topic) -> tuple[str, ...]:
        """Return the last lines of a topic, oldest first."""
        self.acquire()
        try:
            return tuple(self._lines_by_name[topic.value])
        finally:
            self.release()


def configure_logging(file: Path | None = None, level: str = "info") -> RecentLines:
    """Record all topics in memory, and in `file` too; replaces an earlier configuration.

    Args:
        file: appended to. level: the least severe records that are kept, a key of LEVELS.

    Raises:
        NotWritten: the file cannot be opened. KeyError: no such level.
    """
    root = logging.getLogger(_ROOT)
    recent = RecentLines()
    handlers: list[logging.Handler] = [recent]
    if file is not None:
        try:
            to_file = _opened(file)
        except (OSError, ValueError) as why:
            text = tr("{path}: cannot be written: {reason}", path=file, reason=reason_of(why))
            raise NotWritten(text) from None
        to_file.setFormatter(_formatter())
        handlers.append(to_file)
    for handler in list(root.handlers):
        root.removeHandler(handler)
        handler.close()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(LEVELS[level])
    root.propagate = False
    return recent


def _opened(file: Path) -> logging.StreamHandler[TextIO]:
    """Open a regular file to append to, private if new; raise OSError. Does not follow a link or wait for a pipe."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    handle = os.open(file, flags, 0o600)
    stream = os.fdopen(handle, "a", encoding="utf-8", errors="backslashreplace")
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        stream.close()
        raise OSError(errno.EINVAL, tr("it is a device or a pipe, not a file"))
    return _FileLines(stream)


def error_location(error: BaseException) -> str:
    """Return the class of an error and where it was raised, without its text, which may quote a log."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    code = trace.tb_frame.f_code
    return f"{type(error).__name__} in {code.co_name} ({Path(code.co_filename).name}:{trace.tb_lineno})"


def current_level() -> str:
    """Return the configured level, a key of LEVELS; "warning" if none is configured."""
    effective = logging.getLogger(_ROOT).getEffectiveLevel()
    return next((name for name, level in LEVELS.items() if level == effective), "warning")


class _FileLines(logging.StreamHandler[TextIO]):
    """Write to a file, and close it with the handler."""

    def close(self) -> None:
        """Close the file with the handler."""
        try:
            super().close()
        finally:
            self.stream.close()


class _OneLineFormatter(logging.Formatter):
    """A record as one line of visible characters: paths and texts of errors may hold any character."""

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        visible = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)
        return visible if len(visible) <= _MAX_LINE_CHARS else visible[:_MAX_LINE_CHARS] + "…"


def _formatter() -> logging.Formatter:
    return _OneLineFormatter(_FORMAT)
