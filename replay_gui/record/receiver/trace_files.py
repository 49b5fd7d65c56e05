"""The received traces: for each a file of its spans as they came, and a replay log."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from replay_gui.core.atomic_file import PRIVATE
from replay_gui.core.errors import ImportRefused, LogUnreadable, ReplayError
from replay_gui.core.importers.conversion import convert
from replay_gui.record.calls.secrets import Secrets

_SPANS, _LOG = ".otlp.jsonl", ".rlog"
_FORMAT = "otel"
_UNSAFE = re.compile(r"[^0-9A-Za-z_-]")
_MIN_LINES_BYTES, _MAX_LINES_BYTES, _MAX_GROWTH = 16 << 20, 256 << 20, 16  # bytes of the spans of one request
_APPEND_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_MAX_ID_CHARACTERS = 64  # of a trace's id in a file's name


@dataclass(slots=True, kw_only=True)
class _Trace:
    """A trace.

    Attributes:
        path: of its spans. log: of its log. written: device and inode of the log, once it was written.
        changed: seconds of the monotonic clock when its last span came. spans: their number.
    """

    path: Path
    log: Path
    written: tuple[int, int] | None = None
    changed: float = 0.0
    spans: int = 0
    has_root: bool = False
    is_written: bool = False


@dataclass(frozen=True, slots=True)
class WrittenTrace:
    """A log of a trace. `problem`: why it could not be written; None if it was."""

    path: Path
    spans: int
    problem: str | None


class TraceFiles:
    """The traces in a folder. Thread-safe.

    Each span is appended to its trace's file when it comes, so that no span is lost if this process is killed.
    """

    def __init__(self, folder: Path, secrets: Secrets) -> None:
        self._folder = folder
        self._secrets = secrets
        self._traces: dict[str, _Trace] = {}
        self._next_numbers: dict[str, int] = {}  # of the next trace whose id gives this name
        self._lock = threading.Lock()

    def add(self, request: Any, size: int | None = None) -> int:
        """Add the spans of a request in the form of OTLP/JSON; return their number.

        Args:
            size: bytes of the request, if another program sent it.

        LogUnreadable: they could not be stored. ImportRefused: they would be much larger than the request.
        """
        limit = _MAX_LINES_BYTES if size is None else min(_MAX_LINES_BYTES, max(_MIN_LINES_BYTES, _MAX_GROWTH * size))
        lines = self._lines(request, limit)
        with self._lock:
            for trace_id, span, line in lines:
                trace = self._trace(trace_id)
                try:
                    with os.fdopen(os.open(trace.path, _APPEND_FLAGS, PRIVATE), "ab") as file:
                        file.write(line)
                except OSError as why:
                    raise LogUnreadable(f"{trace.path}: cannot be written: {why.strerror}") from None
                trace.changed, trace.is_written = time.monotonic(), False
                trace.spans += 1
                trace.has_root = trace.has_root or span.is_root
        return len(lines)

    def _lines(self, request: Any, limit: int) -> list[tuple[str, _SingleSpan, bytes]]:
        """Return (id of the trace, span, its line) of each span. Each line repeats the resource and the scope."""
        lines, size = [], 0
        for trace_id, span in _single_spans(request):
            line = msgspec.json.encode(self._secrets.hide(span.document)) + b"\n"
            size += len(line)
            if size > limit:
                raise ImportRefused(f"the spans would take more than {limit >> 20} MiB; send fewer at once")
            lines.append((trace_id, span, line))
        return lines

    def write_logs(self, quiet: float = 0.0, *, whole: bool = False) -> Iterator[WrittenTrace]:
        """Write the logs of traces without new spans for `quiet` seconds; yield each.

        If spans come after the log of a trace was written, the log is written again.

        Args:
            whole: only traces whose root span has arrived; a root ends last.
        """
        now = time.monotonic()
        with self._lock:
            due = [
                trace
                for trace in self._traces.values()
                if not trace.is_written and now - trace.changed >= quiet and (trace.has_root or not whole)
            ]
            for trace in due:
                trace.is_written = True
        for trace in due:
            try:
                if trace.written is not None and trace.written == _identity(trace.log):
                    trace.log.unlink()  # any other file at the path must not be removed
                convert(trace.path, trace.log, _FORMAT)
                trace.written = _identity(trace.log)
            except (ReplayError, OSError) as why:
                yield WrittenTrace(trace.log, trace.spans, str(why))
            else:
                yield WrittenTrace(trace.log, trace.spans, None)

    def _trace(self, trace_id: str) -> _Trace:
        trace = self._traces.get(trace_id)
        if trace is None:
            name = _UNSAFE.sub("_", trace_id)[:_MAX_ID_CHARACTERS] or "trace"
            number = self._next_numbers.get(name, 1)
            while True:
                stem = name if number == 1 else f"{name}-{number}"
                path, log = self._folder / f"{stem}{_SPANS}", self._folder / f"{stem}{_LOG}"
                if not os.path.lexists(path) and not os.path.lexists(log):  # of an earlier run, or of the user
                    break
                number += 1
            self._next_numbers[name] = number + 1
            trace = self._traces[trace_id] = _Trace(path=path, log=log)
        return trace


@dataclass(frozen=True, slots=True)
class _SingleSpan:
    """A span with its resource and scope, as a separate document."""

    document: dict[str, Any]
    is_root: bool


def _single_spans(request: Any) -> Iterator[tuple[str, _SingleSpan]]:
    for group in _maps(request.get("resourceSpans") if isinstance(request, dict) else None):
        for scope in _maps(group.get("scopeSpans")):
            for span in _maps(scope.get("spans")):
                own_scope = {**scope, "spans": [span]}
                document = {"resourceSpans": [{**group, "scopeSpans": [own_scope]}]}
                yield str(span.get("traceId")), _SingleSpan(document, not span.get("parentSpanId"))


def _identity(path: Path) -> tuple[int, int] | None:
    """Return device and inode of the file at the path; None if there is none."""
    try:
        facts = os.lstat(path)
    except OSError:
        return None
    return facts.st_dev, facts.st_ino


def _maps(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
