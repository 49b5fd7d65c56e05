"""Events of Kimi Code's server: its journal (``server/events/session_….jsonl``), or what a client received."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.formats.assistants.kimi.events import (
    TOKENS,
    VOLATILE,
    VOLATILE_WITHIN,
    KimiEvents,
    tokens_of,
)
from replay_gui.core.importers.formats.message_content import content_of
from replay_gui.core.importers.formats.records import CLOCK, ID, USAGE, RecordEvents, RecordFormat, as_fields, as_map
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.times import milliseconds
from replay_gui.core.log.kinds import Kind
from replay_gui.core.translation.messages import translatable

_HEADER = "journal_header"
_OF_TURNS = (
    *("turn.started", "turn.ended", "turn.step.started", "turn.step.completed", "tool.call.started", "tool.result"),
    *("assistant.delta", "thinking.delta", "tool.call.delta"),
)
_GROUPS = (
    *("turn.", "prompt.", "tool.", "shell.", "subagent.", "task.", "background.", "compaction.", "hook.", "goal."),
    *("skill.", "plugin", "mcp.", "cron.", "session.", "event.", "agent.", "context.", "warning", "workspace."),
    *("server_hello", "client_hello", "subscribe", "unsubscribe", "ack", "ping", "pong", "resync_required"),
)
_PIECES = {"assistant.delta": "text", "thinking.delta": "think"}


class KimiServer(RecordFormat):
    """The importer. A journal is one run: a session with its subagents. It does not have the words of the agent."""

    name = "kimi-server"
    title = translatable("Kimi Code server events")
    volatile: ClassVar[Mapping[str, str]] = {
        **VOLATILE,
        **dict.fromkeys(("sessionId", "session_id", "epoch", "userMessageId", "activePromptId", "promptIds"), ID),
        **dict.fromkeys(("stepId", "approval_id", "question_id", "parentAgentId", "callerAgentId"), ID),
        **dict.fromkeys(("createdAt", "steeredAt", "abortedAt", "resolved_at", "expires_at"), CLOCK),
        **dict.fromkeys(("contextUsage", "maxContextTokens"), USAGE),
        "seq": "The number of the event; the order of the events shows it.",
        **dict.fromkeys(("*/kind", "*/version"), "The form of the journal."),
        "envelope/type": "The name of the event, which the event repeats.",
        "offset": "The place in the answer.",
        "volatile": "Whether the server keeps the event.",
        "argumentsPart": "Pieces of the arguments, which the call repeats.",
        "phase": "What the agent does now; other events show it.",
    }
    volatile_within: ClassVar[Mapping[str, str]] = VOLATILE_WITHIN

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept a journal whose session is named (not yet by its first line), or records with an event of a turn."""
        is_journal = any(record.get("kind") == _HEADER and "epoch" in record for record in records)
        events = map(_event, records)
        return (is_journal and _session_of(records) is not None) or any(
            event.get("type") in _OF_TURNS and type(event.get("turnId")) is int for event in events
        )

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one session's events."""
        return _ServerEvents(self.name, self.volatile, notes, self.volatile_within)


def _frame(record: dict[str, Any]) -> dict[str, Any]:
    """Return the message to a client that a record of the journal holds; the record itself if it is one."""
    envelope = record.get("envelope")
    return envelope if isinstance(envelope, dict) else record


def _event(record: dict[str, Any]) -> dict[str, Any]:
    """Return the event in a record of the journal, or in a message to a client; the record itself if it is an event."""
    frame = _frame(record)
    payload = frame.get("payload")
    return {"type": frame.get("type"), **payload} if isinstance(payload, dict) else frame


def _session_of(head: list[dict[str, Any]]) -> str | None:
    """Return the id of the session that the first records name."""
    named = (_event(record).get("sessionId") or _frame(record).get("session_id") for record in head)
    return next((str(name) for name in named if name), None)


class _ServerEvents(KimiEvents):
    _asked: object = None  # the prompt before its turn, which repeats it

    def run_id(self, head: list[dict[str, Any]]) -> str | None:
        """Return the id of the session."""
        return _session_of(head)

    def time_of(self, record: dict[str, Any]) -> int | None:
        """Return the time of a record, in ns since 1970; None if it has none."""
        return super().time_of(_frame(record))

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the events of one record."""
        is_header = record.get("kind") == _HEADER
        if not self.run.count:
            self.run.agent_init(self.agent, "", self.rest(record, "kind", "version") if is_header else {})
        self.set_model(self._model)
        event = _event(record)
        known = self._subagents.get(str(event.get("agentId")))
        if is_header:
            return
        if known is not None:
            reader, about = known
            self.run.context |= about
            reader._event(str(event.get("type")), event)
        else:
            self._event(str(event.get("type")), event)

    def _event(self, kind: str, event: dict[str, Any]) -> None:
        if kind in _PIECES:
            self._piece(_PIECES[kind], event.get("delta"), self.rest(event, "type", "delta"))
            return
        if kind == "tool.call.delta":  # the call has the arguments whole
            return
        self._end_pieces()
        facts = self.rest(event, "type")
        match kind:
            case "prompt.submitted" | "prompt.steered":
                self.how = None
                self._asked = content_of(event.get("content")) or None
                self.add_message("user", self._asked, self.fields(event, "type", "content"))
            case "turn.started":
                self.how = None
                self._turn_started(event)
            case "tool.call.started":
                fields = self.rest(event, "type", "name", "args")
                self._call(event.get("toolCallId"), event.get("name"), event.get("args"), fields)
            case "tool.result":
                result = {name: event[name] for name in ("output", "isError") if name in event}
                fields = self.rest(event, "type", *result)
                self._result(event.get("toolCallId"), result, "isError", fields)
            case "turn.step.retrying":
                more = as_fields(self.rest(event, "type", "errorName", "errorMessage"))
                self.run.error(str(event.get("errorName")), str(event.get("errorMessage")), "model", more)
            case "error":
                more = as_fields(self.rest(event, "type", "code", "message"))
                self.run.error(str(event.get("code")), str(event.get("message")), self.agent, more)
            case "compaction.completed":
                self.run.add(Kind.SNAPSHOT, {"snapshot_type": "compaction", "data": facts})
            case _:
                self._other(kind, event, facts)

    def _turn_started(self, event: dict[str, Any]) -> None:
        prompt, origin = event.get("prompt"), as_map(event.get("origin"))
        facts = self.fields(event, "type", "prompt", origin={"kind": "user"})
        if prompt in (None, "", self._asked):
            self.run.bookkeeping(f"{self.format}/turn.started", self.rest(event, "type", "prompt"))
        elif self._is_subagent:
            self.run.observation("subagent-message", "agent", prompt, facts)
        else:
            by = str(origin.get("kind") or "user")
            self.add_message(str(origin.get("name") or by), prompt, facts)
        self._asked = None

    def _other(self, kind: str, event: dict[str, Any], facts: dict[str, Any]) -> None:
        """Add an event that is not a part of the conversation."""
        used: dict[str, Any] = {}
        match kind:
            case "turn.step.completed":
                used = {"tokens": tokens_of(event.get("usage"), TOKENS), "usage": event.get("usage")}
            case "turn.ended":
                self.stated_duration += milliseconds(event.get("durationMs")) or 0
                self.how = ("answered", None) if event.get("reason") == "completed" else None
                self._turn_ended(event.get("reason"), event.get("error"))
            case "agent.status.updated":
                self.set_model(event.get("model"))
            case "subagent.spawned":
                self._begin_subagent(
                    str(event.get("subagentId")), event.get("subagentName"), event.get("parentToolCallId")
                )
            case "event.approval.requested":
                call_id = event.get("tool_call_id", event.get("toolCallId"))
                self._approvals = {**self._approvals, str(event.get("approval_id")): call_id}
            case "event.approval.resolved":
                self._approved(self._approvals.get(str(event.get("approval_id"))), event.get("decision"))
        if kind.startswith(_GROUPS):
            self.run.bookkeeping(f"{self.format}/{kind}", facts, **used)
        else:
            self.add_unknown(kind, event, "type")

    def add_end(self) -> None:
        """Add texts that are incomplete at the end of the file."""
        for reader in self._readers():
            reader._end_pieces()
