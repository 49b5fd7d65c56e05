"""Chat messages as OpenAI, Anthropic and their like exchange them: an array, lines, or inside ``{"messages": […]}``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.message_forms import Message, is_message, read_message
from replay_gui.core.importers.formats.records import CLOCK, ID, USAGE, RecordEvents, numbered_records
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.times import any_time

_MAX_LOOKED_AT = 50  # messages by which a file is recognised
_TIMES = ("timestamp", "time", "created_at", "created", "ts")


class ChatMessages:
    """The importer. A list of messages is one run; a file of lines with a list each has a run a line."""

    name = "chat-messages"
    title = "chat messages"
    version = 2
    volatile: ClassVar[Mapping[str, str]] = {
        "id": ID,
        "uuid": ID,
        "message_id": ID,
        **dict.fromkeys(_TIMES, CLOCK),
        "usage": USAGE,
        "usage_metadata": USAGE,
        "response_metadata": USAGE,
        "cache_control": "the provider's cache",
        "signature": "a signature",
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a JSON document with a list of messages, or lines that are messages or lists of them."""
        return self._holds_messages(file.document) or self._is_lines(file)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield one run for a list of messages, and one a line where each line holds a list."""
        notes = ImportNotes(file.notes)
        name = file.stem
        if self._holds_messages(file.document):
            whole = file.document if isinstance(file.document, dict) else {}
            messages = whole.get("messages", file.document)
            yield self._run(name, whole, enumerate(messages, 1), notes)
        elif self._is_lines(file) and self._holds_messages(file.first_lines[0]):
            for number, record in numbered_records(file, notes):
                if self._holds_messages(record):
                    own = ImportNotes(notes)
                    yield self._run(f"{name} {number}", record, enumerate(record["messages"], 1), own)
        elif self._is_lines(file):
            yield self._run(name, {}, numbered_records(file, notes), notes)
        else:
            raise ImportRefused(f"{file.source.path}: no chat messages in it")

    def _run(
        self, name: str, whole: dict[str, Any], messages: Iterator[tuple[int, Any]], notes: ImportNotes
    ) -> ImportedRun:
        events = ChatMessageEvents(self.name, self.volatile, notes)
        setting = events.fields(whole, "messages").get("fields", {})
        if isinstance(system := whole.get("system"), str | list):
            setting.pop("system")
            messages = iter([(0, {"role": "system", "content": system}), *messages])
        events.begin(setting)
        return events.imported_run(name, messages)

    def _holds_messages(self, document: Any) -> bool:
        messages = document.get("messages") if isinstance(document, dict) else document
        if not isinstance(messages, list) or not messages:
            return False
        read = [message for message in messages[:_MAX_LOOKED_AT] if is_message(message)]
        return len(read) * 2 > len(messages[:_MAX_LOOKED_AT]) and any("role" in message for message in read)

    def _is_lines(self, file: ForeignFile) -> bool:
        lines = [line for line in file.first_lines if line is not None]
        if not lines or file.document is not None:
            return False
        return self._holds_messages(lines) or all(self._holds_messages(line) for line in lines)


class ChatMessageEvents(RecordEvents):
    """Makes events of messages: who said what, the calls of tools and what they led to."""

    def __init__(self, format: str, volatile: Mapping[str, str], notes: ImportNotes) -> None:
        super().__init__(format, volatile, notes)
        self._begun = False
        self._open: list[str] = []  # calls that wait for their result, oldest first

    def time_of(self, record: dict[str, Any]) -> int | None:
        """The time that a message states, in nanoseconds since 1970; None if it states none."""
        return next((time for name in _TIMES if (time := any_time(record.get(name))) is not None), None)

    def begin(self, setting: dict[str, Any]) -> None:
        """Add the first event; `setting`: what is known of the run beside its messages."""
        self._begun = True
        self.run.agent_init(self.agent, "", setting)

    def record(self, record: dict[str, Any]) -> None:
        """Add the events of one message; other records are kept as unknown ones."""
        if not self._begun:
            self.begin({})
        if not is_message(record):
            self.unknown(record.get("type") or record.get("role"), record)
            return
        message = read_message(record)
        extra = self.fields(message.rest, "model")
        self.run.context |= {"message_id": record.get("id")}
        self.uses_model(message.rest.get("model"))
        self.run.once = _use(record.get("usage"))
        if message.role == "assistant":
            self._assistant(message, extra)
        else:
            self._other(message, self._request_calls(message, extra))

    def _assistant(self, message: Message, extra: dict[str, Any]) -> None:
        if message.content is not None or message.reasoning or not message.calls:
            self.run.context["parent"] = self.answered(message.content, message.reasoning, extra)
            extra = {}
        self._request_calls(message, extra)

    def _request_calls(self, message: Message, extra: dict[str, Any]) -> dict[str, Any]:
        """Add the calls of a message; return what of `extra` no call has taken."""
        for call in message.calls:
            call_id = call.id or f"call {self.run.count}"
            self._open.append(call_id)
            more = extra | self.fields({"call": call.rest})
            self.run.request(call_id, call.name, call.input, extra=more, tool_call_id=call.id)
            extra = {}
        return extra

    def _other(self, message: Message, extra: dict[str, Any]) -> None:
        if message.results and message.role not in ("user", "tool"):
            extra = extra | {"role": message.role}
        for result in message.results:
            call_id = result.id or (self._open[0] if self._open else None)
            if call_id is None:  # the program ran something that was not asked for by a call
                self.said(message.role, result.output, extra)
                extra = {}
                continue
            if call_id in self._open:
                self._open.remove(call_id)
            failed = result.error or (isinstance(result.output, str) and result.output.startswith("Error"))
            error = (first_line(result.output) or "failed") if failed else None
            self.result(call_id, result.output, error, extra, tool_call_id=result.id)
            extra = {}
        if message.content is not None or not message.results:
            self.said(message.role, message.content, extra)


def _use(usage: Any) -> dict[str, Any]:
    """Tokens of one answer; of Anthropic's what was read from the cache or written to it is part of the input."""
    if not isinstance(usage, dict):
        return {}
    counts = {name: value for name, value in usage.items() if type(value) is int}
    if "prompt_tokens" in counts:
        details = usage.get("prompt_tokens_details")
        cached = details.get("cached_tokens") if isinstance(details, dict) else None
        tokens = {"input": counts["prompt_tokens"], "output": counts.get("completion_tokens", 0)}
        return {"tokens": tokens | ({"cached": cached} if type(cached) is int else {})}
    read, written = counts.get("cache_read_input_tokens", 0), counts.get("cache_creation_input_tokens", 0)
    if not counts.keys() & {"input_tokens", "output_tokens"}:
        return {}
    sent = counts.get("input_tokens", 0) + read + written
    return {"tokens": {"input": sent, "cached": read, "output": counts.get("output_tokens", 0)}}
