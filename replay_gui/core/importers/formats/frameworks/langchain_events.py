"""The output of LangChain's `astream_events`, one event per line: starts and ends of models, tools and steps.

It has no times. The event at the end of a model call repeats the whole answer; if it is missing, the answer is built
from its pieces.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.message import Message
from replay_gui.core.importers.formats.message_forms import is_message, read_message
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import (
    HOST,
    ID,
    USAGE,
    RecordEvents,
    RecordFormat,
    as_fields,
    as_map,
    maps_in,
)
from replay_gui.core.importers.formats.sent_events import are_sent, first_sent, numbered_sent
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.run_builder import End, end_after_error
from replay_gui.core.log.kinds import Kind
from replay_gui.core.translation.messages import translatable

PIECES = translatable("pieces of answers, put together; they mostly stand in the file whole, too")
_EVENT = ("event", "run_id")
_SERVER = "server"  # in place of a run's id: of the parts that the server adds
_MODELS, _MODEL_ENDS = ("on_chat_model_start", "on_llm_start"), ("on_chat_model_end", "on_llm_end")
_STREAMS = ("on_chat_model_stream", "on_llm_stream")
_TOKENS = {
    "input": "input_tokens",
    "output": "output_tokens",
    "cached": "input_token_details/cache_read",
    "reasoning": "output_token_details/reasoning",
}
_ENDS: dict[str, End] = {"stop": "answered", "end_turn": "answered", "length": "limit", "max_tokens": "limit"}


class LangChainEvents(RecordFormat):
    """The importer. A file is one run."""

    name = "langchain-events"
    title = translatable("LangChain events")
    version = 2
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("run_id", "parent_ids", "id", "tool_call_id"), ID),
        "usage_metadata": USAGE,
        "chunk": "A piece of an answer; the whole answer is compared.",
    }
    volatile_within: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("thread_id", "checkpoint_ns", "langgraph_checkpoint_ns", "checkpoint_id", "ls_run_id"), ID),
        **dict.fromkeys(("system_fingerprint", "token_usage", "request_id"), USAGE),
        "langgraph_api_url": HOST,
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept events, one per line, or as a server sent them."""
        return super().recognises(file) or (are_sent(file) and self.is_format(_first_sent(file)))

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the file as one run."""
        if not are_sent(file):
            yield from super().runs(file)
            return
        events = self.events(notes := ImportNotes(file.notes))
        run_id = events.run_id(_first_sent(file)) or file.stem
        records = ((number, one) for number, part in numbered_sent(file, notes) for one in _of_server([part]))
        yield events.imported_run(run_id, records)

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept records of events with a `run_id`, whose names begin with ``on_``."""
        first = records[:5]
        return any(isinstance(record.get("data"), dict) for record in first) and all(
            all(name in record for name in _EVENT) and str(record["event"]).startswith("on_") for record in first
        )

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one stream's events."""
        return _StreamEvents(self.name, self.volatile, notes, self.volatile_within)


def _first_sent(file: ForeignFile) -> list[dict[str, Any]]:
    return [record for record in _of_server(first_sent(file)) if record["run_id"] != _SERVER]


def _of_server(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the events in parts that a server sent; its own parts, other than ids, become events."""
    records = []
    for part in parts:
        data = part["data"]
        if isinstance(data, dict) and {*_EVENT} <= data.keys():
            records.append(data)
        elif part["event"] == "error":
            about = as_map(data)
            why = about.get("message") or about.get("error") or data
            records.append({"event": "server_error", "run_id": _SERVER, "data": {"error": str(why)}})
        elif part["event"] != "metadata":
            records.append({"event": part["event"], "run_id": _SERVER, "data": data})
    return records


class _StreamEvents(RecordEvents):
    agent = "LangChain"
    _has_answered = False  # whether the last answer has no tool call

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._known_messages = set[str]()  # messages in the run, as JSON
        self._open_calls: list[tuple[str, str, str]] = []  # calls whose tool has not begun: (id, name, input as JSON)
        self._calls: dict[str, str] = {}  # by the id of the tool's run, the id of the call
        self._pieces: dict[str, list[str]] = {}  # by the id of the model's run, its answer so far
        self._first: dict[str, dict[str, Any]] = {}  # its first event's other members, and its input

    def run_id(self, head: list[dict[str, Any]]) -> str | None:
        run = head[0].get("run_id") if head else None
        return run if isinstance(run, str) else None

    def add_record(self, record: dict[str, Any]) -> None:
        if not self.run.count:
            self.run.agent_init(str(record.get("name") or self.agent), "", {})
        data, kind, run = record.get("data", {}), str(record.get("event")), str(record.get("run_id"))
        data = data if isinstance(data, dict) else {"data": data}
        self.run.context["run_id"] = run
        extra = self._about(run, record, data)
        match kind:
            case _ if kind in _STREAMS:
                self.notes.count(PIECES)
                chunk = data.get("chunk")
                text = read_message(chunk).content if isinstance(chunk, dict) and is_message(chunk) else chunk
                self._pieces.setdefault(run, []).append(text if isinstance(text, str) else "")
                if extra:
                    self.run.bookkeeping(f"{self.format}/{kind}", extra["fields"])
            case _ if kind in _MODELS:
                self._add_input(data.get("input"))
                sent = {"name": record.get("name"), "input": self._compared_part(data.get("input"))}
                self.run.bookkeeping(f"{self.format}/{kind}", {**sent, **extra.get("fields", {})})
            case _ if kind in _MODEL_ENDS:
                self._pieces.pop(run, None)
                self._answer(data.get("output"), extra)
            case "on_tool_start":
                self._tool(run, str(record.get("name") or "tool"), data.get("input"), extra)
            case "on_tool_end" | "on_tool_error":
                self._result(run, record, data, extra, failed=kind == "on_tool_error")
            case "on_retriever_end":
                read = {"key": str(record.get("name")), "query": self._first[run]["input"], "value": data.get("output")}
                self.run.add(Kind.MEMORY_READ, {**read, **extra})
            case _ if kind.endswith("_error"):
                self.run.error(kind, str(data.get("error") or kind), str(record.get("name") or self.agent), extra)
                error = str(data.get("error") or kind)
                self.how = end_after_error(error), error
            case _:
                self._step(kind, record, data, extra)

    def _about(self, run: str, record: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
        """Return an event's members other than its data, and its input, without those in the run's first event."""
        members = {**self.rest(record, "event", "data"), "input": data.get("input")}
        more = self.rest(data, "input", "output", "error", "chunk")
        first = self._first.setdefault(run, members)
        if first is members:
            members = {key: value for key, value in members.items() if key not in ("name", "input")}
        else:
            members = {key: value for key, value in members.items() if first.get(key) != value and value is not None}
        return {"fields": {**members, **more}} if members or more else {}

    def add_end(self) -> None:
        for run, pieces in self._pieces.items():
            self.add_answer("".join(pieces), None, {"fields": {"pieces": True, "name": self._first[run].get("name")}})

    def _step(self, kind: str, record: dict[str, Any], data: dict[str, Any], extra: dict[str, Any]) -> None:
        """Add the start or the end of a step; the first step's input holds the user's message."""
        if kind == "on_chain_start" and not record.get("parent_ids"):
            self._add_input(data.get("input"))
        if kind == "on_chain_end" and not record.get("parent_ids") and self.how is None and self._has_answered:
            self.how = "answered", None
        step_data = {
            name: self._compared_part(data[name]) for name in ("input", "output", "chunk") if data.get(name) is not None
        }
        self.run.bookkeeping(
            f"{self.format}/{kind}", {"name": record.get("name"), **step_data, **extra.get("fields", {})}
        )

    def _add_input(self, given: Any) -> None:
        """Add the new messages in the input of a model or a graph."""
        for value in _messages(given):
            message = read_message(value)
            if message.role in ("assistant", "tool") or self._is_known(message):
                continue
            self.add_message(message.role, message.content, {"fields": message.rest} if message.rest else {})

    def _is_known(self, message: Message) -> bool:
        key = json.dumps([message.role, message.content], default=str)
        is_known = key in self._known_messages
        self._known_messages.add(key)
        return is_known

    def _answer(self, output: Any, extra: dict[str, Any]) -> None:
        is_content = isinstance(output, dict) and "content" in output and not {"type", "role", "lc"} & output.keys()
        messages = [{"type": "ai", **output}] if is_content else _messages(output)
        if not messages:
            self.add_answer(output if isinstance(output, str) else None, None, extra | {"output": output})
            return
        for value in messages:
            about = value.get("response_metadata")
            about = about if isinstance(about, dict) else {}
            self.set_model(about.get("model_name", about.get("model")))
            self.run.once = {"tokens": counted_tokens(value.get("usage_metadata"), _TOKENS) or None}
            message = read_message(value)
            rest = self._rest(value, len(message.calls))
            own = {"fields": {**extra.get("fields", {}), **rest}}
            if message.content or message.reasoning or not message.calls:
                self.run.context["parent"] = self.add_answer(message.content, message.reasoning, own)
                own = {}
            for call in message.calls:
                call_id = call.id or f"call {self.run.count}"
                self._open_calls.append((call_id, call.name, _key(call.input)))
                self.run.request(call_id, call.name, call.input, extra=own, tool_call_id=call.id)
                own = {}
            how = _ENDS.get(str(about.get("finish_reason", about.get("stop_reason"))))
            self._has_answered = not message.calls
            self.how = None if how is None or message.calls else (how, None)

    def _rest(self, message: dict[str, Any], calls: int) -> dict[str, Any]:
        """Return the members of a message that its event does not have; `calls`: the number of calls in the event."""
        rest = {key: self._compared_part(value) for key, value in message.items() if not _is_shown(key, value, calls)}
        return {key: value for key, value in rest.items() if value not in (None, "", [], {}, False)}

    def _tool(self, run: str, name: str, given: Any, extra: dict[str, Any]) -> None:
        """Add the start of a tool, usually for a call in a model's answer."""
        same = [call for call in self._open_calls if call[1] == name and call[2] == _key(given)]
        found = same or [call for call in self._open_calls if call[1] == name]
        if found:
            self._open_calls.remove(found[0])
            self._calls[run] = found[0][0]
            changed = {} if same else {"input": given}
            self.run.bookkeeping(f"{self.format}/on_tool_start", {"name": name, **changed, **extra.get("fields", {})})
        else:
            self._calls[run] = run
            self.run.request(run, name, given, extra=extra)

    def _result(
        self, run: str, record: dict[str, Any], data: dict[str, Any], extra: dict[str, Any], failed: bool
    ) -> None:
        output = data.get("output")
        message = read_message(output) if isinstance(output, dict) and is_message(output) else None
        result = message.results[0] if message is not None and message.results else None
        call_id = self._calls.pop(run, None) or (result.id if result is not None else None) or run
        error = str(data.get("error") or "failed") if failed else None
        if isinstance(output, dict) and result is not None:
            error = error or result.failure
            own = {key: value for key, value in self._rest(output, 0).items() if (key, value) != ("name", result.name)}
            own |= {"name": result.name} if result.name != record.get("name") else {}
            rest = {**extra.get("fields", {}), **own}
            extra = as_fields(rest)
        output_value = output if result is None else result.output
        self.add_result(call_id, output_value, error, extra, tool_name=record.get("name"))


def _is_shown(name: str, value: Any, calls: int) -> bool:
    """Whether the event of a message shows this member."""
    if name == "tool_calls" and isinstance(value, list):
        usual = [call for call in maps_in(value) if call.get("type", "tool_call") == "tool_call"]
        return len(value) == len(usual) == calls
    if name == "status":
        return value in ("success", "error")
    return name in ("content", "type", "role", *LangChainEvents.volatile)


def _messages(given: Any) -> list[dict[str, Any]]:
    """Return the messages in a step's input or output: one, a list, lists of lists, or within a state."""
    if is_message(given):
        return [given]
    if isinstance(given, dict):
        inner = given.get("messages", given.get("generations"))
        return _messages(inner) if inner is not None else _messages(given.get("message"))
    return [message for item in given for message in _messages(item)] if isinstance(given, list) else []


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)
