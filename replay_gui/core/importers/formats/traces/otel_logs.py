"""OpenTelemetry log records that belong to spans; some instrumentations put the messages there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from replay_gui.core.importers.formats.records import maps_in
from replay_gui.core.importers.formats.traces.otel_spans import RawSpan
from replay_gui.core.importers.formats.traces.otel_wrappers import in_known_form
from replay_gui.core.importers.formats.traces.otlp_values import attributes_in, hex_id, plain_value

_NAMES = ("event.name", "otel.event.name")
_GENAI_PREFIX = "gen_ai."


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRecord:
    """A log record. `trace`, `span`: ids, "" if it has none. `event`: in the form of a span's event."""

    trace: str
    span: str
    event: dict[str, Any]

    @property
    def has_model_data(self) -> bool:
        """Whether it has messages to or from a model, or an evaluation."""
        return str(self.event["name"]).startswith(_GENAI_PREFIX)


def log_records_in(document: Any) -> Iterator[LogRecord]:
    """Yield the log records of a document in OTLP form."""
    match document:
        case {"resource_logs": list()}:
            yield from log_records_in(in_known_form(document))
        case {"resourceLogs": list(groups)}:
            for group in maps_in(groups):
                for scope in maps_in(group.get("scopeLogs")):
                    for record in maps_in(scope.get("logRecords")):
                        yield _record(record)
        case [dict(), *_]:
            for member in maps_in(document):
                yield from log_records_in(member)


def with_log_records(
    spans: list[RawSpan], records: Iterable[LogRecord], models: Collection[str]
) -> tuple[list[RawSpan], list[dict[str, Any]]]:
    """Return (the spans of a trace, with their log records as events; the events of all other records).

    `models`: ids of the spans of models. A message in a record without a span belongs to the only model span.
    """
    by_id = {span.id for span in spans}
    only = next(iter(models)) if len(models) == 1 else ""
    added: dict[str, list[dict[str, Any]]] = {}
    lost = list[dict[str, Any]]()
    for record in records:
        owner = record.span if record.span in by_id else only if record.has_model_data and not record.span else ""
        if owner:
            added.setdefault(owner, []).append(record.event)
        else:
            lost.append(record.event)
    return [replace(span, events=(*span.events, *added.pop(span.id, ()))) for span in spans], lost


def _record(record: dict[str, Any]) -> LogRecord:
    attributes, body = attributes_in(record.get("attributes")), plain_value(record.get("body"))
    name = record.get("eventName") or next((attributes[key] for key in _NAMES if attributes.get(key)), None)
    rest = {key: value for key, value in attributes.items() if key not in _NAMES}
    if isinstance(body, dict):
        rest = {**body, **rest}
    elif body not in (None, ""):
        rest["body"] = body
    return LogRecord(
        trace=hex_id(record.get("traceId")),
        span=hex_id(record.get("spanId")),
        event={"name": str(name or "log"), "attributes": rest},
    )
