"""Langfuse traces: one JSON object with ``trace`` and ``observations``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.message_forms import is_message
from replay_gui.core.importers.formats.records import CLOCK, HOST, ID, USAGE
from replay_gui.core.importers.formats.traces.otel_attributes import steady
from replay_gui.core.importers.formats.traces.span_events import SpanEvents
from replay_gui.core.importers.formats.traces.spans import Role, Span, unfolded
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.plain_values import plain
from replay_gui.core.importers.times import iso_time

_ROLES: dict[str, Role] = {
    "GENERATION": "model",
    "EMBEDDING": "step",
    "TOOL": "tool",
    "AGENT": "agent",
    "RETRIEVER": "retriever",
    "GUARDRAIL": "guardrail",
}
_USED = ("type", "name", "input", "output", "metadata", "level", "statusMessage", "model")
_FACTS = ("name", "tags", "release", "version", "userId", "input", "output", "metadata", "corrections")
_RUNNING = "running tool: "


class Langfuse:
    """The importer. A trace is one run."""

    name = "langfuse"
    title = "Langfuse trace"
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
    }
    version = 4

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a JSON document with a trace and its observations."""
        return _is_trace(file.document)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the trace as one run; observations without an id are left out and counted."""
        if not _is_trace(file.document):
            raise ImportRefused(f"{file.source.path}: no Langfuse trace in it")
        trace, notes = file.document["trace"], ImportNotes(file.notes)
        observations = [
            observation
            for observation in file.document["observations"]
            if isinstance(observation, dict) and observation.get("id")
        ]
        if len(observations) < len(file.document["observations"]):
            notes.count("observations without an id, left out", len(file.document["observations"]) - len(observations))
        spans = [_span(observation, notes) for observation in observations]
        if not any(span.role == "agent" for span in spans):
            spans = [_as_agent(span) for span in spans]
        if spans:
            spans[0] = replace(spans[0], scores=_scores(trace))
        facts = {key: steady(unfolded(trace.get(key))) for key in _FACTS}
        facts["unreadable"] = [
            observation for observation in file.document["observations"] if observation not in observations
        ]
        events = SpanEvents(spans, self.name, notes, plain(facts, notes))
        yield ImportedRun(
            name=str(trace.get("name") or "trace"),
            run_id=str(trace.get("id")),
            agent=events.agent,
            created=iso_time(trace.get("timestamp")),
            source={key: trace[key] for key in ("sessionId", "userId", "tags", "release") if trace.get(key)},
            events=events.read(),
            notes=notes,
        )


def _is_trace(document: Any) -> bool:
    return (
        isinstance(document, dict)
        and isinstance(document.get("trace"), dict)
        and isinstance(document.get("observations"), list)
        and any(isinstance(observation, dict) and "traceId" in observation for observation in document["observations"])
    )


def _span(observation: dict[str, Any], notes: ImportNotes) -> Span:
    kind, name = str(observation.get("type")), str(observation.get("name"))
    given, output = plain(unfolded(observation.get("input")), notes), plain(unfolded(observation.get("output")), notes)
    role = "tool" if _is_tool_message(output, name) else _ROLES.get(kind, "step")
    usage = observation.get("usageDetails")
    usage = usage if isinstance(usage, dict) else {}
    tokens = {key: usage[key] for key in ("input", "output") if type(usage.get(key)) is int}
    meta: dict[str, Any] = {
        "span": observation.get("id"),
        "model": observation.get("model"),
        "tokens": (tokens or None) if role == "model" else None,
        "cost": (observation.get("totalCost") or observation.get("calculatedTotalCost") or None)
        if role == "model"
        else None,
        "usage": usage or None,
    }
    rest = {key: value for key, value in observation.items() if key not in _USED and key not in Langfuse.volatile}
    rest |= {"metadata": steady(unfolded(observation.get("metadata"))), "type": kind if role == "step" else None}
    rest |= {"status": observation.get("statusMessage") if observation.get("level") != "ERROR" else None}
    rest |= {"level": observation.get("level") if observation.get("level") not in ("DEFAULT", "ERROR") else None}
    rest = {key: value for key, value in rest.items() if value not in (None, [], {}, "")}
    failed = observation.get("level") == "ERROR"
    return Span(
        id=str(observation["id"]),
        parent=str(observation["parentObservationId"]) if observation.get("parentObservationId") else None,
        role=role,
        name=name.removeprefix(_RUNNING) if role == "tool" else name,
        start=iso_time(observation.get("startTime")),
        end=iso_time(observation.get("endTime")),
        input=given,
        output=output,
        messages=_messages(given) if role == "model" else (),
        answers=_answers(output) if role == "model" else (),
        error=(first_line(observation.get("statusMessage")) or "failed") if failed else None,
        fields=plain(rest, notes),
        meta=meta,
    )


def _is_tool_message(output: Any, name: str) -> bool:
    """Whether a span's output is the message of the tool that the span is named after, as LangChain's tools return."""
    return isinstance(output, dict) and output.get("type") == "tool" and output.get("name") == name


def _as_agent(span: Span) -> Span:
    """A root, in a trace in which nothing is called an agent, is the agent; what it was given is its first message."""
    if span.parent is not None or span.role != "step":
        return span
    return replace(span, role="agent")


def _messages(given: Any) -> tuple[Any, ...]:
    """The messages in what a model was given: a list of them, one, or a map that has them."""
    if isinstance(given, dict) and isinstance(given.get("messages"), list):
        given = given["messages"]
    if isinstance(given, list):
        return tuple(given)
    return () if given is None or (isinstance(given, dict) and "role" not in given) else (given,)


def _answers(output: Any) -> tuple[Any, ...]:
    """The messages in what a model answered."""
    messages = output if isinstance(output, list) else [output]
    return tuple(messages) if messages and all(is_message(message) for message in messages) else ()


def _scores(trace: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """What graders say of the trace: numbers, yes or no, or words."""
    outcomes = []
    for score in trace.get("scores") or ():
        if not isinstance(score, dict):
            continue
        value, label, kind = score.get("value"), score.get("stringValue"), score.get("dataType")
        number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
        outcomes.append(
            {
                "passed": bool(number) if kind == "BOOLEAN" and number is not None else None,
                "score": None if kind == "CATEGORICAL" else number,
                "by": str(score.get("name") or "score"),
                "label": str(label) if label is not None else None,
                "parts": {"comment": score["comment"]} if score.get("comment") else None,
            }
        )
    return tuple(outcomes)
