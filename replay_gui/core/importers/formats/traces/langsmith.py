"""LangSmith: exported runs (``run_type``), one per line, in an array, under ``runs``, or nested as ``child_runs``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.message_events import first_line, split_traceback
from replay_gui.core.importers.formats.message_forms import is_message
from replay_gui.core.importers.formats.records import CLOCK, ID, RECORDER, USAGE, first_records, numbered_records
from replay_gui.core.importers.formats.traces.langchain_wrappers import (
    paired_message,
    step_output,
    tool_failure,
    tool_output,
)
from replay_gui.core.importers.formats.traces.otel.attributes import compared_part
from replay_gui.core.importers.formats.traces.span_events import SpanEvents
from replay_gui.core.importers.formats.traces.span_records import PAGING
from replay_gui.core.importers.formats.traces.spans import BEFORE_UPDATES, Role, Span, replaced, unfolded, updated
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun
from replay_gui.core.importers.plain_values import plain
from replay_gui.core.importers.run_builder import RunBuilder, end_after_error
from replay_gui.core.importers.times import iso_time
from replay_gui.core.log.kinds import END
from replay_gui.core.translation.messages import tr, translatable

UNREADABLE = translatable("records that are no runs, left out")

_ROLES: dict[str, Role] = {"llm": "model", "tool": "tool", "retriever": "retriever"}
_OF_ANSWERS = ("id", "created", "usage", "usage_metadata", "system_fingerprint")
_EMPTY: tuple[Any, ...] = (None, [], {}, "")
_READ_MEMBERS = ("name", "run_type", "inputs", "outputs", "error")


class LangSmith:
    """The importer. Each trace of a file is a run; its root is the agent."""

    name = "langsmith"
    title = translatable("LangSmith runs")
    version = 21
    volatile: ClassVar[Mapping[str, str]] = {
        **PAGING,
        **dict.fromkeys(("id", "trace_id", "parent_run_id", "parent_run_ids", "dotted_order", "session_id"), ID),
        **dict.fromkeys(("reference_example_id", "child_run_ids", "manifest_id", "app_path", "share_token"), ID),
        **dict.fromkeys(("start_time", "end_time", "first_token_time", "last_queued_at", "in_dataset"), CLOCK),
        **dict.fromkeys(("total_tokens", "prompt_tokens", "completion_tokens", "feedback_stats"), USAGE),
        **dict.fromkeys(("total_cost", "prompt_cost", "completion_cost", "usage_metadata"), USAGE),
        **dict.fromkeys(
            (f"{sort}_{part}_details" for sort in ("prompt", "completion") for part in ("token", "cost")), USAGE
        ),
        **dict.fromkeys(("inputs_s3_urls", "outputs_s3_urls", "s3_urls", "trace_min_start_time"), ID),
        "lc": RECORDER,
        **dict.fromkeys(("created", "events/*/time"), CLOCK),
        "system_fingerprint": ID,
        "child_runs": "Inner runs; each has its own record, which is compared.",
        "message/type": "How LangChain serialises a message; the message itself is compared.",
        "messages/*/*/type": "How LangChain serialises a message; the message itself is compared.",
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a file with a LangSmith run among its first five records."""
        first = [file.document, *first_records(file, "runs")[:5]]
        return any(_is_run(record) for one in first for record in _unbatched(one))

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield a run for each trace of the file."""
        notes = ImportNotes(file.notes)
        all_records: list[dict[str, Any]] = []
        by_id: dict[str, dict[str, Any]] = {}
        for record in _records(file, notes):
            known = by_id.get(str(record.get("id"))) if isinstance(record, dict) else None
            if known is not None:  # an update of a run that has begun
                update = {key: value for key, value in record.items() if value not in _EMPTY}
                before = replaced(known, {key: value for key, value in update.items() if key not in self.volatile})
                known |= {key: updated(known.get(key), value) for key, value in update.items()}
                known |= {BEFORE_UPDATES: [*known.get(BEFORE_UPDATES, []), compared_part(before)]} if before else {}
            elif _is_run(record):
                all_records.extend(_unnested(record))
                by_id |= {str(one["id"]): one for one in all_records[len(by_id) :] if one.get("id")}
            else:
                notes.count(UNREADABLE)
        if not all_records:
            raise ImportRefused(tr("{path}: no LangSmith run in it", path=file.source.path))
        for trace_id, records in _traces(all_records).items():
            records.sort(
                key=lambda record: (str(record.get("dotted_order") or ""), str(record.get("start_time") or ""))
            )
            root = next((record for record in records if not record.get("parent_run_id")), records[0])
            uses = _uses(records, root)
            spans = [_span(record, record is root, notes, use) for record, use in zip(records, uses, strict=True)]
            events = SpanEvents(spans, self.name, notes)
            yield ImportedRun(
                name=str(root.get("name") or trace_id),
                run_id=trace_id,
                agent=events.agent,
                created=iso_time(root.get("start_time")),
                source={},
                events=_with_feedback(events.read(), root, notes),
                notes=notes,
            )


def _records(file: ForeignFile, notes: ImportNotes) -> Iterator[Any]:
    """Yield the records of a file: runs, and the additions to runs when they ended."""
    if _is_run(file.document) or _is_batch(file.document):
        yield from _unbatched(file.document)
        return
    for _, record in numbered_records(file, notes, "runs"):
        yield from _unbatched(record)


def _is_batch(record: Any) -> bool:
    return isinstance(record, dict) and bool(record) and record.keys() <= {"post", "patch"}


def _unbatched(record: Any) -> list[Any]:
    """Return the records of a batch as clients send it: runs that began, then updates of runs; others unchanged."""
    if not _is_batch(record):
        return [record]
    return [one for name in ("post", "patch") for one in record.get(name) or ()]


def _is_run(record: Any) -> bool:
    return (
        isinstance(record, dict)
        and isinstance(record.get("run_type"), str)
        and any(name in record for name in ("dotted_order", "trace_id", "parent_run_id", "inputs"))
    )


def _unnested(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a run and all runs below it, as records that name their parent."""
    waiting = [record]
    while waiting:
        record = waiting.pop()
        children = record.get("child_runs")
        yield {key: value for key, value in record.items() if key != "child_runs"} if children else record
        own = [child for child in children if _is_run(child)] if isinstance(children, list) else []
        waiting += [{"parent_run_id": record.get("id"), **child} for child in reversed(own)]


def _traces(records: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return the records of each trace, by the trace's id or else by its topmost run."""
    by_id = {str(record["id"]): record for record in records if record.get("id")}
    traces: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        trace_id = record.get("trace_id")
        if not trace_id:
            top = _topmost(record, by_id)
            trace_id = top.get("trace_id") or top.get("id")
        traces.setdefault(str(trace_id), []).append(record)
    return traces


def _topmost(record: dict[str, Any], by_id: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the topmost ancestor of a run; if the parents form a circle, the last one before it closes."""
    top, visited = record, {str(record.get("id"))}
    while (above := by_id.get(str(top.get("parent_run_id")))) is not None and str(above["id"]) not in visited:
        top = above
        visited.add(str(above["id"]))
    return top


def _uses(records: list[dict[str, Any]], root: dict[str, Any]) -> list[dict[str, Any]]:
    """Return tokens and cost of each run: a model's own; the root has the sums, which count if no model has any."""
    uses = [_use(record) if _ROLES.get(str(record.get("run_type"))) == "model" else {} for record in records]
    whole = next(number for number, record in enumerate(records) if record is root)
    for name, value in _use(root).items():
        if all(use.get(name) is None for use in uses):
            uses[whole][name] = value
    return uses


def _use(record: dict[str, Any]) -> dict[str, Any]:
    return {"tokens": _tokens(record, unfolded(record.get("outputs"))), "cost": _number(record.get("total_cost"))}


def _span(record: dict[str, Any], is_root: bool, notes: ImportNotes, use: dict[str, Any]) -> Span:
    kind = str(record.get("run_type"))
    role: Role = "agent" if is_root and kind not in _ROLES else _ROLES.get(kind, "step")
    given = plain(unfolded(record.get("inputs")), notes)
    output = plain(unfolded(record.get("outputs")), notes) or None  # {}: no output was recorded
    given = None if given == _NO_MESSAGES else given
    output = (NO_MESSAGES if role == "model" else None) if output == _NO_MESSAGES else output
    wrong = record.get("error")
    extra = record.get("extra")
    rest = {key: value for key, value in record.items() if key not in _READ_MEMBERS and key not in LangSmith.volatile}
    rest |= {"run_type": kind if kind not in _ROLES and kind != "chain" else None}
    rest |= {"events": _without_times(record.get("events"))}
    others: dict[str, Any] = {}
    if isinstance(output, dict) and output.keys() == {"output"}:
        inner, others = tool_output(output["output"]) if role == "tool" else (step_output(output["output"]), others)
        output = inner if others or role == "tool" else {"output": inner}
    if role == "tool" and not wrong and isinstance(record.get("outputs"), dict):
        wrong = tool_failure(record["outputs"].get("output"))
    what, has_traceback = split_traceback(str(wrong))
    rest |= {"error": wrong} if has_traceback else {}
    rest |= {"answer": {key: value for key, value in others.items() if key not in LangSmith.volatile}}
    rest |= {"generation": _generation(output)} if role == "model" else {}
    meta: dict[str, Any] = {
        "span": record.get("id"),
        **use,
        "model": _model(extra) if isinstance(extra, dict) else None,
    }
    if role == "tool" and isinstance(given, dict) and given.keys() == {"input"}:
        given = unfolded(given["input"])
    sent = _messages(given) if role in ("model", "agent") else []
    beside = {key: value for key, value in given.items() if key != "messages"} if sent else given
    rest |= {"request": beside} if sent and role == "model" else {}
    return Span(
        id=str(record.get("id")),
        parent=str(record["parent_run_id"]) if record.get("parent_run_id") else None,
        role=role,
        name=str(record.get("name") or kind),
        start=iso_time(record.get("start_time")),
        end=iso_time(record.get("end_time")),
        input=given,
        output=output,
        answers=tuple(_answers(output)) if role == "model" else (),
        messages=tuple(sent),
        error=(first_line(what) or "failed") if wrong else None,
        config={"inputs": beside} if role == "agent" and beside else {},
        fields=plain(compared_part({key: value for key, value in rest.items() if value not in _EMPTY}), notes),
        meta={key: value for key, value in meta.items() if value is not None},
    )


NO_MESSAGES = "(no messages)"
_NO_MESSAGES = {"messages": list[Any]()}


def _without_times(events: Any) -> Any:
    """Return the events of a run (start, end, first token) without times."""
    return (
        [
            {name: value for name, value in one.items() if name != "time"} if isinstance(one, dict) else one
            for one in events
        ]
        if isinstance(events, list)
        else events
    )


def _tokens(record: dict[str, Any], output: Any) -> dict[str, int] | None:
    """Return the tokens of a model call, from the first member that has them; None if there are none."""
    extra = record.get("extra")
    metadata = extra.get("metadata") if isinstance(extra, dict) else None
    places = [record, *(place for place in (output, metadata) if isinstance(place, dict))]
    held = (place.get(name) for place in places for name in ("usage_metadata", "usage"))
    usages = [record, *(usage for usage in held if isinstance(usage, dict))]
    match output:
        case {"llm_output": {"token_usage": dict(usage)}}:
            usages.append(usage)
    match output:
        case {"generations": [[{"message": {"kwargs": {"usage_metadata": dict(usage)}}}]]}:
            usages.append(usage)
    for usage in usages:
        details = (("input", "prompt"), ("output", "completion"))
        sent, answered = (
            next((usage[f"{sort}_token_details"] for sort in sorts if f"{sort}_token_details" in usage), None)
            for sorts in details
        )
        counts = {
            "input": usage.get("prompt_tokens", usage.get("input_tokens")),
            "cached": sent.get("cache_read") if isinstance(sent, dict) else None,
            "output": usage.get("completion_tokens", usage.get("output_tokens")),
            "reasoning": answered.get("reasoning") if isinstance(answered, dict) else None,
        }
        if tokens := {name: count for name, count in counts.items() if type(count) is int}:
            return tokens
    return None


def _model(extra: dict[str, Any]) -> str | None:
    settings, metadata = extra.get("invocation_params"), extra.get("metadata")
    names = [settings.get(name) for name in ("model", "model_name")] if isinstance(settings, dict) else []
    names += [metadata.get("ls_model_name")] if isinstance(metadata, dict) else []
    return next((name for name in names if isinstance(name, str) and name), None)


def _messages(given: Any) -> list[Any]:
    """Return the messages in a run's inputs as ``{"role", "content"}``, also those that LangChain has serialised."""
    messages = given.get("messages") if isinstance(given, dict) else None
    if (
        isinstance(messages, list)
        and len(messages) == 1
        and isinstance(messages[0], list)
        and not paired_message(messages[0])
    ):
        messages = messages[0]
    return [paired_message(message) or message for message in messages] if isinstance(messages, list) else []


def _generation(output: Any) -> Any:
    """Return a generation's members other than its message."""
    match output:
        case {"generations": [[{"message": dict(message), **rest}]], **others}:
            kwargs = message.get("kwargs", message)
            content = kwargs.get("content") if isinstance(kwargs, dict) else None
            known = (None, "", content)
            more = {key: value for key, value in rest.items() if value not in known and key != "generation_info"}
            return more | {key: value for key, value in others.items() if value not in (None, [], {}, "LLMResult")}
        case {"choices": list(), **others}:
            return {key: value for key, value in others.items() if value is not None and key not in _OF_ANSWERS}
    return None


def _answers(output: Any) -> list[Any]:
    """Return the messages in a model's output."""
    match output:
        case {"generations": [[{"message": dict(message)}]]} if is_message(message):
            return [message]
        case {"generations": [[{"message": {"kwargs": dict(facts)}}]]}:
            return [{"role": "assistant", **facts}]
        case {"generations": [[{"text": str(text)}]]}:
            return [{"role": "assistant", "content": text}]
        case {"choices": [{"message": dict(message), **choice}]}:
            more = {key: value for key, value in choice.items() if value is not None and (key, value) != ("index", 0)}
            return [{"role": "assistant", **message, **more}]
        case {"messages": [dict(message)]} if is_message(message):
            return [message]
        case {"message": dict(message)} | {"output": dict(message)} if is_message(message):
            return [message]
        case {"content": content} if content not in (None, "", []):
            return [{"role": "assistant", **output}]
    return []


def _with_feedback(
    events: Iterator[ImportedEvent], root: dict[str, Any], notes: ImportNotes
) -> Iterator[ImportedEvent]:
    """Yield the events, then the end of the run and its feedback."""
    count, has_ended = 0, False
    for event in events:
        count, has_ended = count + 1, has_ended or event.kind == END
        yield event
    run = RunBuilder(notes, count)
    run.context = {"time": iso_time(root.get("end_time"))}
    if root.get("error") and not has_ended:
        why = first_line(split_traceback(str(root["error"]))[0])
        run.end(end_after_error(why), why)
    elif root.get("status") == "success" and not has_ended:
        run.end("answered")
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
