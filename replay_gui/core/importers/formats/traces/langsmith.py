"""LangSmith: exported runs (``run_type``, ``dotted_order``), one a line or in an array."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.chats.messages import first_line
from replay_gui.core.importers.formats.records import first_records, numbered_records
from replay_gui.core.importers.formats.traces.span_events import SpanEvents
from replay_gui.core.importers.formats.traces.spans import Role, Span, unfolded
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun
from replay_gui.core.importers.plain_values import plain
from replay_gui.core.importers.run_builder import RunBuilder
from replay_gui.core.importers.times import iso_time

UNREADABLE = "records that are no runs, left out"

_ROLES: dict[str, Role] = {"llm": "model", "tool": "tool", "retriever": "retriever"}
_SPEAKERS = {"HumanMessage": "user", "SystemMessage": "system", "AIMessage": "assistant", "ToolMessage": "tool"}


class LangSmith:
    """The importer. Every trace of a file is a run; its root is the agent."""

    name = "langsmith"
    title = "LangSmith runs"
    version = 1

    def recognises(self, file: ForeignFile) -> bool:
        return any(_is_run(record) for record in first_records(file, "runs")[:5])

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        notes = ImportNotes(file.notes)
        traces: dict[str, list[dict[str, Any]]] = {}
        for _, record in numbered_records(file, notes, "runs"):
            if _is_run(record):
                traces.setdefault(str(record.get("trace_id") or record.get("id")), []).append(record)
            else:
                notes.count(UNREADABLE)
        if not traces:
            raise ImportRefused(f"{file.source.path}: no LangSmith run in it")
        for trace_id, records in traces.items():
            records.sort(key=lambda record: str(record.get("dotted_order") or ""))
            root = next((record for record in records if not record.get("parent_run_id")), records[0])
            events = SpanEvents([_span(record, record is root, notes) for record in records], self.name, notes)
            yield ImportedRun(
                name=str(root.get("name") or trace_id),
                run_id=trace_id,
                agent=events.agent,
                created=iso_time(root.get("start_time")),
                source={},
                events=_with_feedback(events.read(), root, notes),
                notes=notes,
            )


def _is_run(record: Any) -> bool:
    return isinstance(record, dict) and "run_type" in record and ("dotted_order" in record or "trace_id" in record)


def _span(record: dict[str, Any], is_root: bool, notes: ImportNotes) -> Span:
    kind = str(record.get("run_type"))
    role: Role = "agent" if is_root and kind not in _ROLES else _ROLES.get(kind, "step")
    given, output = plain(unfolded(record.get("inputs")), notes), plain(unfolded(record.get("outputs")), notes)
    wrong = record.get("error")
    extra = record.get("extra")
    settings = extra.get("invocation_params") if isinstance(extra, dict) else None
    counts = {"input": record.get("prompt_tokens"), "output": record.get("completion_tokens")}
    meta: dict[str, Any] = {
        "span": record.get("id"),
        "tokens": {name: count for name, count in counts.items() if type(count) is int} or None,
        "cost": _number(record.get("total_cost")),
        "model": settings.get("model") if isinstance(settings, dict) else None,
        "tags": record.get("tags") or None,
    }
    if role == "tool" and isinstance(given, dict) and given.keys() == {"input"}:
        given = unfolded(given["input"])
    return Span(
        id=str(record.get("id")),
        parent=str(record["parent_run_id"]) if record.get("parent_run_id") else None,
        role=role,
        name=str(record.get("name") or kind),
        start=iso_time(record.get("start_time")),
        end=iso_time(record.get("end_time")),
        input=given,
        output=_answer(output) if role == "model" else output,
        messages=tuple(_messages(given)) if role in ("model", "agent") else (),
        error=(first_line(str(wrong)) or "failed") if wrong else None,
        config={"inputs": given} if role == "agent" and not _messages(given) and given else {},
        meta={key: value for key, value in meta.items() if value is not None},
    )


def _messages(given: Any) -> list[Any]:
    """The messages of a run's inputs as ``{"role", "content"}``, also where LangChain has serialised them."""
    found = given.get("messages") if isinstance(given, dict) else None
    if isinstance(found, list) and len(found) == 1 and isinstance(found[0], list):
        found = found[0]
    return [_message(one) for one in found] if isinstance(found, list) else []


def _message(message: Any) -> Any:
    match message:
        case {"id": [*_, str(name)], "kwargs": {"content": content}}:
            return {"role": _SPEAKERS.get(name, name), "content": content}
        case {"type": "human" | "ai" | "system" | "tool" as kind, "content": content}:
            return {"role": {"human": "user", "ai": "assistant"}.get(kind, kind), "content": content}
    return message


def _answer(output: Any) -> Any:
    """What a model answered: its text, where there are no calls of tools beside it."""
    match output:
        case {"generations": [[{"message": {"kwargs": {"content": content, **rest}}}]]}:
            calls = rest.get("tool_calls")
            return {"content": content, "tool_calls": calls} if calls else content
        case {"generations": [[{"text": str(text)}]]}:
            return text
        case {"choices": [{"message": {"content": content, **rest}}]}:
            calls = rest.get("tool_calls")
            return {"content": content, "tool_calls": calls} if calls else content
    return output


def _with_feedback(
    events: Iterator[ImportedEvent], root: dict[str, Any], notes: ImportNotes
) -> Iterator[ImportedEvent]:
    """The events, then how the run ended and what feedback says of it."""
    count = 0
    for event in events:
        count += 1
        yield event
    run = RunBuilder(notes, count)
    run.context = {"time": iso_time(root.get("end_time"))}
    if root.get("error"):
        run.end("crash", first_line(str(root["error"])))
    stats = root.get("feedback_stats")
    for name, value in stats.items() if isinstance(stats, dict) else ():
        score = _number(value.get("avg") if isinstance(value, dict) else value)
        if score is not None:
            run.outcome(passed=None, score=score, by=str(name))
    yield from run.drain()


def _number(value: Any) -> float | None:
    try:
        return None if value is None or isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None
