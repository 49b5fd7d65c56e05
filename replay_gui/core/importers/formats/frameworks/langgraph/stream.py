"""The output of LangGraph's `stream`, one item per line: ``updates`` of nodes, ``debug`` tasks, ``values`` (states).

With several modes, each line is ``[mode, data]``, or ``[namespace, mode, data]`` with subgraphs; a server sends
``{"event": mode, "data": …}``, and messages as they grow (``messages/partial``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, ClassVar

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.chats.chat_messages import ChatMessageEvents, ChatMessages
from replay_gui.core.importers.formats.frameworks.langgraph.chunks import is_chunk, joined, whole
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.message_forms import is_message, read_message
from replay_gui.core.importers.formats.records import CLOCK, ID, as_map, numbered_records
from replay_gui.core.importers.formats.sent_events import are_sent, first_sent, numbered_sent
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.run_builder import end_after_error

_MODES = ("updates", "values", "debug", "tasks")
_ASIDES = ("metadata", "messages/metadata", "custom", "error", "end", "feedback")
_TASKS = ("task", "task_result", "checkpoint")


class LangGraphStream:
    """The importer. A file is one run: each message of a node once; the rest of a state is bookkeeping."""

    name = "langgraph-stream"
    title = "LangGraph stream"
    version = 2
    volatile: ClassVar[Mapping[str, str]] = {
        **ChatMessages.volatile,
        **dict.fromkeys(("triggers", "interrupts", "tool_call_id", "run_id", "thread_id"), ID),
        "timestamp": CLOCK,
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept lines that all have a form of the stream, if one of them has messages."""
        is_sent = are_sent(file)
        lines = first_sent(file) if is_sent else [line for line in file.first_lines if line is not None]
        if is_sent:
            pass
        elif (
            file.document is not None or len(lines) < 2
        ):  # a single line counts only in a form that no other format has
            lines = [file.document if file.document is not None else line for line in lines[:1]]
            if not all(map(_is_task, lines)):
                return False
        parsed = [_parts(line) for line in lines]
        if not all(part is not None for part in parsed):
            return False
        messages = [one for part in parsed if part is not None for _, written in part[1] for one in _messages(written)]
        are_of_langchain = all(is_message(message) and "role" not in message for message in messages)
        return bool(messages) and are_of_langchain and _grow(lines)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the stream as one run."""
        notes = ImportNotes(file.notes)
        events = _LangGraphStreamEvents(self.name, self.volatile, notes)
        yield events.imported_run(file.stem, (numbered_sent if are_sent(file) else numbered_records)(file, notes))


def _grow(lines: list[Any]) -> bool:
    """Whether each state has all messages of the state before; otherwise they can be of several conversations."""
    states = [line["messages"] for line in lines if isinstance(line, dict) and isinstance(line.get("messages"), list)]
    return all(after[: len(before)] == before for before, after in pairwise(states))


def _is_task(record: Any) -> bool:
    """Whether a record is a task of a debug stream, with its triggers."""
    match record:
        case {"type": str(kind), "payload": {"triggers": list()}}:
            return kind in _TASKS
    return False


def _parts(record: Any) -> tuple[dict[str, Any], list[tuple[str, Any]]] | None:
    """Return (the line's own members, the writes of each node); None for a line of another form."""
    match record:
        case {"event": str(event), "data": data}:
            mode, _, namespace = event.partition("|")
            about = {"namespace": namespace} if namespace else {}
            if mode in ("messages/partial", "messages/complete") and isinstance(data, list):
                return about, [(mode, {"messages": data})]
            if mode == "messages":
                return _chunk(data, about)
            if mode in _ASIDES:
                if mode == "messages/metadata":  # by message, about the node that wrote it
                    data = [as_map(as_map(one).get("metadata")).get("langgraph_node") for one in as_map(data).values()]
                return {"type": mode, **about, "data": data}, []
            return _of_mode(mode, data, about) if mode in _MODES else None
        case ["messages", data]:
            return _chunk(data, {})
        case [list(namespace), "messages", data]:
            return _chunk(data, {"namespace": namespace} if namespace else {})
        case [dict(), dict(about)] if "langgraph_node" in about:
            return _chunk(record, {})
        case [str(mode), data] if mode in _MODES:
            return _of_mode(mode, data, {})
        case [list(namespace), str(mode), data] if mode in _MODES:
            return _of_mode(mode, data, {"namespace": namespace} if namespace else {})
        case {"type": str(kind), "payload": dict()} if kind in _TASKS:
            return _of_mode("debug", record, {})
        case {"messages": list()}:
            return _of_mode("values", record, {})
        case dict() if record:
            return _of_mode("updates", record, {})
    return None


def _chunk(item: Any, about: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[str, Any]]] | None:
    """Return a message, or a piece of one, that comes with the facts about its node."""
    match item:
        case [dict(message), dict()] if is_message(message):
            return about, [("messages", {"messages": [message]})]
    return None


def _of_mode(mode: str, data: Any, about: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[str, Any]]] | None:
    if not isinstance(data, dict):
        return None
    if mode == "values":
        return about, [("state", data)]
    if mode == "updates":
        known = all(name == "__interrupt__" or update is None or _is_update(update) for name, update in data.items())
        return (about, [*data.items()]) if known else None
    payload = data.get("payload", data)
    if not isinstance(payload, dict):
        return None
    about |= {name: data[name] for name in ("step", "timestamp", "type") if name in data}
    written = [(name, payload[name]) for name in ("input", "result", "values") if name in payload]
    rest = {name: member for name, member in payload.items() if name not in ("input", "result", "values", "id")}
    return {**about, **rest}, written


def _is_update(update: Any) -> bool:
    return isinstance(update, dict) and "messages" in update


def _messages(written: Any) -> list[Any]:
    """Return the messages that a node wrote, as an object or as pairs of (channel, value)."""
    if isinstance(written, list):
        written = dict(pair for pair in written if isinstance(pair, list) and len(pair) == 2 and pair[0] == "messages")
    messages = written.get("messages") if isinstance(written, dict) else None
    messages = [messages] if isinstance(messages, dict) else messages
    return messages if isinstance(messages, list) else []


class _LangGraphStreamEvents(ChatMessageEvents):
    agent = "langgraph"

    def __init__(self, format: str, volatile: Mapping[str, str], notes: ImportNotes) -> None:
        super().__init__(format, volatile, notes)
        self._known_messages: set[str] = set()  # messages in the run, as JSON
        self._growing: dict[Any, dict[str, Any]] = {}  # by id, messages that may not be whole

    def read(self, records: Any) -> Any:
        """Yield the events of numbered lines, some of which are arrays."""
        return super().read((number, one if isinstance(one, dict) else {"line": one}) for number, one in records)

    def add_record(self, record: dict[str, Any]) -> None:
        if not self.run.count:
            self.begin({})
        line = record["line"] if record.keys() == {"line"} and isinstance(record["line"], list) else record
        parts = _parts(line)
        if parts is None:
            self.add_unknown(None, record)
            return
        about, written = parts
        messages = [message for _, update in written for message in _messages(update) if isinstance(message, dict)]
        if messages and written[0][0] in ("messages", "messages/partial") and self._grows(messages[-1], written[0][0]):
            return
        if messages:
            self._end_growing({message.get("id") for message in messages})
        if about.get("type") == "error" and not written:
            self._failed(about)
            return
        for name, update in written:
            self._add_written(name, update)
        if isinstance(about.get("data"), dict):
            about["data"] = self.rest(about["data"])
        rest = {name: _without_messages(update) for name, update in written}
        members = self.fields({**about, **{name: update for name, update in rest.items() if update}}, "metadata")
        if members:
            self.run.bookkeeping(f"{self.format}/{about.get('type') or 'update'}", members["fields"])

    def add_end(self) -> None:
        self._end_growing(set())
        super().add_end()

    def _grows(self, message: dict[str, Any], mode: str) -> bool:
        """Keep a message that is not whole; return False if it is whole."""
        known = self._growing.get(message.get("id"))
        if mode == "messages/partial":
            self._growing[message.get("id")] = message
        elif is_chunk(message):
            self._growing[message.get("id")] = joined(known, message)
        else:
            return False
        return True

    def _end_growing(self, ids: set[Any]) -> None:
        """Add the messages that grew, except those of these ids: other messages repeat them."""
        grown, self._growing = self._growing, {}
        for message in grown.values():
            if message.get("id") not in ids:
                message = whole(message) if "tool_call_chunks" in message else message
                self._add_written("messages", {"messages": [message]})

    def _failed(self, about: dict[str, Any]) -> None:
        self._end_growing(set())
        data = as_map(about.get("data"))
        why = str(data.get("message") or data.get("error") or about.get("data") or "failed")
        extra = self.fields({**about, "data": self.rest(data, "message", "error")}, "type")
        self.run.error(str(data.get("error") or "error"), why, self.agent, extra)
        self.how = end_after_error(why), first_line(why)

    def _add_written(self, name: str, update: Any) -> None:
        for message in _messages(update):
            if not is_message(message):
                self.add_unknown("message", {"node": name, "message": message})
                continue
            read = read_message(message)
            results = [result.output for result in read.results]
            calls = [[call.name, call.input, call.id, call.rest] for call in read.calls]
            words = [read.role, read.content, read.reasoning, results, calls, self.fields(read.rest)]
            key = json.dumps(words, sort_keys=True, default=str)
            if key not in self._known_messages:
                self._known_messages.add(key)
                super().add_record(message)


def _without_messages(update: Any) -> Any:
    """Return what a node wrote, without messages."""
    if isinstance(update, list):
        kept = [pair for pair in update if not (isinstance(pair, list) and pair[:1] == ["messages"])]
        return kept if all(isinstance(pair, list) for pair in kept) else None if _messages(update) else kept
    if not isinstance(update, dict):
        return update
    return {name: member for name, member in update.items() if name != "messages"}
