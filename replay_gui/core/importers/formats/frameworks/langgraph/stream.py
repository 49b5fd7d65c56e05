"""The output of LangGraph's `stream`, one item per line: ``updates`` of nodes, ``debug`` tasks, ``values`` (states).

With several modes, each line is ``[mode, data]``, or ``[namespace, mode, data]`` with subgraphs; a server sends
``{"event": mode, "data": …}``, and messages as they grow (``messages/partial``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.chats.chat_messages import ChatMessageEvents, ChatMessages
from replay_gui.core.importers.formats.frameworks.langgraph.chunks import is_chunk, joined, whole
from replay_gui.core.importers.formats.frameworks.langgraph.stream_parts import (
    MESSAGES,
    Item,
    are_items,
    changes_in,
    is_task,
    item_of,
    other_parts,
    written_messages,
)
from replay_gui.core.importers.formats.frameworks.langgraph.values import question_of, question_text
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.message_forms import is_message, read_message
from replay_gui.core.importers.formats.records import CLOCK, ID, as_fields, as_map, numbered_records
from replay_gui.core.importers.formats.sent_events import are_sent, first_sent, numbered_sent
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.run_builder import end_after_error
from replay_gui.core.log.kinds import Kind
from replay_gui.core.translation.messages import translatable

_MAX_FIRST = 20  # items of an array that are examined


class LangGraphStream:
    """The importer. A file is one run: each message of a node once; the rest of a state is bookkeeping."""

    name = "langgraph-stream"
    title = translatable("LangGraph stream")
    version = 3
    volatile: ClassVar[Mapping[str, str]] = {
        **ChatMessages.volatile,
        **dict.fromkeys(("triggers", "interrupts", "tool_call_id", "run_id", "thread_id"), ID),
        "timestamp": CLOCK,
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept lines, an array or server-sent events that all have a form of the stream, and a sign of it."""
        if are_sent(file):
            return are_items(first_sent(file))
        if isinstance(file.document, list):
            listed = [file.document] if item_of(file.document) is not None else file.document
            return bool(listed) and are_items(listed[:_MAX_FIRST])
        lines = [file.document] if file.document is not None else [one for one in file.first_lines if one is not None]
        if len(lines) < 2:  # a single line counts only in a form that no other format has
            return all(map(is_task, lines)) and are_items(lines)
        return are_items(lines)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the stream as one run."""
        notes = ImportNotes(file.notes)
        events = _LangGraphStreamEvents(self.name, self.volatile, notes)
        is_one = isinstance(file.document, list) and item_of(file.document) is not None  # a line that is an array
        listed = numbered_sent if are_sent(file) else numbered_records
        yield events.imported_run(file.stem, [(1, file.document)] if is_one else listed(file, notes))


class _LangGraphStreamEvents(ChatMessageEvents):
    agent = "langgraph"

    def __init__(self, format: str, volatile: Mapping[str, str], notes: ImportNotes) -> None:
        super().__init__(format, volatile, notes)
        self._known_messages: dict[str, set[Any]] = {}  # messages in the run, as JSON: their ids, None if without
        self._growing: dict[Any, dict[str, Any]] = {}  # by id, messages that may not be whole
        self._channels: dict[tuple[str, str], str] = {}  # by (namespace, channel), the last value as JSON
        self._asked: Any = None  # the question of the last interrupt

    def read(self, records: Any) -> Any:
        """Yield the events of numbered lines, some of which are arrays."""
        return super().read((number, one if isinstance(one, dict) else {"line": one}) for number, one in records)

    def add_record(self, record: dict[str, Any]) -> None:
        if not self.run.count:
            self.begin({})
        line = record["line"] if record.keys() == {"line"} and isinstance(record["line"], list) else record
        item = item_of(line)
        if item is None:
            self.add_unknown(None, record)
            return
        written = [pair for name, value in item.written for pair in written_messages(name, value, item.mode)]
        messages = [message for _, message in written if isinstance(message, dict)]
        if messages and item.mode in ("messages", "messages/partial") and self._grows(messages[-1], item.mode):
            return
        if messages:
            self._end_growing({message.get("id") for message in messages})
        if item.mode == "error":
            self._failed(item.about)
            return
        self._add_item(item, written)

    def _add_item(self, item: Item, messages: list[tuple[str, Any]]) -> None:
        """Add the messages that nodes wrote, what else they wrote, and what stands beside it."""
        if item.written and not item.mode.startswith("messages"):
            self.how = None
        for channel, message in messages:
            self._add_message(channel, message)
        namespace = str(item.about.get("namespace") or "")
        for node, channel, value in changes_in(item):
            self._write(namespace, node, channel, self.rest({"value": value}).get("value"))
        about = other_parts(item)
        if isinstance(about.get("data"), dict):
            about["data"] = self.rest(about["data"])
        if item.mode in ("tasks", "debug") and isinstance(error := about.pop("error", None), str):
            self.run.error("node_error", error, str(about.get("name") or self.agent))
            self.how = end_after_error(error), first_line(error)
        questions = [value for name, value in item.written if name == "__interrupt__"] + [about.pop("interrupts", None)]
        if members := self.fields(about, "metadata"):
            kind = "update" if item.mode in ("updates", "values") else about.get("type") or item.mode
            self.run.bookkeeping(f"{self.format}/{kind}", members["fields"])
        for question in filter(None, questions):
            self._interrupted(question_of(question))

    def _write(self, namespace: str, node: str, channel: str, value: Any) -> None:
        """Add a new value of a channel, if it differs from the last one."""
        key = json.dumps(value, sort_keys=True, default=str)
        known = self._channels.get((namespace, channel))
        if not node and (known == key or (known is None and value in (None, [], {}))):  # a state repeats all channels
            return
        self._channels[namespace, channel] = key
        payload = {"transition_type": f"write {channel}", "value": value, **as_fields({"node": node} if node else {})}
        self.run.add(Kind.STATE_TRANSITION, payload)

    def _interrupted(self, question: Any) -> None:
        """Add that the graph asked the user, and stopped; several modes tell it."""
        text = question_text(question)
        if question != self._asked:
            self._asked = question
            self.run.interrupted(text, self.agent, as_fields({"value": question}))
        self.how = "handed over", f"interrupt: {text}"

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
                self._add_message(MESSAGES, message)

    def _failed(self, about: dict[str, Any]) -> None:
        self._end_growing(set())
        data = as_map(about.get("data"))
        why = str(data.get("message") or data.get("error") or about.get("data") or "failed")
        extra = self.fields({**about, "data": self.rest(data, "message", "error")}, "type")
        self.run.error(str(data.get("error") or "error"), why, self.agent, extra)
        self.how = end_after_error(why), first_line(why)

    def _add_message(self, channel: str, message: Any) -> None:
        if not is_message(message):
            self.add_unknown("message", {"channel": channel, "message": message})
            return
        read = read_message(message)
        results = [[result.id, result.output] for result in read.results]
        calls = [[call.name, call.input, call.id, call.rest] for call in read.calls]
        words = [read.role, read.content, read.reasoning, results, calls, self.fields(read.rest)]
        key = json.dumps(words, sort_keys=True, default=str)
        if self._is_new(key, message.get("id")):
            super().add_record(message if channel == MESSAGES else message | {"channel": channel})

    def _is_new(self, key: str, id: Any) -> bool:
        """Note a message; return whether no other mode has told it. Equal words with other ids are two messages."""
        id = id if isinstance(id, str) else None
        ids = self._known_messages.setdefault(key, set())
        if not ids:
            ids.add(id)
            return True
        if id is None or id in ids:
            return False
        is_new = None not in ids
        ids.discard(None)  # the graph gave the message its id after a node wrote it
        ids.add(id)
        return is_new
