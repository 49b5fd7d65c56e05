"""The traces that were received: spans as they came, a file a trace, and a replay log of each."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from replay_gui.core.errors import LogUnreadable, ReplayError
from replay_gui.core.importers.conversion import convert
from replay_gui.record.calls.secrets import Secrets

_SPANS, _LOG = ".otlp.jsonl", ".rlog"
_FORMAT = "otel"
_UNSAFE = re.compile(r"[^0-9A-Za-z_-]")
_MAX_NAME = 64  # characters of a trace's id in a file's name


@dataclass(slots=True)
class _Trace:
    """A trace. `changed`: seconds of the monotonic clock when its last span came. `spans`: how many came."""

    path: Path
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
    """The traces in a folder. Safe from any thread.

    Each span is appended to its trace's file when it comes, so that nothing is lost if this process is killed.
    """

    def __init__(self, folder: Path, secrets: Secrets) -> None:
        self._folder = folder
        self._secrets = secrets
        self._traces: dict[str, _Trace] = {}
        self._lock = threading.Lock()

    def add(self, request: Any) -> int:
        """Take the spans of a request in the form of OTLP/JSON; return how many. LogUnreadable: they are not kept."""
        count = 0
        with self._lock:
            for trace_id, span in _single_spans(request):
                trace = self._trace(trace_id)
                line = msgspec.json.encode(self._secrets.hide(span.document)) + b"\n"
                try:
                    with trace.path.open("ab") as file:
                        file.write(line)
                except OSError as why:
                    raise LogUnreadable(f"{trace.path}: cannot be written: {why.strerror}") from None
                trace.changed, trace.is_written = time.monotonic(), False
                trace.spans += 1
                trace.has_root = trace.has_root or span.is_root
                count += 1
        return count

    def write_logs(self, quiet: float = 0.0, *, whole: bool = False) -> Iterator[WrittenTrace]:
        """Write the logs of traces to which no span came for `quiet` seconds; yield each.

        A trace to which spans came after its log was written gets the log anew.

        Args:
            whole: only traces whose root span has come; a root ends last.
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
            log = trace.path.with_name(trace.path.name.removesuffix(_SPANS) + _LOG)
            try:
                log.unlink(missing_ok=True)
                convert(trace.path, log, _FORMAT)
            except (ReplayError, OSError) as why:
                yield WrittenTrace(log, trace.spans, str(why))
            else:
                yield WrittenTrace(log, trace.spans, None)

    def _trace(self, trace_id: str) -> _Trace:
        trace = self._traces.get(trace_id)
        if trace is None:
            name = _UNSAFE.sub("_", trace_id)[:_MAX_NAME] or "trace"
            path = self._folder / f"{name}{_SPANS}"
            number = 1
            while path.exists():  # of an earlier run of this program
                number += 1
                path = self._folder / f"{name}-{number}{_SPANS}"
            trace = self._traces[trace_id] = _Trace(path)
        return trace


@dataclass(frozen=True, slots=True)
class _SingleSpan:
    """A span with its resource and scope, as a document of its own."""

    document: dict[str, Any]
    is_root: bool


def _single_spans(request: Any) -> Iterator[tuple[str, _SingleSpan]]:
    for group in _maps(request.get("resourceSpans") if isinstance(request, dict) else None):
        for scope in _maps(group.get("scopeSpans")):
            for span in _maps(scope.get("spans")):
                own_scope = {**scope, "spans": [span]}
                document = {"resourceSpans": [{**group, "scopeSpans": [own_scope]}]}
                yield str(span.get("traceId")), _SingleSpan(document, not span.get("parentSpanId"))


def _maps(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
