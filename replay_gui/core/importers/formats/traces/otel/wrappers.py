"""Convert spans of Zipkin, Patronus, the Go SDK, and of OTLP with Python's names to forms that `spans` reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from replay_gui.core.importers.formats.records import maps_in
from replay_gui.core.importers.json_lines import NotJson, value_in
from replay_gui.core.importers.times import any_time

_CAMEL = {
    "resource_spans": "resourceSpans",
    "scope_spans": "scopeSpans",
    "resource_logs": "resourceLogs",
    "scope_logs": "scopeLogs",
    "log_records": "logRecords",
    "event_name": "eventName",
    "trace_id": "traceId",
    "span_id": "spanId",
    "parent_span_id": "parentSpanId",
    "start_time_unix_nano": "startTimeUnixNano",
    "end_time_unix_nano": "endTimeUnixNano",
    "string_value": "stringValue",
    "bool_value": "boolValue",
    "int_value": "intValue",
    "double_value": "doubleValue",
    "bytes_value": "bytesValue",
    "array_value": "arrayValue",
    "kvlist_value": "kvlistValue",
}
_ROOT_PARENT_ID = "0" * 16  # the Go SDK's parent id for a root span


def in_known_form(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document in one of these forms as OTLP, or as a span in the Python SDK's dump form."""
    if "resource_spans" in document or "resource_logs" in document:
        renamed: dict[str, Any] = _renamed(document)
        return renamed
    return _of_go(document) if "SpanContext" in document else _of_zipkin(document)


def held_in(document: dict[str, Any]) -> Any:
    """Return what holds the spans in an answer of Tempo, CloudWatch, or AgentCore's evaluations; None for others."""
    match document:
        case {"sessionSpans": list(held)} | {"evaluationInput": dict(held)} | {"trace": dict(held)}:
            return held
        case {"events": [{"message": str()}, *_]}:
            return [value_of_text(event.get("message")) for event in maps_in(document["events"])]
    return None


def unnested_spans(span: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a span of Patronus (the data of TRAIL) and the spans in it, in the Python SDK's dump form."""
    waiting = [span]
    while waiting:
        span = waiting.pop()
        children = span.get("child_spans")
        waiting += [child for child in reversed(children) if isinstance(child, dict)] if children else []
        begun, length = any_time(span.get("timestamp")), _length(span.get("duration"))
        rest = {name: value for name, value in span.items() if name not in _OF_PATRONUS}
        logs = [log.get("body") for log in maps_in(span.get("logs"))]
        rest |= {"log_bodies": logs} if logs else {}
        yield {
            **rest,
            "name": span.get("span_name"),
            "context": {"trace_id": span.get("trace_id"), "span_id": span.get("span_id")},
            "parent_id": span.get("parent_span_id"),
            "start_time": begun,
            "end_time": None if begun is None or length is None else begun + length,
            "status": {"status_code": span.get("status_code"), "description": span.get("status_message")},
            "attributes": span.get("span_attributes"),
            "events": [
                {"name": event.get("Name"), "attributes": event.get("Attributes")}
                for event in maps_in(span.get("events"))
            ],
            "resource": {"attributes": span.get("resource_attributes")},
        }


def of_table(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of a table of spans (ClickHouse, Logfire) in the Python SDK's dump form."""
    names = {name: next((one for one in ones if row.get(one) is not None), "") for name, ones in _COLUMNS.items()}
    cells = {name: row.get(column) for name, column in names.items()}
    begun, ended = any_time(cells["start"]), any_time(cells["end"])
    if begun is not None and ended is None and type(cells["length"]) is int:  # in ns
        ended = begun + cells["length"]
    status = cells["status"] or ("ERROR" if row.get("is_exception") is True else None)
    used = {*names.values(), *OF_TABLES, *_EVENTS}
    events = [value_of_text(row.get(name)) for name in _EVENTS]
    if cells["events"] is None and all(isinstance(one, list) for one in events):
        cells["events"] = [{"name": one, "attributes": about} for one, about in zip(*events, strict=False)]
    return {
        **{name: value for name, value in row.items() if name not in used},
        "name": cells["name"],
        "context": {"trace_id": cells["trace"], "span_id": cells["id"]},
        "parent_id": cells["parent"] or None,
        "start_time": begun,
        "end_time": ended,
        "status": {"status_code": status, "description": cells["why"]},
        "attributes": value_of_text(cells["attributes"]),
        "events": value_of_text(cells["events"]),
        "resource": {"attributes": value_of_text(cells["resource"])},
    }


_EVENTS = ("Events.Name", "Events.Attributes")
_COLUMNS = {
    "trace": ("TraceId", "trace_id"),
    "id": ("SpanId", "span_id"),
    "parent": ("ParentSpanId", "parent_span_id"),
    "name": ("SpanName", "span_name"),
    "start": ("Timestamp", "start_timestamp", "start_time"),
    "end": ("end_timestamp", "end_time"),
    "length": ("Duration",),
    "status": ("StatusCode", "otel_status_code"),
    "why": ("StatusMessage", "otel_status_message", "exception_message"),
    "attributes": ("SpanAttributes", "attributes"),
    "events": ("otel_events",),
    "resource": ("ResourceAttributes", "otel_resource_attributes"),
}
OF_TABLES = (
    *("TimestampTime", "SpanKind", "ServiceName", "ScopeName", "ScopeVersion", "TraceState", "created_at", "day"),
    *(
        "Events.Timestamp",
        "is_exception",
        "duration",
        "kind",
        "level",
        "service_name",
    ),
    *("otel_scope_name", "otel_scope_version", "otel_scope_attributes", "otel_links", "project_id", "process_pid"),
)
"""Columns about the recorder, the machine and clocks; they are not compared."""


def value_of_text(value: Any) -> Any:
    """Return the JSON object or array in a text; another value unchanged."""
    if not isinstance(value, str) or value[:1] not in ("{", "["):
        return value
    try:
        return value_in(value)
    except NotJson:
        return value


_OF_PATRONUS = (
    *("timestamp", "duration", "trace_id", "span_id", "parent_span_id", "span_name", "span_attributes", "span_kind"),
    *("service_name", "resource_attributes", "scope_name", "scope_version", "status_code", "status_message"),
    *("child_spans", "events", "logs"),
)
_LENGTH = re.compile(r"PT(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.(\d{1,9})\d{0,9})?S)?")


def _length(text: Any) -> int | None:
    """Return a duration of ISO 8601 ("PT1M2.5S") in ns."""
    matched = _LENGTH.fullmatch(text) if isinstance(text, str) else None
    if matched is None:
        return None
    hours, minutes, seconds = (int(matched[group] or 0) for group in (1, 2, 3))
    return (hours * 3600 + minutes * 60 + seconds) * 10**9 + int((matched[4] or "").ljust(9, "0"))


def _renamed(value: Any) -> Any:
    if isinstance(value, list):
        return [_renamed(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {_CAMEL.get(key, key): _renamed(member) for key, member in value.items()}


def _of_go(span: dict[str, Any]) -> dict[str, Any]:
    context, parent, status = span["SpanContext"], span.get("Parent"), span.get("Status")
    above = parent.get("SpanID") if isinstance(parent, dict) else None
    status = status if isinstance(status, dict) else {}
    events = span.get("Events")
    used = ("Name", "SpanContext", "Parent", "SpanKind", "StartTime", "EndTime", "Attributes", "Events", "Links")
    rest = {name: value for name, value in span.items() if name not in (*used, "Status", "Resource", *_RECORDER)}
    return {
        **rest,
        "name": span["Name"],
        "context": {"trace_id": context.get("TraceID"), "span_id": context.get("SpanID")},
        "parent_id": None if above == _ROOT_PARENT_ID else above,
        "start_time": span.get("StartTime"),
        "end_time": span.get("EndTime"),
        "status": {"status_code": str(status.get("Code")).upper(), "description": status.get("Description")},
        "attributes": _keyed(span.get("Attributes")),
        "events": [
            {"name": event.get("Name"), "attributes": _keyed(event.get("Attributes"))}
            for event in (events if isinstance(events, list) else [])
            if isinstance(event, dict)
        ],
        "resource": {"attributes": _keyed(span.get("Resource"))},
    }


_RECORDER = ("InstrumentationLibrary", "InstrumentationScope", "ChildSpanCount", "DroppedAttributes")


def _keyed(attributes: Any) -> dict[str, Any]:
    """Return attributes of the Go SDK (a list of keys with typed values) as a dict."""
    found: dict[str, Any] = {}
    for one in attributes if isinstance(attributes, list) else []:
        if isinstance(one, dict):
            value = one.get("Value")
            found[str(one.get("Key"))] = value.get("Value") if isinstance(value, dict) else value
    return found


def _of_zipkin(span: dict[str, Any]) -> dict[str, Any]:
    tags, begun, length = span["tags"], span.get("timestamp"), span.get("duration")
    failed = "error" in tags or tags.get("otel.status_code") == "ERROR"
    endpoint = span.get("localEndpoint")
    service = endpoint.get("serviceName") if isinstance(endpoint, dict) else None
    notes = span.get("annotations")
    used = ("traceId", "id", "parentId", "name", "timestamp", "duration", "localEndpoint", "annotations", "tags")
    known = isinstance(begun, int) and isinstance(length, int)
    return {
        **{name: value for name, value in span.items() if name not in (*used, "kind", "shared", "debug")},
        "name": span.get("name"),
        "context": {"trace_id": span["traceId"], "span_id": span["id"]},
        "parent_id": span.get("parentId"),
        "start_time": begun,
        "end_time": begun + length if known else None,  # type: ignore[operator]  # both are integers
        "status": {"status_code": "ERROR" if failed else "UNSET", "description": tags.get("error")},
        "attributes": {name: value for name, value in tags.items() if name not in ("error", "otel.status_code")},
        "events": [
            {"name": note.get("value"), "attributes": {}}
            for note in (notes if isinstance(notes, list) else [])
            if isinstance(note, dict)
        ],
        "resource": {"attributes": {"service.name": service} if service else {}},
    }
