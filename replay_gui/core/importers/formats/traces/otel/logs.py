"""OpenTelemetry log records that belong to spans; some instrumentations put the messages there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from replay_gui.core.importers.formats.records import as_map, maps_in
from replay_gui.core.importers.formats.traces.otel.otlp_values import attributes_in, hex_id, nanoseconds, plain_value
from replay_gui.core.importers.formats.traces.otel.spans import RawSpan
from replay_gui.core.importers.formats.traces.otel.wrappers import held_in, in_known_form
from replay_gui.core.importers.formats.traces.spans import Role, unfolded

_NAMES = ("event.name", "otel.event.name")
_GENAI_PREFIX = "gen_ai."
_SIDES = ("input", "output")
_S = 1_000_000_000  # ns


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRecord:
    """A log record.

    Attributes:
        trace, span: ids, "" if it has none. event: in the form of a span's event.
        time: ns since 1970, None if unknown. resource: attributes of the program.
    """

    trace: str
    span: str
    event: dict[str, Any]
    time: int | None = None
    resource: dict[str, Any] = field(default_factory=dict)

    @property
    def has_model_data(self) -> bool:
        """Whether it has messages to or from a model, or an evaluation."""
        return str(self.event["name"]).startswith(_GENAI_PREFIX)


def log_records_in(document: Any) -> Iterator[LogRecord]:
    """Yield the log records of a document in OTLP form, or as CloudWatch has them, alone or in their span."""
    match document:
        case {"resource_logs": list()}:
            yield from log_records_in(in_known_form(document))
        case {"resourceLogs": list(groups)}:
            for group in maps_in(groups):
                resource = attributes_in(as_map(group.get("resource")).get("attributes"))
                for scope in maps_in(group.get("scopeLogs")):
                    for record in maps_in(scope.get("logRecords")):
                        yield replace(_record(record), resource=resource)
        case {"traceId": trace, "spanId": span, "span_events": list(records)}:
            for record in maps_in(records):
                yield _record({"traceId": trace, "spanId": span, **record})
        case {"traceId": _, "spanId": _, "body": _} if "name" not in document:
            yield _record(document)
        case {"attributes": dict(), "hrTime": [int(seconds), int(rest), *_]} if "name" not in document:  # JavaScript's
            record = {
                "body": document.get("_body", document.get("body")),
                **document,
                "timeUnixNano": seconds * _S + rest,
            }
            resource = as_map(as_map(document.get("resource")).get("attributes"))
            yield replace(_record(record), resource=attributes_in(resource))
        case [dict(), *_]:
            for member in maps_in(document):
                yield from log_records_in(member)
        case dict() if (held := held_in(document)) is not None:
            yield from log_records_in(held)


def with_log_records(
    spans: list[RawSpan], records: Iterable[LogRecord], roles: Mapping[str, Role]
) -> tuple[list[RawSpan], list[dict[str, Any]]]:
    """Return (the spans of a trace, with their log records as events or attributes; the events of all other records).

    `roles`: by the spans' ids. A message in a record without a span belongs to the only model span.
    """
    by_id = {span.id: span for span in spans}
    models = [id for id, role in roles.items() if role == "model"]
    only = models[0] if len(models) == 1 else ""
    lost = list[dict[str, Any]]()
    for record in records:
        owner = record.span if record.span in by_id else only if record.has_model_data and not record.span else ""
        if owner:
            by_id[owner] = _with_event(by_id[owner], record.event, roles[owner])
        else:
            lost.append(record.event)
    return [by_id[span.id] for span in spans], lost


def _with_event(span: RawSpan, event: dict[str, Any], role: Role) -> RawSpan:
    """Return the span with a record; the input and output that AWS' distribution moved to one become attributes."""
    facts = event["attributes"]
    sides = {
        side: side_facts["messages"]
        for side in _SIDES
        if isinstance(side_facts := facts.get(side), dict) and _is_moved(side_facts)
    }
    if not sides:
        return replace(span, events=(*span.events, event))
    attributes = dict(span.attributes)
    for side, messages in sides.items():
        attributes |= _as_attributes(side, [_unwrapped(message) for message in messages], role, attributes)
    return replace(span, attributes=attributes)


def _is_moved(side: dict[str, Any]) -> bool:
    messages = side.get("messages")
    return isinstance(messages, list) and bool(messages) and all(isinstance(one, dict) for one in messages)


def _unwrapped(message: dict[str, Any]) -> dict[str, Any]:
    """Return a message of a record; Strands puts the content, and why the answer ended, in an object."""
    content = unfolded(message.get("content"))
    inner = next((name for name in ("content", "message") if isinstance(content, dict) and name in content), None)
    if inner is None:
        return {**message, "content": content}
    rest = {name: value for name, value in content.items() if name not in (inner, "role", "id")}
    return {**message, **rest, "content": unfolded(content[inner])}


def _as_attributes(side: str, messages: list[dict[str, Any]], role: Role, known: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes that the messages were in: OpenInference's, whose roles stayed, or those by conventions."""
    numbered = f"llm.{side}_messages"
    count = sum(name.startswith(f"{numbered}.") and name.endswith(".message.role") for name in known)
    contents = [message["content"] for message in messages]
    if count and role == "model":
        side_facts = {f"{numbered}.{number}.message.content": one for number, one in enumerate(contents[-count:])}
        return side_facts | ({f"{side}.value": contents[0]} if len(contents) > count else {})
    if role == "tool" or (len(messages) == 1 and isinstance(contents[0], dict)):
        return {f"{side}.value": contents[0] if len(contents) == 1 else contents}
    return {f"gen_ai.{side}.messages": messages}


def _record(record: dict[str, Any]) -> LogRecord:
    attributes, body = attributes_in(record.get("attributes")), unfolded(plain_value(record.get("body")))
    name = record.get("eventName")
    if not name or " " in str(name):  # Rust's crate writes a place in the code there
        name = next((attributes[key] for key in _NAMES if attributes.get(key)), name)
    times = (nanoseconds(record.get(key)) for key in ("timeUnixNano", "observedTimeUnixNano"))
    rest = {key: value for key, value in attributes.items() if key not in _NAMES}
    if isinstance(body, dict):
        rest = {**body, **rest}
    elif body not in (None, ""):
        rest["body"] = body
    return LogRecord(
        trace=hex_id(record.get("traceId")),
        span=hex_id(record.get("spanId")),
        event={"name": str(name or "log"), "attributes": rest},
        time=next((time for time in times if time), None),
    )
