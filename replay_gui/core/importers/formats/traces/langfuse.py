"""Langfuse traces: one JSON object with ``trace`` and ``observations``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.chats.messages import first_line
from replay_gui.core.importers.formats.traces.spans import Role, Span, SpanEvents, unfolded
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
_META = (
    *("id", "parentObservationId", "environment", "version", "modelParameters", "statusMessage", "level"),
    *("completionStartTime", "promptName", "promptVersion", "costDetails", "usageDetails"),
)
_RUNNING = "running tool: "


class Langfuse:
    """The importer. A trace is one run."""

    name = "langfuse"
    title = "Langfuse trace"
    version = 2

    def recognises(self, file: ForeignFile) -> bool:
        return _is_trace(file.document)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        if not _is_trace(file.document):
            raise ImportRefused(f"{file.source.path}: no Langfuse trace in it")
        trace, notes = file.document["trace"], ImportNotes(file.notes)
        found = [one for one in file.document["observations"] if isinstance(one, dict) and one.get("id")]
        if len(found) < len(file.document["observations"]):
            notes.count("observations without an id, left out", len(file.document["observations"]) - len(found))
        spans = [_span(one, notes) for one in found]
        if not any(span.role == "agent" for span in spans):
            spans = [_as_agent(span) for span in spans]
        events = SpanEvents(spans, self.name, notes)
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
        and any(isinstance(one, dict) and "traceId" in one for one in document["observations"])
    )


def _span(one: dict[str, Any], notes: ImportNotes) -> Span:
    kind, name = str(one.get("type")), str(one.get("name"))
    role = _ROLES.get(kind, "step")
    given, output = plain(unfolded(one.get("input")), notes), plain(unfolded(one.get("output")), notes)
    usage = one.get("usageDetails")
    usage = usage if isinstance(usage, dict) else {}
    tokens = {key: usage[key] for key in ("input", "output") if type(usage.get(key)) is int}
    meta: dict[str, Any] = {key: one[key] for key in _META if one.get(key) not in (None, [], {})}
    meta |= {"span": meta.pop("id"), "metadata": plain(unfolded(one.get("metadata")), notes)}
    meta |= {"model": one.get("model"), "tokens": tokens or None, "cost": one.get("totalCost") or None}
    failed = one.get("level") == "ERROR"
    return Span(
        id=str(one["id"]),
        parent=str(one["parentObservationId"]) if one.get("parentObservationId") else None,
        role=role,
        name=name.removeprefix(_RUNNING) if role == "tool" else name,
        start=iso_time(one.get("startTime")),
        end=iso_time(one.get("endTime")),
        input=given,
        output=_text(output) if role == "model" else output,
        messages=_messages(given) if role == "model" else (),
        error=(first_line(one.get("statusMessage")) or "failed") if failed else None,
        meta=meta,
    )


def _as_agent(span: Span) -> Span:
    """A root, in a trace in which nothing is called an agent, is the agent; what it was given is its first message."""
    if span.parent is not None or span.role != "step":
        return span
    return Span(span.id, None, "agent", span.name, span.start, span.end, error=span.error, meta=span.meta)


def _messages(given: Any) -> tuple[Any, ...]:
    """The messages in what a model was given: a list of them, one, or a map that has them."""
    if isinstance(given, dict) and isinstance(given.get("messages"), list):
        given = given["messages"]
    if isinstance(given, list):
        return tuple(given)
    return () if given is None or (isinstance(given, dict) and "role" not in given) else (given,)


def _text(output: Any) -> Any:
    """The text, where a model's output is nothing else."""
    match output:
        case {"role": "assistant", "content": str(text), **rest} if not any(rest.values()):
            return text
        case [{"role": "assistant", "parts": [{"type": "text", "content": str(text)}]}]:
            return text
        case {"role": "assistant", "content": [{"type": "text", "text": str(text)}]}:
            return text
    return output
