"""Langfuse traces: ``trace`` and ``observations``, or one or several traces that contain their observations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.message_forms import is_message, read_message
from replay_gui.core.importers.formats.records import CLOCK, HOST, ID, USAGE, maps_in
from replay_gui.core.importers.formats.traces.langchain_wrappers import tool_failure, tool_output
from replay_gui.core.importers.formats.traces.langfuse.messages import (
    GEMINI_USAGE,
    answers_in,
    cost_of,
    defines_tool,
    finish_of,
    messages_in,
)
from replay_gui.core.importers.formats.traces.langfuse.names import in_usual_names
from replay_gui.core.importers.formats.traces.otel.attributes import compared_part
from replay_gui.core.importers.formats.traces.span_events import SpanEvents
from replay_gui.core.importers.formats.traces.span_records import PAGING
from replay_gui.core.importers.formats.traces.spans import Role, Span, unfolded, unfolded_or_none
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.json_lines import numbered_values
from replay_gui.core.importers.plain_values import plain
from replay_gui.core.importers.times import iso_time
from replay_gui.core.translation.messages import tr, translatable

_ROLES: dict[str, Role] = {
    "GENERATION": "model",
    "EMBEDDING": "step",
    "TOOL": "tool",
    "AGENT": "agent",
    "RETRIEVER": "retriever",
    "GUARDRAIL": "guardrail",
}
NO_IDS = translatable("observations without an id, left out")
NOT_TRACES = translatable("records that are no traces, left out")
NOT_OBSERVATIONS = translatable("records that are no observations, left out")
_READ_MEMBERS = ("type", "name", "input", "output", "metadata", "level", "statusMessage", "model")
_READ_OF_TRACE = ("scores", "observations")  # all other members are facts about the trace
_RUNNING = "running tool: "
_BEFORE_NAMES: dict[Role, str] = {"tool": _RUNNING, "agent": "invoke_agent "}
_REPEATED = "A repeated message; the observation itself is compared."


class Langfuse:
    """The importer. A trace is one run."""

    name = "langfuse"
    title = translatable("Langfuse trace")
    volatile: ClassVar[Mapping[str, str]] = {
        "id": ID,
        "traceId": ID,
        "parentObservationId": ID,
        "projectId": ID,
        "promptId": ID,
        "modelId": ID,
        "internalModelId": ID,
        "internalModel": ID,
        "usagePricingTierId": ID,
        "usagePricingTierName": USAGE,
        "providedCostDetails": USAGE,
        "startTime": CLOCK,
        "endTime": CLOCK,
        "createdAt": CLOCK,
        "updatedAt": CLOCK,
        "completionStartTime": CLOCK,
        "timestamp": CLOCK,
        "latency": CLOCK,
        "timeToFirstToken": CLOCK,
        "usage": USAGE,
        "usageDetails": USAGE,
        "costDetails": USAGE,
        "inputUsage": USAGE,
        "outputUsage": USAGE,
        "totalUsage": USAGE,
        "unit": USAGE,
        "promptTokens": USAGE,
        "completionTokens": USAGE,
        "totalTokens": USAGE,
        "totalCost": USAGE,
        "inputCost": USAGE,
        "outputCost": USAGE,
        "inputPrice": USAGE,
        "outputPrice": USAGE,
        "totalPrice": USAGE,
        "calculatedInputCost": USAGE,
        "calculatedOutputCost": USAGE,
        "calculatedTotalCost": USAGE,
        "environment": HOST,
        GEMINI_USAGE: USAGE,
        **PAGING,
        **dict.fromkeys(("input/*/finish_reason", "input/*/parts/*/name"), _REPEATED),
        **dict.fromkeys(("input/*/role", "input/*/status"), _REPEATED),
        "input/*/additional_kwargs/tool_calls/*/type": _REPEATED,
        **dict.fromkeys(("sessionId", "observationId", "configId", "queueId", "datasetRunId", "authorUserId"), ID),
        **dict.fromkeys(("executionTraceId", "htmlPath", "job_execution_id"), ID),
    }
    version = 22

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a JSON document with a trace and its observations, or an array or lines of traces."""
        return next(_traces(file, ImportNotes()), None) is not None

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield each trace as one run; observations without an id are left out, and counted."""
        notes = ImportNotes(file.notes)
        found = False
        for trace, items in _traces(file, notes):
            found = True
            yield self._run(trace, items, ImportNotes(notes))
        if not found:
            raise ImportRefused(tr("{path}: no Langfuse trace in it", path=file.source.path))

    def _run(self, trace: dict[str, Any], items: list[Any], notes: ImportNotes) -> ImportedRun:
        observations = [observation for observation in items if isinstance(observation, dict) and observation.get("id")]
        if len(observations) < len(items):
            notes.count(NO_IDS, len(items) - len(observations))
        spans = _with_called([_span(observation, notes) for observation in observations])
        used = (*_READ_OF_TRACE, *self.volatile)
        facts = {key: compared_part(unfolded_or_none(value)) for key, value in trace.items() if key not in used}
        facts["observations"] = _differing_observations(trace.get("observations"), observations)
        if not any(span.role == "agent" for span in spans):
            spans = _with_agent(spans, trace, facts)
        if spans:
            spans[0] = replace(spans[0], scores=_scores(trace))
        facts["unreadable"] = [observation for observation in items if observation not in observations]
        scores = trace.get("scores") or []
        facts["unreadable"] += [
            one for one in (scores if isinstance(scores, list) else [scores]) if not isinstance(one, dict)
        ]
        events = SpanEvents(spans, self.name, notes, plain(facts, notes))
        return ImportedRun(
            name=str(trace.get("name") or "trace"),
            run_id=str(trace.get("id")),
            agent=events.agent,
            created=iso_time(trace.get("timestamp")),
            source={key: trace[key] for key in ("sessionId", "userId", "tags", "release") if trace.get(key)},
            events=events.read(),
            notes=notes,
        )


def _traces(file: ForeignFile, notes: ImportNotes) -> Iterator[tuple[dict[str, Any], list[Any]]]:
    """Yield each trace with its observations."""
    document = in_usual_names(file.document)
    if isinstance(document, dict) and isinstance(document.get("data"), list):
        document = document["data"]
    if (own := _trace_of(document)) is not None:
        yield own
        return
    match document:
        case {"traces": [*traces], "observations": [*items]} if any(map(_is_bare_observation, items)):
            yield from _by_trace(items, notes, maps_in(traces))
            return
    records = [document] if isinstance(document, dict) else document if isinstance(document, list) else None
    first = records[:1] if records is not None else [line for line in file.first_lines if line is not None][:1]
    if first and _is_bare_observation(first[0]):
        items = records if records is not None else [value for _, value in numbered_values(file.source, notes)]
        yield from _by_trace(items, notes)
        return
    if not first or _trace_of(first[0]) is None:
        return
    for record in records if records is not None else (value for _, value in numbered_values(file.source, notes)):
        if (own := _trace_of(record)) is not None:
            yield own
        else:
            notes.count(NOT_TRACES)


def _by_trace(
    records: list[Any], notes: ImportNotes, known: Sequence[dict[str, Any]] = ()
) -> Iterator[tuple[dict[str, Any], list[Any]]]:
    """Yield the traces of observations: those `known` to the file, then others by their first observations."""
    about = {str(trace.get("id")): trace for trace in known}
    traces: dict[str, list[Any]] = {id: [] for id in about}
    for record in records:
        if _is_bare_observation(record):
            traces.setdefault(str(record["traceId"]), []).append(record)
        else:
            notes.count(NOT_OBSERVATIONS)
    for trace, observations in traces.items():
        if trace in about:
            yield about[trace], observations
            continue
        ids = {str(one.get("id")) for one in observations}
        first = next((one for one in observations if str(one["parentObservationId"]) not in ids), observations[0])
        yield {"id": trace, "name": first.get("name"), "timestamp": first.get("startTime")}, observations


def _is_bare_observation(record: Any) -> bool:
    return isinstance(record, dict) and {"traceId", "type", "startTime", "parentObservationId"} <= record.keys()


def _trace_of(record: Any) -> tuple[dict[str, Any], list[Any]] | None:
    """Return (trace, observations), which are next to the trace or in it; None if there are none."""
    match record:
        case {"trace": dict(trace), "observations": list(told)} if any(_is_observation(one) for one in told):
            return trace, told
        case {"id": str(), "timestamp": _, "observations": list(told)} if told and all(
            isinstance(one, dict) and "type" in one and "startTime" in one for one in told
        ):
            return {key: value for key, value in record.items() if key != "observations"}, told
    return None


def _is_observation(record: Any) -> bool:
    return isinstance(record, dict) and "traceId" in record


def _tokens(usage: dict[str, Any]) -> dict[str, int]:
    """Return tokens by sort. A part of a count (``input_cache_read``) is included in it only if the total shows it."""
    counts = {key: value for key, value in usage.items() if type(value) is int}
    tokens: dict[str, int] = {key: counts[key] for key in ("input", "output") if key in counts}
    if not tokens:
        return {}
    beside = counts.get("total") != tokens.get("input", 0) + tokens.get("output", 0)
    for sort, starts in (("input", ("input_", "cache_")), ("output", ("output_",))):
        if beside and (more := sum(count for key, count in counts.items() if key.startswith(starts))):
            tokens[sort] = tokens.get(sort, 0) + more
    cached = [count for key, count in counts.items() if "cache_read" in key or "cached" in key]
    thought = [count for key, count in counts.items() if "reasoning" in key]
    return tokens | ({"cached": sum(cached)} if cached else {}) | ({"reasoning": sum(thought)} if thought else {})


def _usage(observation: dict[str, Any]) -> dict[str, Any]:
    """Return an observation's counts, which are in one object or in separate members."""
    objects = (own for key in ("usageDetails", "usage") if (own := observation.get(key)) and isinstance(own, dict))
    return next(objects, None) or {
        sort: count
        for sort in ("input", "output", "total")
        if type(count := observation.get(f"{sort}Usage")) is int and count > 0
    }


def _span(observation: dict[str, Any], notes: ImportNotes) -> Span:
    kind, name = str(observation.get("type")).upper(), str(observation.get("name"))
    given = plain(unfolded(observation.get("input")), notes)
    output = plain(unfolded_or_none(observation.get("output")), notes)
    attributes = _attributes(observation)
    called = attributes.get("gen_ai.tool.name")
    is_call = isinstance(called, str) and ("gen_ai.tool.call.id" in attributes or kind == "TOOL")
    role = "tool" if is_call or _is_tool_message(output, name) else _ROLES.get(kind, "step")
    given = None if given == "null" and role != "tool" else given  # a tool's arguments are stated even so
    usage = _usage(observation)
    tokens = _tokens(usage)
    meta: dict[str, Any] = {
        "span": observation.get("id"),
        "model": observation.get("model"),
        "tokens": (tokens or None) if role == "model" else None,
        "cost": cost_of(observation) if role == "model" else None,
        "usage": usage or None,
    }
    rest = {
        key: value for key, value in observation.items() if key not in _READ_MEMBERS and key not in Langfuse.volatile
    }
    rest |= {
        "metadata": compared_part(unfolded(observation.get("metadata"))),
        "type": kind if role == "step" or _ROLES.get(kind) != role else None,
    }
    rest |= {"status": observation.get("statusMessage") if observation.get("level") != "ERROR" else None}
    rest |= {"model": observation.get("model") if role != "model" else None}
    rest |= {"level": observation.get("level") if observation.get("level") not in ("DEFAULT", "ERROR") else None}
    messages, request = messages_in(given) if role == "model" else ((), {})
    rest |= {"tools": [one["content"] for one in messages if defines_tool(one)], "request": request}
    rest |= {"span": name} if is_call and name.removeprefix(_RUNNING) != called else {}
    answers, response = answers_in(output) if role == "model" else ((), {})
    rest |= {"response": response}
    rest = {key: value for key, value in rest.items() if value not in (None, [], {}, "")}
    failed = observation.get("level") == "ERROR"
    wrong = (first_line(observation.get("statusMessage")) or "failed") if failed else None
    if role == "tool":
        wrong = wrong or tool_failure(output)
        output, about = tool_output(output)
        rest |= {"answer": kept} if (kept := {key: about[key] for key in about if key not in Langfuse.volatile}) else {}
    return Span(
        id=str(observation["id"]),
        parent=str(observation["parentObservationId"]) if observation.get("parentObservationId") else None,
        role=role,
        name=str(called) if is_call else name.removeprefix(_BEFORE_NAMES.get(role, "")),
        call_id=str(call_id) if is_call and (call_id := attributes.get("gen_ai.tool.call.id")) else None,
        start=iso_time(observation.get("startTime")),
        end=iso_time(observation.get("endTime")),
        input=given,
        output=output,
        messages=tuple(one for one in messages if not defines_tool(one)),
        answers=answers,
        error=wrong,
        fields=plain(rest, notes),
        meta=meta,
        finish=finish_of(answers, response, attributes) if role == "model" else None,
    )


def _attributes(observation: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes of the OpenTelemetry span from which Langfuse made the observation."""
    metadata = unfolded(observation.get("metadata"))
    attributes = unfolded(metadata.get("attributes")) if isinstance(metadata, dict) else None
    return attributes if isinstance(attributes, dict) else {}


def _is_tool_message(output: Any, name: str) -> bool:
    """Whether a span's output is a message of the tool with the span's name, as LangChain's tools return it."""
    return isinstance(output, dict) and output.get("type") == "tool" and output.get("name") == name


def _with_called(spans: list[Span]) -> list[Span]:
    """Return the spans; a plain span with the name of a tool that a model called becomes that tool's span."""
    answers = [read_message(answer) for span in spans for answer in span.answers if is_message(answer)]
    called = {call.name for answer in answers for call in answer.calls}
    return [replace(span, role="tool") if span.role == "step" and span.name in called else span for span in spans]


def _with_agent(spans: list[Span], trace: dict[str, Any], facts: dict[str, Any]) -> list[Span]:
    """Return the spans of a trace without an agent: its only root becomes the agent, or else the trace itself.

    In the second case the trace's input and output are removed from `facts`.
    """
    known = {span.id for span in spans}
    roots = [span for span in spans if span.parent not in known]
    if len(roots) == 1 and roots[0].role == "step":
        return [replace(span, role="agent") if span is roots[0] else span for span in spans]
    given, output = facts.pop("input", None), facts.pop("output", None)
    whole = Span(
        id=str(trace.get("id")),
        parent=None,
        role="agent",
        name=str(trace.get("name") or "trace"),
        start=min((span.start for span in spans if span.start is not None), default=None),
        end=max((span.end for span in spans if span.end is not None), default=None),
        input=None if any(span.input == given for span in spans) else given,  # a span has the same data
        output=None if any(span.output == output for span in spans) else output,
    )
    return [whole, *(replace(span, parent=whole.id) if span in roots else span for span in spans)]


def _differing_observations(repeated: Any, observations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the trace's data about its observations that the observations do not have."""
    own = {observation["id"]: observation for observation in observations if isinstance(observation.get("id"), str)}
    found = []
    for one in repeated if isinstance(repeated, list) else []:
        known = own.get(str(one.get("id")), {}) if isinstance(one, dict) else {}
        rest = {
            key: value
            for key, value in (one.items() if isinstance(one, dict) else ())
            if key not in Langfuse.volatile and value not in (None, "", [], {}) and known.get(key) != value
        }
        rest = {key: value for key, value in compared_part(rest).items() if value != {}}
        found += [rest] if rest else []
    return found


def _scores(trace: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """Return the scores of the trace: numbers, booleans or texts."""
    outcomes = []
    for score in maps_in(trace.get("scores")):
        value, label, kind = score.get("value"), score.get("stringValue"), score.get("dataType")
        number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
        outcomes.append(
            {
                "passed": bool(number) if kind == "BOOLEAN" and number is not None else None,
                "score": None if kind == "CATEGORICAL" else number,
                "by": str(score.get("name") or "score"),
                "label": str(label) if label is not None else None,
                "parts": _about(score) or None,
            }
        )
    return tuple(outcomes)


def _about(score: dict[str, Any]) -> dict[str, Any]:
    """Return a score's members other than its value: its comment, its author."""
    used = ("name", "value", "stringValue", *Langfuse.volatile)
    members = {
        key: unfolded(value) for key, value in score.items() if key not in used and value not in (None, "", {}, [])
    }
    if members.get("dataType") in ("NUMERIC", "BOOLEAN", "CATEGORICAL"):
        del members["dataType"]  # the value shows its type
    about: dict[str, Any] = compared_part(members)
    return about
