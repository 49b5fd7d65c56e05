"""OpenAI's assistants: the steps of a run, with the messages and runs of its thread in the same file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.message_events import decoded, first_line
from replay_gui.core.importers.formats.message_forms import is_message, read_message
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import (
    CLOCK,
    ID,
    USAGE,
    RecordEvents,
    RecordFormat,
    check_size,
    joined_fields,
)
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun
from replay_gui.core.importers.run_builder import End
from replay_gui.core.importers.times import any_time
from replay_gui.core.translation.messages import translatable

_STEP, _MESSAGE, _RUN = "thread.run.step", "thread.message", "thread.run"
_NOT_HERE = "(the message is not in this file)"
_TOKENS = {"input": "prompt_tokens", "output": "completion_tokens", "cached": "prompt_token_details/cached_tokens"}
_ENDS: dict[str, End] = {
    "completed": "answered",
    "failed": "crash",
    "cancelled": "stopped by user",
    "expired": "timeout",
    "incomplete": "limit",
    "requires_action": "open",
    "in_progress": "open",
}
_STATES = ("status", "last_error", "usage")
_OF_STEP = ("object", "type", "step_details", *_STATES)


class OpenAiAssistants(RecordFormat):
    """The importer. A file is one run."""

    name = "openai-assistants"
    title = translatable("OpenAI assistant's run")
    version = 3
    member = "data"
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("id", "run_id", "thread_id", "assistant_id", "message_id", "first_id", "last_id"), ID),
        **dict.fromkeys(("created_at", "started_at", "completed_at", "expires_at", "cancelled_at"), CLOCK),
        **dict.fromkeys(("failed_at", "expired_at", "incomplete_at"), CLOCK),
        "usage": USAGE,
        "has_more": "Whether the list has another page; it says nothing about the run.",
    }

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept records among which are steps of a run."""
        return any(record.get("object") == _STEP and "step_details" in record for record in records)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the steps as one run."""
        check_size(file)
        yield from super().runs(file)

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one run's steps."""
        return _StepEvents(self.name, self.volatile, notes)


class _StepEvents(RecordEvents):
    agent = "OpenAI assistant"
    taken = ("object",)
    _messages: dict[str, dict[str, Any]]  # by their ids
    _made: set[str]  # ids of the messages of a step

    def time_of(self, record: dict[str, Any]) -> int | None:
        return any_time(record.get("created_at"))

    def run_id(self, head: list[dict[str, Any]]) -> str | None:
        run = next((record.get("run_id") for record in head if record.get("object") == _STEP), None)
        return run if isinstance(run, str) else None

    def read(self, records: Iterable[tuple[int, Any]]) -> Iterator[ImportedEvent]:
        """Yield the events of the records, sorted by time: the API lists the newest first."""
        every = list(records)
        known = [record for _, record in every if isinstance(record, dict)]
        self._messages = {str(one.get("id")): one for one in known if one.get("object") == _MESSAGE}
        self._made = {_message_of(one) for one in known if one.get("object") == _STEP}
        order = sorted(every, key=lambda item: ((self._begin(item[1]) or 0), -item[0]))
        yield from super().read(order)

    def _begin(self, record: Any) -> int | None:
        return self.time_of(record) if isinstance(record, dict) else None

    def add_record(self, record: dict[str, Any]) -> None:
        if not self.run.count:
            self.run.agent_init(self.agent, "", {}, assistant_id=record.get("assistant_id"))
        match record.get("object"):
            case str(kind) if kind == _STEP:
                self._step(record)
            case str(kind) if kind == _MESSAGE:
                if str(record.get("id")) not in self._made:  # otherwise the step adds it
                    self._message(record, {})
            case str(kind) if kind == _RUN:
                self.set_model(record.get("model"))
                self.run.bookkeeping(f"{self.format}/run", self.rest(record, "object", "usage"))
                self._ended(record)
            case kind:
                self.add_unknown(kind, record)

    def _step(self, step: dict[str, Any]) -> None:
        details = step.get("step_details")
        details = details if isinstance(details, dict) else {}
        self.run.once = {"tokens": counted_tokens(step.get("usage"), _TOKENS) or None, "model": self._model}
        unusual = [name for name in _STATES[:2] if not _is_usual(name, step.get(name))]
        unusual += ["type"] if step.get("type") != details.get("type") else []
        extra = self.fields(step, *(name for name in _OF_STEP if name not in unusual))
        calls = details.get("tool_calls")
        if isinstance(calls, list):
            ended = any_time(step.get("completed_at"))
            answered = list[tuple[Any, Any]]()
            for call in calls:
                answered += self._call(call if isinstance(call, dict) else {"call": call}, extra)
                extra = {}
            for call_id, output in answered:  # the calls of one step are parallel
                self.add_result(call_id, output, None, {}, time=ended)
        else:
            made = self._messages.get(_message_of(step))
            rest = {**extra, **({"fields": details} if "message_creation" not in details else {})}
            self._message(made, rest) if made is not None else self.add_answer(_NOT_HERE, None, rest)
        self._ended(step)

    def _call(self, call: dict[str, Any], extra: dict[str, Any]) -> list[tuple[Any, Any]]:
        """Add a call; return (its id, its result) in a list, [] if the step has no result."""
        kind = str(call.get("type") or "tool")
        details = call.get(kind)
        details = details if isinstance(details, dict) else {"input": details}
        answer = next((name for name in ("output", "outputs", "results") if details.get(name) is not None), None)
        given = details.get("arguments", details.get("input"))
        rest = self.fields(details, "name", "arguments", "input", "output", "outputs", "results")
        more = joined_fields(extra, self.fields(call, "type", kind), rest)
        self.run.request(call.get("id"), str(details.get("name") or kind), decoded(given), extra=more)
        return [] if answer is None else [(call.get("id"), decoded(details[answer]))]

    def _message(self, record: dict[str, Any], extra: dict[str, Any]) -> None:
        rest = self.fields(record, "object", "role", "content", "status")
        own = {"fields": {**extra.get("fields", {}), **rest.get("fields", {})}} if extra or rest else {}
        shown = {name: record.get(name) for name in ("role", "content")}
        message = read_message(shown) if is_message(shown) else None
        content = record.get("content") if message is None else message.content
        if notes := _annotations(record.get("content")):
            own = {"fields": {**own.get("fields", {}), "annotations": notes}}
        if record.get("role") == "assistant":
            self.add_answer(content, None, own)
        else:
            self.add_message(str(record.get("role")), content, own)

    def _ended(self, record: dict[str, Any]) -> None:
        error, how = record.get("last_error"), _ENDS.get(str(record.get("status")))
        if isinstance(error, dict):
            self.run.error(str(error.get("code") or "error"), str(error.get("message") or "failed"), self.agent)
        why = first_line(error.get("message")) or None if isinstance(error, dict) else None
        self.how = None if how is None else (how, why)


def _is_usual(name: str, value: Any) -> bool:
    """Whether a state is already clear from the end of the run, or from an error."""
    return str(value) in _ENDS if name == "status" else value is None or isinstance(value, dict)


def _annotations(content: Any) -> list[Any]:
    """Return the annotations of a message's texts, such as quoted files."""
    texts = [part.get("text") for part in content if isinstance(part, dict)] if isinstance(content, list) else []
    return [text["annotations"] for text in texts if isinstance(text, dict) and text.get("annotations")]


def _message_of(step: dict[str, Any]) -> str:
    """Return the id of the message that a step created; "" if there is none."""
    details = step.get("step_details")
    made = details.get("message_creation") if isinstance(details, dict) else None
    return str(made.get("message_id")) if isinstance(made, dict) else ""
