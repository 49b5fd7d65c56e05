"""A span processor for OpenTelemetry's SDK: the spans of this process, written as they end, and a log of each trace.

provider.add_span_processor(replay_gui.record.span_processor("traces"))
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor

from replay_gui.core.errors import LogUnreadable
from replay_gui.record.calls.secrets import Secrets
from replay_gui.record.receiver.trace_files import TraceFiles
from replay_gui.record.sessions.call_session import log_failure


class TraceSpanProcessor(SpanProcessor):
    """Writes each span when it ends, and the logs of all traces when it is flushed or shut down.

    Errors are logged, and never reach the agent.
    """

    def __init__(self, files: TraceFiles) -> None:
        self._files = files

    def on_end(self, span: ReadableSpan) -> None:
        """Write a span."""
        try:
            self._files.add(otlp_document(span))
        except Exception as error:  # noqa: BLE001  attributes are the agent's, which must continue
            log_failure("opentelemetry, span", error)

    def shutdown(self) -> None:
        """Write the logs."""
        self.force_flush()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:  # noqa: ARG002  OpenTelemetry's name
        """Write the logs of traces with new spans; return whether all could be written."""
        written = True
        try:
            for trace in self._files.write_logs():
                if trace.problem is not None:
                    written = False
                    log_failure("opentelemetry, log", LogUnreadable(trace.problem))
        except Exception as error:  # noqa: BLE001  the agent must continue
            log_failure("opentelemetry, log", error)
            return False
        return written


def span_processor(folder: str | os.PathLike[str]) -> TraceSpanProcessor:
    """Return a span processor that writes into a folder, and create it; raise LogUnreadable if that fails."""
    path = Path(folder)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as why:
        raise LogUnreadable(f"{path}: cannot be made: {why.strerror}") from None
    return TraceSpanProcessor(TraceFiles(path, Secrets(os.environ)))


def otlp_document(span: ReadableSpan) -> dict[str, Any]:
    """Return a span as an OTLP/JSON document, with its resource and scope."""
    context, scope = span.get_span_context(), span.instrumentation_scope
    document: dict[str, Any] = {
        "name": span.name,
        "kind": span.kind.value + 1,  # the SDK counts from 0, but 0 is unknown in OTLP
        "startTimeUnixNano": str(span.start_time or 0),
        "endTimeUnixNano": str(span.end_time or 0),
        "attributes": _members(span.attributes),
        "status": {"code": span.status.status_code.value, "message": span.status.description or ""},
        "events": [
            {"name": event.name, "timeUnixNano": str(event.timestamp), "attributes": _members(event.attributes)}
            for event in span.events
        ],
    }
    if context is not None:
        document |= {"traceId": f"{context.trace_id:032x}", "spanId": f"{context.span_id:016x}"}
    if span.parent is not None:
        document["parentSpanId"] = f"{span.parent.span_id:016x}"
    about = {} if scope is None else {"name": scope.name, "version": scope.version or ""}
    resource = {"attributes": _members(span.resource.attributes)}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": about, "spans": [document]}]}]}


def _members(attributes: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    return [{"key": key, "value": _value(value)} for key, value in (attributes or {}).items()]


def _value(value: Any) -> dict[str, Any]:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case str():
            return {"stringValue": value}
        case bytes():
            return {"bytesValue": value.hex()}
        case Mapping():
            return {"kvlistValue": {"values": _members(value)}}
        case list() | tuple():
            return {"arrayValue": {"values": [_value(item) for item in value]}}
        case _:
            return {"stringValue": str(value)}
