"""OpenTelemetry traces of agents: GenAI and OpenInference attributes, in any of the usual wrappers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.records import CLOCK, ID, RECORDER, USAGE, check_size
from replay_gui.core.importers.formats.traces.otel.attributes import is_volatile
from replay_gui.core.importers.formats.traces.otel.azure_agents import by_thread, with_azure_prompts
from replay_gui.core.importers.formats.traces.otel.claude_code import with_genai_names
from replay_gui.core.importers.formats.traces.otel.log_runs import VOLATILE_IN_RECORDS, are_of_an_agent, runs_of_records
from replay_gui.core.importers.formats.traces.otel.logs import LogRecord, log_records_in, with_log_records
from replay_gui.core.importers.formats.traces.otel.meaning import as_common_span, is_of_an_agent, role_of, tokens_of
from replay_gui.core.importers.formats.traces.otel.platform_names import with_platform_names
from replay_gui.core.importers.formats.traces.otel.prompt_flow import with_prompt_flow_names
from replay_gui.core.importers.formats.traces.otel.spans import PROPAGATION, RawSpan, spans_in
from replay_gui.core.importers.formats.traces.otel.wrappers import OF_TABLES
from replay_gui.core.importers.formats.traces.span_events import SpanEvents
from replay_gui.core.importers.formats.traces.spans import NOTHING, Span
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun
from replay_gui.core.importers.json_lines import NotJson, lines, value_of
from replay_gui.core.importers.plain_values import plain
from replay_gui.core.translation.messages import tr, translatable

REPEATED = translatable("spans that stand in the file twice, equal or before they had ended: read once")
_TRACE_ID, _SPAN_ID = re.compile(r"(?:0x)?[0-9a-f]{32}"), re.compile(r"(?:0x)?[0-9a-f]{16}")
UNREADABLE_LINES = translatable("lines that hold no span, left out")
OTHER_RECORDS = translatable("log records of traces that are not in the file, left out")
_SERIALISED = "How LangChain serialises a message; the message itself is compared."
_ROLE = "The role in a tool's input and output; these themselves are compared."
_REPEATED_MESSAGE = "A repeated message; its first copy is compared."


class OpenTelemetry:
    """The importer. A trace is one run; a file may hold several."""

    name = "otel"
    title = translatable("OpenTelemetry trace")
    volatile: ClassVar[Mapping[str, str]] = {  # in addition to attributes, which are in `attributes`
        "trace_id": ID,
        "span_id": ID,
        "parent": ID,
        "start_time": CLOCK,
        "end_time": CLOCK,
        "events/*/attributes/id": ID,
        **dict.fromkeys(("traceID", "spanID", "traceId", "spanId", "processID", "references", "parentSpanContext"), ID),
        **dict.fromkeys(("startTime", "endTime", "timestamp", "events/*/time/*"), CLOCK),
        **dict.fromkeys(("TraceId", "SpanId", "ParentSpanId"), ID),
        **dict.fromkeys(("Timestamp", "Duration", "start_timestamp", "end_timestamp"), CLOCK),
        **dict.fromkeys((*OF_TABLES, "span_kind"), "A column about the recorder; it says nothing about the run."),
        **dict.fromkeys(PROPAGATION, "How the recorder exported the span; it says nothing about the run."),
        "*/id": ID,
        **dict.fromkeys(("parentId", "parent_id", "parentSpanId", "parent_span_id"), ID),
        **dict.fromkeys(("startTimeUnixNano", "endTimeUnixNano", "timeUnixNano"), CLOCK),
        **dict.fromkeys(("start_time_unix_nano", "end_time_unix_nano", "time_unix_nano"), CLOCK),
        **dict.fromkeys(("durationNano", "observedTimeUnixNano"), CLOCK),
        **dict.fromkeys(("severityNumber", "severityText"), RECORDER),
        **VOLATILE_IN_RECORDS,
        "input_str": "The input as raw text; the input itself is compared.",
        **dict.fromkeys(("lc", "messages/*/type", "kwargs/type", "output/type"), _SERIALISED),
        **dict.fromkeys(("output/id", "kwargs/id"), ID),
        **dict.fromkeys(("kwargs/name", "body/output/messages/*/name"), "A copy of the span's name."),
        **dict.fromkeys(("total", "limit"), "Which page of a longer list this is; it says nothing about the run."),
        **dict.fromkeys(("toolUseId", "toolCallId"), ID),
        "toolCallType": "The type of a call; it is always a function.",
        "gen_ai.input.messages/*/role": "A repeated message; the span's own message is compared.",
        **dict.fromkeys(("body/input/messages/*/role", "body/output/messages/*/role"), _ROLE),
        "events/*/attributes/gen_ai.system": "A copy of the span's attribute, which is compared.",
        **dict.fromkeys(("gen_ai.event.content/id", "gen_ai.event.content/tool_calls/*/id"), ID),
        "gen_ai.event.content/tool_calls/*/type": "The type of a call; it is always a function.",
        **dict.fromkeys(("messages/*/content/id", "attributes/event.name"), "Added by CloudWatch, not by the run."),
        "serviceName": "A copy of the service's name in its resource.",
        "schema_url": RECORDER,
        "schemaUrl": RECORDER,
        "status/code": "The status of a span without an error; some recorders leave it out.",
        "status/status_code": "The status of a span without an error; some recorders leave it out.",
        "tags/*/type": "The type of a value; the value itself is compared.",
        "fields/*/type": "The type of a value; the value itself is compared.",
        "exception.escaped": RECORDER,
        "usage_metadata": USAGE,
        **dict.fromkeys(("function_call/id", "function_response/id"), ID),
        **dict.fromkeys(("function_response/name", "content/annotations", "content/role"), _REPEATED_MESSAGE),
        "messages/*/additional_kwargs": _REPEATED_MESSAGE,
        "droppedAttributesCount": "How many attributes the recorder left out; it says nothing about the run.",
        **dict.fromkeys(("warnings", "errors", "offset"), "What the server says about its answer, not about the run."),
    }
    version = 40

    def recognises(self, file: ForeignFile) -> bool:
        """Accept any span in one of OpenTelemetry's own wrappers; in other files, a span of an agent."""
        document = file.document
        spans = spans_in(document) if document is not None else _first(file)
        first = document if isinstance(document, dict) else next(iter(file.first_lines), None)
        if isinstance(first, dict) and {"resourceSpans", "resource_spans", "batches"} & first.keys():
            return next(spans, None) is not None
        if document is None and any(map(_is_span_without_ids, file.first_lines)):
            return next(spans, None) is not None
        of_agents = any(_is_unmistakable(span) or is_of_an_agent(*_in_known_names([span])) for span in spans)
        return of_agents or _has_logs_of_agents(file)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield a run for each trace, sorted by the number of agent spans, the largest first."""
        notes = ImportNotes(file.notes)
        traces: dict[str, list[RawSpan]] = {}
        records: dict[str, list[LogRecord]] = {}
        for found in _found_in(file.document) if file.document is not None else _lines(file, notes):
            if isinstance(found, RawSpan):
                traces.setdefault(found.trace, []).append(found)
            else:
                records.setdefault(found.trace, []).append(found)
        if not traces and are_of_an_agent(chain.from_iterable(records.values())):
            yield from runs_of_records(chain.from_iterable(records.values()), self.name, notes)
            return
        if not traces:
            raise ImportRefused(tr("{path}: no span in it", path=file.source.path))
        for trace in records.keys() - traces.keys():
            notes.count(OTHER_RECORDS, len(records[trace]))
        traces = {trace: _in_known_names(spans) for trace, spans in by_thread(traces).items()}
        for trace, spans in sorted(traces.items(), key=lambda item: -sum(map(is_of_an_agent, item[1]))):
            own = ImportNotes(notes)
            roles = {span.id: role_of(span) for span in spans}
            spans, lost = with_log_records(_without_repeated(spans, own), records.get(trace, []), roles)
            facts = {"resource": _resources(spans, own), "log_records": plain(lost, own)}
            events = SpanEvents(_with_sums(spans, [as_common_span(span, own) for span in spans]), self.name, own, facts)
            starts = [span.start for span in spans if span.start is not None]
            yield events.imported_run(trace, min(starts, default=None), _final_output(file.document))


def _has_logs_of_agents(file: ForeignFile) -> bool:
    return are_of_an_agent(chain.from_iterable(map(log_records_in, (file.document, *file.first_lines))))


def _in_known_names(spans: list[RawSpan]) -> list[RawSpan]:
    """Return the spans of a trace, with the attributes of some programs renamed to the conventions."""
    return with_platform_names(with_azure_prompts(with_prompt_flow_names(with_genai_names(spans))))


def _is_span_without_ids(line: Any) -> bool:
    """Return whether a line is a span whose ids were left out: it has a name, attributes, and times in nanoseconds."""
    if not isinstance(line, dict) or not isinstance(line.get("attributes"), dict):
        return False
    times = [line.get(name) for name in ("start_time_unix_nano", "end_time_unix_nano")]
    return isinstance(line.get("name"), str) and all(isinstance(time, int | str) for time in times)


def _is_unmistakable(span: RawSpan) -> bool:
    """Return whether a span of any program has a trace's and a span's id of OpenTelemetry's lengths, and a start."""
    return span.start is not None and bool(_TRACE_ID.fullmatch(span.trace) and _SPAN_ID.fullmatch(span.id))


def _without_repeated(spans: list[RawSpan], notes: ImportNotes) -> list[RawSpan]:
    """Return the spans without those that another span with the same id repeats or completes."""
    found: dict[str, RawSpan] = {}
    others = list[RawSpan]()
    for span in spans:
        known = found.get(span.id)
        if span.id in ("", "None"):
            others.append(span)
        elif known is None or known.end is None:
            found[span.id] = span
            if known is not None:
                notes.count(REPEATED)
        elif span.end is None or span == known:
            notes.count(REPEATED)
        else:
            others.append(span)
    return [*found.values(), *others]


def _with_sums(raw: list[RawSpan], spans: list[Span]) -> list[Span]:
    """Return the spans; if no model's has tokens, the outermost agents' have theirs, which else sum the models'."""
    agents = {span.id for span in raw if span.attributes.get("gen_ai.operation.name") == "invoke_agent"}
    if any(span.meta.get("tokens") for span in spans):
        return spans
    tokens = {span.id: tokens_of(span.attributes) for span in raw if span.id in agents and span.parent not in agents}
    return [
        replace(span, meta={**span.meta, "tokens": tokens[span.id]}) if tokens.get(span.id) else span for span in spans
    ]


def _resources(spans: list[RawSpan], notes: ImportNotes) -> list[dict[str, Any]]:
    """Return the attributes of the programs that made the spans, each set once, without volatile ones."""
    found = list[dict[str, Any]]()
    for span in spans:
        attributes = {name: value for name, value in span.resource.items() if not is_volatile(name)}
        if attributes and attributes not in found:
            found.append(attributes)
    resources: list[dict[str, Any]] = plain(found, notes)
    return resources


def _final_output(document: Any) -> Iterator[ImportedEvent]:
    """Yield an event for the final output of a dump."""
    if isinstance(document, dict) and document.get("final_output") not in NOTHING:
        yield ImportedEvent("x:otel/final-output", {"data": document["final_output"]}, {})


def _first(file: ForeignFile) -> Iterator[RawSpan]:
    for value in file.first_lines:
        yield from spans_in(value)


def _found_in(document: Any) -> Iterator[RawSpan | LogRecord]:
    yield from spans_in(document)
    yield from log_records_in(document)


def _lines(file: ForeignFile, notes: ImportNotes) -> Iterator[RawSpan | LogRecord]:
    check_size(file)
    for line in lines(file.source):
        if not line.raw.strip():
            continue
        try:
            value: Any = None if line.too_long else value_of(line.raw, notes)
        except NotJson:
            value = None
        found = list(_found_in(value))
        if not found:
            notes.count(UNREADABLE_LINES)
        yield from found
