"""Make events of the checkpoints and writes of one LangGraph thread.

A checkpoint becomes a Snapshot that sets ``/channels`` of the state. A write after it becomes a message of the user,
the assistant or a tool, an Error, an interruption, or else a StateTransition. A channel that is stored as deltas (it is
named in the metadata's ``counters_since_delta_snapshot``) is rebuilt from the writes to it.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from replay_gui.core.importers.formats.frameworks.langgraph.deltas import DeltaChannels
from replay_gui.core.importers.formats.frameworks.langgraph.values import (
    OF_CHECKPOINT,
    OF_METADATA,
    LangGraphValues,
    facts_of,
    messages_of,
    messages_within,
    question_of,
    question_text,
    read_langgraph_message,
    tokens_of,
    unwrapped,
    without_ids,
)
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.records import RecordEvents, as_fields
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent
from replay_gui.core.importers.run_builder import End
from replay_gui.core.importers.sqlite_database import SqliteDatabase
from replay_gui.core.importers.times import iso_time
from replay_gui.core.log.kinds import Kind
from replay_gui.core.translation.messages import translatable

DAMAGED = translatable("threads whose rest cannot be read, since the database is damaged")

_INPUTS = frozenset({"__start__", "__input__"})
_MESSAGES = "messages"  # the usual channel of messages
_PLUMBING = re.compile(r"(branch|start|join):.*|__no_writes__|__scheduled__|__return__|__pregel_tasks")
_SHOWN_OF_MESSAGE = ("content", "type", "role", "name", "tool_calls", "status", "additional_kwargs")
_RAISED = re.compile(r"([A-Za-z_][\w.]*)\(")


class LangGraphThread(RecordEvents):
    """Read one thread: its checkpoints in order, each followed by the writes after it."""

    def __init__(self, database: SqliteDatabase | None, thread: Any, notes: ImportNotes, path: Path) -> None:
        super().__init__("langgraph", (), notes)
        self._database = database
        self._thread = thread
        self._values = LangGraphValues(notes, f"{path}, thread {thread}")
        self._seq: dict[Any, int] = {}  # by the checkpoint's id
        self._deltas = DeltaChannels()
        self._message_counts: Counter[str] = Counter()  # messages in the run, without their ids
        self._added_ids: set[tuple[str, str]] = set()  # (id, message) of messages with an id
        self._open: list[str] = []  # calls without a result, oldest first
        self._end: tuple[End, str | None] | None = None  # the end of the run, if the newest checkpoint's writes show it
        self._resumed: Any = None  # the user's last answer to an interrupt
        self._answered = False  # whether the last message is the assistant's, without a tool call

    def events(self) -> Iterator[ImportedEvent]:
        """Yield the events of the thread."""
        self.run.agent_init("langgraph", "", {}, thread=str(self._thread))
        yield from self.run.drain()
        ask = """SELECT checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, checkpoint, metadata
                 FROM checkpoints WHERE thread_id = ? ORDER BY checkpoint_id"""
        try:
            for namespace, checkpoint, parent, kind, value, metadata in self._rows(ask, (self._thread,)):
                value_read, about = self._values.decoded(kind, value), self._values.metadata(metadata)
                self._checkpoint(namespace, checkpoint, parent, value_read, about)
                self._writes(namespace, checkpoint)
                yield from self.run.drain()
        except (sqlite3.Error, UnicodeDecodeError) as why:  # the latter for SQLite's own message
            self.notes.count(DAMAGED)
            self.run.context = {}
            self.run.custom("langgraph/damaged", {"problem": str(why)})
        self.run.context = {}
        finished: End = "answered" if self._answered and not self._open else "open"
        self.run.end(*(self._end or (finished, None)))
        yield from self.run.drain()

    def _rows(self, ask: str, parameters: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        return iter(()) if self._database is None else self._database.rows(ask, parameters)

    # ---- checkpoints ----------------------------------------------------------------------------
    def _checkpoint(self, namespace: Any, checkpoint: Any, parent: Any, values: Any, metadata: Any) -> None:
        values = values if isinstance(values, dict) else {"value": values}
        metadata = metadata if isinstance(metadata, dict) else {"metadata": metadata}
        channels, time = values.get("channel_values"), iso_time(values.get("ts"))
        root = "/channels" if not namespace else "/subgraph_channels"
        subagent = _subgraphs(namespace)
        ops: list[dict[str, Any]] = []
        whole: dict[str, Any] = {}
        if isinstance(channels, dict):
            whole = self._deltas.at_checkpoint((namespace, checkpoint), (namespace, parent), channels, metadata)
            ops = [{"op": "add", "path": root, "value": without_ids(whole)}]
        elif channels is not None:
            ops = [{"op": "add", "path": root, "value": without_ids(channels)}]
        payload = {key: metadata[key] for key in ("source", "step") if key in metadata}
        more = {key: value for key, value in values.items() if key not in ("channel_values", *OF_CHECKPOINT)}
        more |= {k: v for k, v in metadata.items() if k not in payload and k not in OF_METADATA}
        fields = {key: without_ids(value) for key, value in more.items() if value not in (None, [], {})}
        self.run.context = {}
        self.run.unmapped = fields
        seq = self._seq[checkpoint] = self.run.add(
            Kind.SNAPSHOT,
            {"snapshot_type": "checkpoint", "namespace": "|".join(subagent or ()), **payload, "ops": ops},
            time=time,
            parent=self._seq.get(parent),
            checkpoint_id=str(checkpoint),
            metadata={key: metadata[key] for key in OF_METADATA if key in metadata} or None,
            versions={key: values[key] for key in OF_CHECKPOINT if key in values} or None,
            subagent=subagent,
        )
        self.run.context = {"parent": seq, "subagent": subagent}
        self._new_messages(whole)

    def _new_messages(self, channels: dict[str, Any]) -> None:
        """Add the messages of a checkpoint that no write has."""
        for name, value in channels.items():
            if name in _INPUTS:
                continue
            counts: Counter[str] = Counter()
            for message in messages_of(value) or messages_within(value):
                key = _key(message)
                counts[key] += 1
                if counts[key] > self._message_counts[key]:
                    self._message(message, {})

    # ---- writes ---------------------------------------------------------------------------------
    def _writes(self, namespace: Any, checkpoint: Any) -> None:
        ask = """SELECT task_id, idx, channel, type, value FROM writes
                 WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ? ORDER BY rowid"""
        self._end = None
        for task, index, channel, kind, value in self._rows(ask, (self._thread, namespace, checkpoint)):
            self.run.context = {
                "parent": self._seq[checkpoint],
                "subagent": _subgraphs(namespace),
                "task_id": str(task),
                "write_index": index,
            }
            self._write((namespace, checkpoint), str(channel), self._values.decoded(kind, value))

    def _write(self, at: tuple[Any, Any], channel: str, value: Any) -> None:
        if channel == "__error__":
            text = value if isinstance(value, str) else str(unwrapped(value))
            raised = _RAISED.match(text)
            self.run.error(raised[1] if raised else "node_error", text, "langgraph")
            self._end = ("crash", text)
            return
        if channel == "__interrupt__":
            question = question_of(value)
            text = question_text(question)
            self.run.interrupted(text, "langgraph", {"fields": {"value": question}})
            self._end = ("handed over", f"interrupt: {text}")
            return
        ops = self._deltas.write(at, channel, value)
        root = "/channels" if not at[0] else "/subgraph_channels"
        ops = [{key: without_ids(member) for key, member in op.items()} | {"path": root + op["path"]} for op in ops]
        changes: dict[str, Any] = {"ops": ops} if ops else {}
        new = [message for message in messages_of(value) if not self._is_known(message)]
        inner = [] if new else self._new_within(value)
        if new:
            changes |= {"channel": channel} if channel != _MESSAGES else {}
            for message in new:
                self._message(message, changes)
                changes = {}
        elif channel == "__resume__" and value in (self._resumed, [self._resumed]):  # all answers, again
            self.run.bookkeeping("langgraph/resume", without_ids(value))
        elif channel == "__resume__":
            self._resumed = value
            self.add_message("user", without_ids(value), changes)
        elif _PLUMBING.fullmatch(channel) or value == channel:
            changes |= as_fields({"channel": channel} if ":" in channel else {})
            self.run.add(f"x:bookkeeping/langgraph/{_in_kind(channel)}", {"data": without_ids(value), **changes})
        else:
            payload = {"transition_type": f"write {channel}", "value": without_ids(value), **changes}
            self.run.add(Kind.STATE_TRANSITION, payload)
        answered = self._answered
        for message in inner:
            self._message(message, {"channel": channel})
        self._answered = answered  # what one agent told another is no answer of the graph

    # ---- messages -------------------------------------------------------------------------------
    def _is_known(self, message: dict[str, Any]) -> bool:
        message_id = facts_of(message).get("id")
        return isinstance(message_id, str) and (message_id, _key(message)) in self._added_ids

    def _new_within(self, value: Any) -> list[dict[str, Any]]:
        """Return the messages in members of a write; without an id, those that were not there as often before."""
        counts, new = Counter[str](), list[dict[str, Any]]()
        for message in messages_within(value):
            counts[key := _key(message)] += 1
            has_id = isinstance(facts_of(message).get("id"), str)
            if not self._is_known(message) if has_id else counts[key] > self._message_counts[key]:
                new.append(message)
        return new

    def _message(self, raw: dict[str, Any], members: dict[str, Any]) -> None:
        """Add the events of one message. `members`: further members for the payload of the first event."""
        facts, key = facts_of(raw), _key(raw)
        self._message_counts[key] += 1
        if isinstance(facts.get("id"), str):
            self._added_ids.add((facts["id"], key))
        message = read_langgraph_message(raw)
        compared_part = facts_of(without_ids(raw))
        rest = {
            k: v for k, v in compared_part.items() if k not in _SHOWN_OF_MESSAGE and v not in (None, "", [], {}, False)
        }
        own = compared_part.get("additional_kwargs")
        own = {k: v for k, v in own.items() if k != "tool_calls" or not message.calls} if isinstance(own, dict) else own
        rest |= {"additional_kwargs": own} if own else {}
        rest |= {"name": facts["name"]} if facts.get("name") and message.role != "tool" else {}
        extra = members | as_fields(rest)
        about = facts.get("response_metadata")
        model = (about.get("model_name") or about.get("model")) if isinstance(about, dict) else None
        self.run.once = {"message_id": facts.get("id"), "tokens": tokens_of(facts), "model": model}
        self._answered = message.role == "assistant" and not message.calls
        if message.role == "assistant":
            if message.content or message.reasoning or not message.calls:
                self.add_answer(message.content, message.reasoning, extra)
                extra = {}
            for call in message.calls:
                call_id = call.id or f"call {self.run.count}"
                self._open.append(call_id)
                more = {"call": call.rest} if call.rest else {}
                self.run.request(call_id, call.name, call.input, extra=extra | more, tool_call_id=call.id)
                extra = {}
            return
        for result in message.results:
            answered_id = result.id or (self._open[0] if self._open else None)
            if answered_id in self._open:
                self._open.remove(answered_id)
            request = self.run.call(answered_id)
            if result.name and (request is None or result.name != request.tool_name):
                extra = {**extra, "fields": {**extra.get("fields", {}), "name": result.name}}
            error = (first_line(result.output) or "failed") if result.error else None
            self.add_result(answered_id, result.output, error, extra, tool_name=result.name, tool_call_id=result.id)
            extra = {}
        if message.content is not None or not message.results:
            self.add_message(message.role, message.content, extra)


def _key(message: dict[str, Any]) -> str:
    """Return a key for a message that does not depend on its ids."""
    facts = facts_of(without_ids(message))
    return json.dumps([facts.get(name) for name in ("type", "role", "content", "tool_calls", "name")], default=str)


def _in_kind(channel: str) -> str:
    return channel.strip("_").partition(":")[0].replace("_", "-") if channel.isascii() else "write"


def _subgraphs(namespace: Any) -> list[str] | None:
    """Return the names of the subgraphs in a namespace (name:id|name:id)."""
    return [part.partition(":")[0] for part in namespace.split("|")] if namespace and type(namespace) is str else None
