"""OpenAI Agents SDK: what its trace exporter writes (``trace``, ``trace.span``), one per line, and saved states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.frameworks.agents_run_state import has_states, runs_of_states, tokens_of
from replay_gui.core.importers.formats.message_forms import is_message
from replay_gui.core.importers.formats.records import CLOCK, ID, RECORDER, USAGE, first_records, numbered_records
from replay_gui.core.importers.formats.traces.span_events import SpanEvents
from replay_gui.core.importers.formats.traces.spans import Role, Span, unfolded
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.plain_values import plain
from replay_gui.core.importers.times import iso_time
from replay_gui.core.text.placeholders import ANSWER_NOT_RECORDED
from replay_gui.core.translation.messages import tr, translatable

UNREADABLE = translatable("lines that are no trace and no span, left out")

_ROLES: dict[str, Role] = {
    "agent": "agent",
    "function": "tool",
    "generation": "model",
    "response": "model",
    "guardrail": "guardrail",
}
_READ_MEMBERS = ("type", "name", "input", "output", "response", "model", "usage")


class OpenAiAgents:
    """The importer. Each trace of a file is a run, and each saved state."""

    name = "openai-agents"
    title = translatable("OpenAI Agents SDK trace")
    version = 19
    volatile: ClassVar[Mapping[str, str]] = {
        "id": ID,
        "trace_id": ID,
        "parent_id": ID,
        "group_id": ID,
        "response_id": ID,
        "call_id": ID,
        "request_id": ID,
        "previous_response_id": ID,
        "conversation_id": ID,
        "_request_id": ID,
        "$schemaVersion": RECORDER,
        "created_at": CLOCK,
        "completed_at": CLOCK,
        "usage": USAGE,
        "started_at": CLOCK,
        "ended_at": CLOCK,
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a file with a trace, a span or a saved state of the Agents SDK among its first five records."""
        return has_states(file) or any(
            record.get("object") in ("trace", "trace.span") for record in first_records(file, "data")[:5]
        )

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield a run for each trace or saved state of the file."""
        notes = ImportNotes(file.notes)
        if has_states(file):
            yield from runs_of_states(file, self.name, self.volatile, notes)
            return
        traces: dict[str, dict[str, Any]] = {}
        spans: dict[str, list[Span]] = {}
        for _, record in numbered_records(file, notes, "data"):
            kind = record.get("object") if isinstance(record, dict) else None
            if kind == "trace":
                traces[str(record.get("id"))] = record
            elif kind == "trace.span" and isinstance(record.get("span_data"), dict):
                spans.setdefault(str(record.get("trace_id")), []).append(_span(record, notes))
            else:
                notes.count(UNREADABLE)
        if not traces and not spans:
            raise ImportRefused(tr("{path}: no trace of the OpenAI Agents SDK in it", path=file.source.path))
        for trace_id in dict.fromkeys((*traces, *spans)):
            trace = traces.get(trace_id, {})
            facts = {key: trace.get(key) for key in ("workflow_name", "metadata")}
            events = SpanEvents(spans.get(trace_id, []), self.name, notes, facts)
            yield ImportedRun(
                name=str(trace.get("workflow_name") or trace_id),
                run_id=trace_id,
                agent=events.agent,
                created=None,
                source={},
                events=events.read(),
                notes=notes,
            )


def _span(record: dict[str, Any], notes: ImportNotes) -> Span:
    data = record["span_data"]
    kind = str(data.get("type"))
    role = _ROLES.get(kind, "step")
    about = data.get("data")
    if kind == "custom" and isinstance(about, dict) and about.get("sdk_span_type") in ("task", "turn"):
        role = "plumbing"  # the SDK's span around its steps, with the sum of their tokens
        data = {**data, "data": {key: value for key, value in about.items() if key != "usage"}}
    given, output = plain(unfolded(data.get("input")), notes), plain(unfolded(data.get("output")), notes)
    if kind == "response":
        output = _answer(data.get("response")) if output is None else output
        output = ANSWER_NOT_RECORDED if output is None else output
    rest = {key: value for key, value in data.items() if key not in _READ_MEMBERS and value not in (None, [], {}, "")}
    rest.pop("response_id", None)
    if role == "step":
        given, output = {"type": kind, **rest}, output if output is not None else given
        rest = {}
    wrong, usage = record.get("error"), data.get("usage")
    message = _message_of(wrong)
    tripped = role == "guardrail" and data.get("triggered") is True
    meta: dict[str, Any] = {"span": record.get("id"), "model": data.get("model")}
    meta["response_id"] = data.get("response_id")
    if isinstance(usage, dict):
        meta["tokens"] = tokens_of(usage) or None
    return Span(
        id=str(record.get("id")),
        parent=str(record["parent_id"]) if record.get("parent_id") else None,
        role=role,
        name=str(data.get("name") or kind),
        start=iso_time(record.get("started_at")),
        end=iso_time(record.get("ended_at")),
        input=given,
        output=output,
        messages=tuple(given) if role == "model" and isinstance(given, list) else (),
        answers=_answers(output) if role == "model" else (),
        fields=plain({**rest, **({"error": wrong} if isinstance(wrong, dict) and len(wrong) > 1 else {})}, notes)
        if role != "agent"
        else {},
        error=": ".join([*(["tripped"] if tripped else []), *([message] if message else [])]) or None,
        config=rest if role == "agent" else {},
        meta={
            key: value for key, value in meta.items() if value is not None and not (role == "agent" and key == "fields")
        },
    )


def _message_of(wrong: Any) -> str | None:
    """Return the error in the SDK's words, and the exception's."""
    if not isinstance(wrong, dict):
        return str(wrong) if wrong else None
    data = wrong.get("data")
    texts = [wrong.get("message"), data.get("error") if isinstance(data, dict) else None]
    return ": ".join(text for text in texts if isinstance(text, str) and text) or None


def _answers(output: Any) -> tuple[Any, ...]:
    """Return the messages and calls in a model's output, if it has only these."""
    is_all = isinstance(output, list) and bool(output) and all(map(is_message, output))
    return tuple(output) if is_all else ()


def _answer(response: Any) -> Any:
    """Return the text of a response that is only text; None without a response (the exporter leaves it out)."""
    output = response.get("output") if isinstance(response, dict) else None
    match output:
        case [{"type": "message", "content": [{"type": "output_text", "text": str(text)}]}]:
            return text
    return output
