"""Read OpenTelemetry spans from their wrappers.

OTLP, Tempo, Jaeger, dumps of the Python and JavaScript SDKs, rows of Phoenix' data frames, MLflow traces; and those
that `wrappers` converts to one of these forms.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from replay_gui.core.importers.formats.records import maps_in
from replay_gui.core.importers.formats.traces.otel.otlp_values import attributes_in, hex_id, nanoseconds
from replay_gui.core.importers.formats.traces.otel.wrappers import held_in, in_known_form, of_table, unnested_spans
from replay_gui.core.importers.times import any_time

FAILED = "failed"  # the error of a span whose status has no description


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSpan:
    """A span from its wrapper, with plain attributes.

    Attributes:
        trace, id, parent: ids as text; parent None for a root. start, end: ns since 1970, None if unknown.
        error: the status' description, if the status is an error. events: [{name, attributes}].
        resource: attributes of the program that made the span. rest: members of the span that are not read.
    """

    trace: str
    id: str
    parent: str | None
    name: str
    start: int | None
    end: int | None
    attributes: dict[str, Any]
    error: str | None
    events: tuple[Any, ...] = ()
    resource: dict[str, Any] = field(default_factory=dict)
    rest: dict[str, Any] = field(default_factory=dict)


def spans_in(document: Any) -> Iterator[RawSpan]:
    """Yield all spans of a document in any of these forms; none if it has another form."""
    match document:
        case {"resource_spans": list()} | {"Name": _, "SpanContext": dict()} | {"traceId": _, "id": _, "tags": dict()}:
            yield from spans_in(in_known_form(document))
        case {"resourceSpans": list(groups)} | {"batches": list(groups)}:
            for group in maps_in(groups):
                resource = _resource(group.get("resource"))
                for scope in maps_in(group.get("scopeSpans") or group.get("instrumentationLibrarySpans")):
                    for span in maps_in(scope.get("spans")):
                        yield _otlp(span, resource)
        case {"data": list(traces)}:
            for trace in maps_in(traces):
                if "spans" not in trace:  # a span, in a page of Phoenix' interface
                    yield from spans_in(trace)
                    continue
                processes = trace.get("processes")
                for span in maps_in(trace.get("spans")):
                    yield _jaeger(span, processes if isinstance(processes, dict) else {})
        case {"spans": list(spans)}:
            trace = {name: document[name] for name in ("trace_id", "traceId") if name in document}
            for span in maps_in(spans):
                if isinstance(span.get("context"), dict):
                    yield _dumped(span)
                else:
                    yield from spans_in(trace | span)
        case {"rows": [dict(), *_]}:
            yield from spans_in(document["rows"])
        case {"TraceId": _, "SpanId": _, "SpanName": _} | {"span_id": _, "span_name": _, "attributes": _}:
            yield _dumped(of_table(document))
        case {"span_id": _, "span_name": _, "span_attributes": dict()}:
            for span in unnested_spans(document):
                yield _dumped(span)
        case {"context": dict(), "name": _, "attributes": dict()}:
            yield _dumped(document)
        case {"traceId": _, "spanId": _, "name": _}:
            yield _otlp(document, _resource(document.get("resource")))
        case {"name": _, "spanContext": dict(context)} | {"name": _, "_spanContext": dict(context)}:
            yield _readable(document, context)
        case {"traceId": _, "id": _, "name": _, "attributes": dict()}:
            yield _readable(document, {"traceId": document["traceId"], "spanId": document["id"]})
        case {"name": _, "context.span_id": _, "context.trace_id": _}:
            yield _row(document)
        case {"trace_id": _, "span_id": _, "name": _, "attributes": dict()} | {
            "trace_id": _,
            "span_id": _,
            "name": _,
            "start_time": _,
        }:
            yield _flat(document)
        case {"name": _, "attributes": dict(), "start_time_unix_nano": start, "end_time_unix_nano": end}:
            ids = {"trace_id": "trace", "span_id": f"{start} {end} {document['name']}"}  # they were left out
            yield _flat({**document, **ids})
        case {"info": dict(), "data": {"spans": list(spans)}}:  # MLflow
            for span in maps_in(spans):
                yield _mlflow(span)
        case [dict(), *_]:
            for resource_spans in maps_in(document):
                yield from spans_in(resource_spans)
        case dict() if (held := held_in(document)) is not None:
            yield from spans_in(held)


def _otlp(span: dict[str, Any], resource: dict[str, Any]) -> RawSpan:
    status = span.get("status")
    failed = isinstance(status, dict) and status.get("code") in (2, "ERROR", "STATUS_CODE_ERROR")
    return RawSpan(
        trace=hex_id(span.get("traceId")),
        id=hex_id(span.get("spanId")),
        parent=hex_id(span.get("parentSpanId")) or None,
        name=str(span.get("name")),
        start=nanoseconds(span.get("startTimeUnixNano")),
        end=nanoseconds(span.get("endTimeUnixNano")),
        attributes=attributes_in(span.get("attributes")),
        error=str(status.get("message") or FAILED) if failed and isinstance(status, dict) else None,
        events=tuple(
            {"name": event.get("name"), "attributes": attributes_in(event.get("attributes"))}
            if isinstance(event, dict)
            else event
            for event in _events(span.get("events"))
        ),
        resource=resource,
        rest=_rest(span, failed, *_READ_OF_OTLP),
    )


def _jaeger(span: dict[str, Any], processes: dict[str, Any]) -> RawSpan:
    attributes = {str(tag.get("key")): tag.get("value") for tag in maps_in(span.get("tags"))}
    parents = [entry.get("spanID") for entry in maps_in(span.get("references")) if entry.get("refType") == "CHILD_OF"]
    start, length = nanoseconds(span.get("startTime"), 1000), nanoseconds(span.get("duration"), 1000)
    failed = attributes.get("error") in (True, "true") or attributes.get("otel.status_code") == "ERROR"
    return RawSpan(
        trace=str(span.get("traceID")),
        id=str(span.get("spanID")),
        parent=str(parents[0]) if parents else None,
        name=str(span.get("operationName")),
        start=start,
        end=None if start is None or length is None else start + length,
        attributes=attributes,
        error=str(attributes.get("otel.status_description") or FAILED) if failed else None,
        events=tuple(_jaeger_log(log) if isinstance(log, dict) else log for log in _events(span.get("logs"))),
        resource=_process(processes.get(str(span.get("processID")))),
        rest=_rest(
            span, failed, *("traceID", "spanID", "operationName", "references", "startTime", "duration"), "tags"
        ),
    )


def _jaeger_log(log: dict[str, Any]) -> dict[str, Any]:
    fields = {str(entry.get("key")): entry.get("value") for entry in maps_in(log.get("fields"))}
    return {"name": fields.pop("event", None), "attributes": fields}


def _dumped(span: dict[str, Any]) -> RawSpan:
    context, parent, status = span["context"], span.get("parent"), span.get("status")
    attributes = span.get("attributes")
    if "span_kind" in span and "status_code" in span:  # Phoenix' interface
        status = {"status_code": span["status_code"], "description": span.get("status_message")}
        attributes = _unnested(attributes) if isinstance(attributes, dict) else {}
        attributes.setdefault("openinference.span.kind", span["span_kind"])
        span = {name: value for name, value in span.items() if name not in ("id", *_STATUS_OF_PHOENIX)}
        span["status"] = status
    failed = isinstance(status, dict) and str(status.get("status_code")).lower().endswith("error")
    above = parent.get("span_id") if isinstance(parent, dict) else span.get("parent_id") or None
    return RawSpan(
        trace=str(context.get("trace_id")),
        id=str(context.get("span_id")),
        parent=None if above is None else str(above),
        name=str(span.get("name")),
        start=any_time(span.get("start_time")),
        end=any_time(span.get("end_time")),
        attributes=_with_status(attributes, status),
        error=str(status.get("description") or FAILED) if failed and isinstance(status, dict) else None,
        events=_events(span.get("events")),
        resource=_resource(span.get("resource")),
        rest=_rest(span, failed, "context", "parent", "parent_id", "start_time", "end_time"),
    )


def _readable(span: dict[str, Any], context: dict[str, Any]) -> RawSpan:
    """Read a ReadableSpan of the JavaScript SDK. Times are [seconds, ns], or microseconds in its console output."""
    above = span.get("parentSpanContext")
    parent = above.get("spanId") if isinstance(above, dict) else span.get("parentSpanId") or span.get("parentId")
    start, end = _pair(span.get("startTime")), _pair(span.get("endTime"))
    if start is None and (start := nanoseconds(span.get("timestamp"), 1000)) is not None:
        length = nanoseconds(span.get("duration"), 1000)
        end = None if length is None else start + length
    status = span.get("status")
    failed = isinstance(status, dict) and status.get("code") in (2, "ERROR", "STATUS_CODE_ERROR")
    attributes = span.get("attributes")
    return RawSpan(
        trace=hex_id(context.get("traceId")),
        id=hex_id(context.get("spanId")),
        parent=hex_id(parent) or None,
        name=str(span.get("name")),
        start=start,
        end=end,
        attributes=dict(attributes) if isinstance(attributes, dict) else {},
        error=str(status.get("message") or FAILED) if failed and isinstance(status, dict) else None,
        events=_events(span.get("events")),
        resource=_resource(span.get("resource")),
        rest=_rest(span, failed, *_READ_OF_READABLE),
    )


def _row(row: dict[str, Any]) -> RawSpan:
    """Read a row of a Phoenix data frame, whose column names have dots."""
    attributes: dict[str, Any] = {}
    for name, value in row.items():
        if name.startswith("attributes.") and value is not None:
            attributes[name.removeprefix("attributes.")] = value
    if row.get("span_kind") is not None:
        attributes.setdefault("openinference.span.kind", row["span_kind"])
    failed = row.get("status_code") == "ERROR"
    return RawSpan(
        trace=str(row["context.trace_id"]),
        id=str(row["context.span_id"]),
        parent=str(row["parent_id"]) if row.get("parent_id") else None,
        name=str(row.get("name")),
        start=any_time(row.get("start_time")),
        end=any_time(row.get("end_time")),
        attributes=_unnested(attributes),
        error=str(row.get("status_message") or FAILED) if failed else None,
        events=_events(row.get("events")),
        rest=_rest(
            {name: value for name, value in row.items() if not name.startswith("attributes.")}, failed, *_IN_ROW
        ),
    )


def _flat(span: dict[str, Any]) -> RawSpan:
    """Read a span with its ids and its name in one object."""
    status = span.get("status")
    code = status.get("status_code", status.get("code")) if isinstance(status, dict) else span.get("status_code")
    failed = str(code).upper().endswith("ERROR") or code == 2
    details = status.get("description") or status.get("message") if isinstance(status, dict) else None
    above = span.get("parent_id") or span.get("parent_span_id")
    attributes = span.get("attributes")
    attributes = _unnested(attributes) if isinstance(attributes, dict) else {}
    for name, member in _BESIDE_ATTRIBUTES.items():
        if span.get(member) is not None:
            attributes.setdefault(name, span[member])
    if span.get("kind") in _KINDS:
        attributes.setdefault("openinference.span.kind", span["kind"])
    return RawSpan(
        trace=hex_id(span.get("trace_id")),
        id=hex_id(span.get("span_id")),
        parent=hex_id(above) or None,
        name=str(span.get("name")),
        start=any_time(span.get("start_time", span.get("start_time_unix_nano"))),
        end=any_time(span.get("end_time", span.get("end_time_unix_nano"))),
        attributes=attributes,
        error=str(details or span.get("status_message") or FAILED) if failed else None,
        events=_events(span.get("events")),
        resource=_resource(span.get("resource")),
        rest=_rest(span, failed, *_READ_OF_FLAT),
    )


_READ_OF_OTLP = (
    *("traceId", "spanId", "parentSpanId", "startTimeUnixNano", "endTimeUnixNano"),
    *("durationNano", "scope", "span_events"),  # in CloudWatch
)
_STATUS_OF_PHOENIX = ("span_kind", "status_code", "status_message")
_COMMON_MEMBERS = frozenset({"name", "attributes", "events", "logs", "resource", "status", "processID"})
_STATUS = ("status_code", "code")
_READ_OF_READABLE = (
    *("traceId", "id", "spanContext", "_spanContext", "parentSpanContext", "parentSpanId", "parentId"),
    *("startTime", "endTime", "timestamp", "duration"),
)
_IN_ROW = (
    *("context.trace_id", "context.span_id", "parent_id", "start_time", "end_time", "span_kind"),
    *("status_code", "status_message"),
)
_KINDS = ("AGENT", "CHAIN", "LLM", "TOOL", "RETRIEVER", "RERANKER", "EMBEDDING", "GUARDRAIL", "EVALUATOR")
_BESIDE_ATTRIBUTES = {
    "openinference.span.kind": "span_kind",
    "gen_ai.tool.call.id": "tool_call_id",
    "input.value": "input",
    "output.value": "output",
}
"""Attributes that simple recorders write as members of the span."""
_READ_OF_FLAT = (
    *("trace_id", "span_id", "parent_id", "parent_span_id", "start_time", "start_time_unix_nano", "end_time"),
    *("end_time_unix_nano", "status_code", "status_message", *_BESIDE_ATTRIBUTES.values()),
)
PROPAGATION = frozenset(
    (
        *("kind", "flags", "trace_flags", "traceFlags", "trace_state", "traceState", "is_remote", "isRemote", "links"),
        *("ended", "_ended", "instrumentationScope", "instrumentationLibrary", "instrumentation_scope", "schema_url"),
    )
)
"""Members of spans about the recorder's export; they are not compared."""


def _rest(span: dict[str, Any], failed: bool, *used: str) -> dict[str, Any]:
    """Return the members of a span that are not read, with its status if that is not an error."""
    left = {
        name: value
        for name, value in span.items()
        if name not in _COMMON_MEMBERS
        and name not in used
        and name not in PROPAGATION
        and value not in (None, "", 0, [], {})
    }
    status = span.get("status")
    others = {name: value for name, value in status.items() if name not in _STATUS} if isinstance(status, dict) else {}
    known = {name: value for name, value in others.items() if value not in (None, "")}
    return left if failed or not known else left | {"status": known}


_OF_RESOURCES = frozenset(("attributes", "schema_url", "schemaUrl", "entity_refs", "entityRefs"))
_PRIVATE = ("_", "dropped", "async")  # how members of resources begin that are the recorder's own


def _resource(value: Any) -> dict[str, Any]:
    """Return the attributes of a resource, a list as in OTLP, or an object; with its other members."""
    if not isinstance(value, dict):
        return {"resource": value} if value else {}
    raw_attributes, attributes = value.get("attributes"), dict[str, Any]()
    if isinstance(raw_attributes, list):
        attributes = attributes_in(raw_attributes)
    elif raw_attributes:
        attributes = dict(raw_attributes) if isinstance(raw_attributes, dict) else {"attributes": raw_attributes}
    rest = {
        name: member
        for name, member in value.items()
        if name not in _OF_RESOURCES and not name.startswith(_PRIVATE) and member
    }
    return {**rest, **attributes}


def _process(value: Any) -> dict[str, Any]:
    """Return the tags of a Jaeger process."""
    return (
        {str(tag.get("key")): tag.get("value") for tag in maps_in(value.get("tags"))} if isinstance(value, dict) else {}
    )


def _unnested(attributes: dict[str, Any]) -> dict[str, Any]:
    """Return nested attributes of OpenInference in the flat form with dots (``llm.model_name``)."""
    flat: dict[str, Any] = {}
    for name, value in attributes.items():
        if isinstance(value, dict) and name in ("llm", "input", "output", "tool", "openinference", "gen_ai", "session"):
            flat |= {f"{name}.{key}": member for key, member in _unnested_member(value).items()}
        else:
            flat[name] = value
    return flat


def _unnested_member(value: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, member in value.items():
        if isinstance(member, dict):
            flat |= {f"{name}.{key}": inner for key, inner in _unnested_member(member).items()}
        elif isinstance(member, list) and name.endswith("_messages"):
            for number, message in enumerate(maps_in(member)):
                flat |= {f"{name}.{number}.{key}": inner for key, inner in _unnested_member(message).items()}
        else:
            flat[name] = member
    return flat


def _with_status(attributes: Any, status: Any) -> dict[str, Any]:
    """Return the attributes, with the status if it is neither success nor error."""
    merged = dict(attributes) if isinstance(attributes, dict) else {}
    code = str(status.get("status_code")) if isinstance(status, dict) else str(status)
    known = code.rpartition(".")[2].upper() in ("OK", "ERROR", "UNSET", "NONE")
    return merged if known else merged | {"status": status}


def _events(value: Any) -> tuple[Any, ...]:
    """Return the events unchanged; readers ignore invalid ones."""
    return tuple(value) if isinstance(value, list) else () if value is None else (value,)


def _pair(value: Any) -> int | None:
    match value:
        case [int(seconds), int(rest)] if 0 <= seconds < 1 << 33 and 0 <= rest < 1_000_000_000:
            return seconds * 1_000_000_000 + rest
    return nanoseconds(value)


def _mlflow(span: dict[str, Any]) -> RawSpan:
    """Read a span of MLflow: the Python SDK's dump with another parent and status, or (since version 3) OTLP's form."""
    if not isinstance(span.get("context"), dict):
        return _flat(span)
    parent, code = span.get("parent_id"), span.get("status_code")
    status = {"status_code": code, "description": span.get("status_message")}
    return _dumped({**span, "parent": {"span_id": parent} if parent else None, "status": status})
