"""Pi coding agent sessions: JSON Lines that begin with ``{"type": "session"}``; later versions are a tree.

What ``pi --mode json`` prints is read too: events such as ``message_end``, with or without a session before them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.formats.message_content import content_of
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.records import (
    CLOCK,
    HOST,
    ID,
    USAGE,
    RecordEvents,
    RecordFormat,
    joined_fields,
    maps_in,
)
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.run_builder import End
from replay_gui.core.importers.times import any_time
from replay_gui.core.log.kinds import Kind
from replay_gui.core.text.placeholders import REASONING_NOT_RECORDED
from replay_gui.core.translation.messages import translatable

_CALL_TYPES = ("toolCall", "tool_use", "toolUse")
_OPENCLAW = re.compile(r"[/\\](?:\.openclaw|\.clawdbot|\.moltbot|clawd)(?:[/\\]|$)")
"""Folders that OpenClaw works in."""
_ENDS: dict[str, End] = {"stop": "answered", "length": "limit", "error": "crash", "aborted": "stopped by user"}
"""How the run ended, by the reason of the last answer's end."""

_EXITED = re.compile(r"(?:^|\n\n)Command exited with code (-?\d{1,9})\Z")


_PIECE = "A piece of a message; the whole message at its end is compared."
_OF_ANTHROPIC = ("content_block_start", "content_block_delta", "message_delta", "message_stop")
"""Events of a stream of Anthropic's API, which also has a ``message_start``."""
_PRINTED = frozenset(
    {
        *("session", "agent_start", "agent_end", "turn_start", "turn_end", "message_start", "message_update"),
        *("message_end", "tool_execution_start", "tool_execution_update", "tool_execution_end"),
    }
)


class Pi(RecordFormat):
    """The importer. A session is one run; entries of an abandoned branch stay, in the order of the file."""

    name = "pi"
    title = translatable("Pi session")
    version = 15
    volatile: ClassVar[Mapping[str, str]] = {
        "id": ID,
        "parentId": ID,
        "timestamp": CLOCK,
        "cwd": HOST,
        "branchedFrom": HOST,
        "parentSession": HOST,
        "toolCallId": ID,
        "responseId": ID,
        "thinkingSignature": "A signature; it differs in every run.",
        "textSignature": "A signature; it differs in every run.",
        "thoughtSignature": "A signature; it differs in every run.",
        "partialJson": "The arguments as raw text; the arguments themselves are compared.",
        "usage": USAGE,
        "tokensBefore": USAGE,
        "firstKeptEntryId": ID,
        "fromId": ID,
        "fullOutputPath": HOST,
        "partialArgs": "The arguments as raw text; the arguments themselves are compared.",
        "updatedAt": CLOCK,
        "pad": "Padding for a longer title; it says nothing about the run.",
        "duration": CLOCK,
        "ttft": CLOCK,
        **dict.fromkeys(("message_start", "message_update"), _PIECE),
        "tool_execution_update": "A piece of a result; the whole result is compared.",
    }
    volatile_within: ClassVar[Mapping[str, str]] = {"startedAt": CLOCK, "recordedAt": CLOCK}

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept records that begin with a `session` that has `cwd` and `timestamp`; its title may come before it.

        Also events that Pi prints, if the first ones have a message.
        """
        first = next((record for record in records[:2] if record.get("type") != "title"), {})
        if first.get("type") == "session" and "cwd" in first and "timestamp" in first:
            return True
        kinds = {str(record.get("type")) for record in records}
        messages = [
            record.get("message") for record in records if record.get("type") in ("message_start", "message_end")
        ]
        return (
            bool(kinds & (_PRINTED - {"session", "message_start"}))
            and kinds.isdisjoint(_OF_ANTHROPIC)
            and any(isinstance(message, dict) and "role" in message for message in messages)
        )

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one session's entries."""
        return PiEvents(self.name, self.volatile, notes, self.volatile_within)


class PiEvents(RecordEvents):
    """The reader of a session's entries, and of the messages that programs built on Pi record in other places."""

    agent = "Pi"
    title: dict[str, Any] | None = None  # the title before the session
    _piece: dict[str, Any] | None = None  # of a printed message that has not ended
    _began: int | None = None  # ns since 1970; None if not before the session's own time

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._said = set[int]()  # hashes of printed messages

    def run_id(self, head: list[dict[str, Any]]) -> str | None:
        """Return the id of the session; learn from its folder whether it is OpenClaw's."""
        session = next((record for record in head if record.get("type") == "session"), {})
        if _OPENCLAW.search(str(session.get("cwd"))):
            self.agent = "OpenClaw"  # which is built on Pi
        # A branch has its own start time, but also holds the earlier messages.
        times = [_time_in_message(record) or self.time_of(record) for record in head if record is not session]
        self._began = next((time for time in times if time is not None), None)
        return session["id"] if isinstance(session.get("id"), str) else None

    def time_of(self, record: dict[str, Any]) -> int | None:
        """Return the time of a record, in ns since 1970; the run begins no later than its first entry."""
        time = super().time_of(record)
        if record.get("type") != "session" or time is None or self._began is None:
            return time
        return min(time, self._began)

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the events of one entry."""
        kind, message = record.get("type"), record.get("message")
        self.run.context |= {"id": record.get("id")}
        if kind in _PRINTED and kind != "session":
            self.add_agent()
        match kind:
            case "title" if self.run.count == 0 and self.title is None:
                self.title = record
            case "session":
                self.run.agent_init(self.agent, "", self.rest(record, "type"))
                if self.title is not None:
                    self.run.bookkeeping(f"{self.format}/title", self.rest(self.title, "type"))
            case "model_change" if isinstance(record.get("modelId"), str):
                self._model = record["modelId"]
                data = {"model": self._model, **self.rest(record, "type", "modelId")}
                self.run.add(Kind.STATE_TRANSITION, {"transition_type": "model", "data": data})
            case "model_change" | "thinking_level_change":
                data = self.rest(record, "type")
                self.run.add(Kind.STATE_TRANSITION, {"transition_type": kind, "data": data})
            case "message" if isinstance(message, dict):
                self.add_said(message)
            case "message_start" | "message_update":
                self._piece = message if isinstance(message, dict) else self._piece
            case "message_end" if isinstance(message, dict):
                self._piece = None
                self.run.unmapped = self.rest(record, "type", "message")
                self._say(message)
            case "turn_end" | "agent_end":
                self._add_repeated(record)
            case "tool_execution_update":
                pass
            case "agent_start" | "turn_start" | "tool_execution_start" | "tool_execution_end":
                self.run.bookkeeping(f"{self.format}/{kind}", self.rest(record, "type") or None)
            case "compaction" | "branch_summary":
                data = self.rest(record, "type")
                self.run.add(Kind.SNAPSHOT, {"snapshot_type": kind, "data": data})
            case "custom_message":
                self._put_in(record)
            case "custom" | "label" | "session_info" | "title" | "title_change":
                self.run.bookkeeping(f"{self.format}/{kind}", self.rest(record, "type"))
            case _:
                self.add_unknown(kind, record, "type")

    def add_end(self) -> None:
        """Add the message that was not printed to its end."""
        if self._piece is not None:
            self._say(self._piece)

    def _say(self, message: dict[str, Any]) -> None:
        self._said.add(_hash(message))
        self.add_said(message)

    def _add_repeated(self, record: dict[str, Any]) -> None:
        """Add the end of a turn, or of the agent's work, and those of its messages that were not printed before."""
        names = ("message", "toolResults", "messages")
        values = [record.get(name) for name in names]
        listed = [one for value in values for one in (value if isinstance(value, list) else [value])]
        others = [one for one in listed if one is not None and not isinstance(one, dict)]
        messages = maps_in(listed)
        self._piece = None if messages else self._piece
        for message in messages:
            if _hash(message) not in self._said:
                self._say(message)
        about = self.rest(record, "type", *names) | ({"messages": others} if others else {})
        self.run.bookkeeping(f"{self.format}/{record['type']}", about or None)

    def _put_in(self, record: dict[str, Any]) -> None:
        """Add a message of an extension; a message that is hidden from the user is for the model only."""
        content = content_of(record.get("content")) or None
        extra = self.fields(record, "type", "content", "customType", "display")
        source = str(record.get("customType") or "extension")
        if record.get("display") is False:
            self.run.unmapped = extra.get("fields", {})
            self.run.bookkeeping(f"{self.format}/{source}", content)
        else:
            self.add_message(source, content, extra)

    def add_said(self, message: dict[str, Any]) -> None:
        """Add what a message of the conversation says or calls."""
        role, content = message.get("role"), message.get("content")
        began, stored = any_time(message.get("timestamp")), self.run.context.get("time")
        # An answer's own time is when the model began it; it was stored when it was complete.
        took = stored - began if role == "assistant" and began and stored and stored > began else None
        self.run.context["time"] = (began if took is None else stored) or stored
        self.how = None
        match role:
            case "system":
                self.add_message("system", *self._system(message, content_of(content) or None))
            case "user":
                self.add_prompt(content_of(content) or None, self.fields(message, "role", "content"))
            case "assistant":
                self._assistant(message, content if isinstance(content, list) else [], took)
            case "toolResult":
                output = content_of(_as_texts(content)) or None
                call = self.run.call(message.get("toolCallId"))
                error = failure_of(message, output)
                extra = self.fields(message, "role", "content", "isError", toolName=call.tool_name if call else None)
                self.add_result(message.get("toolCallId"), output, error, extra, tool_name=message.get("toolName"))
            case "bashExecution":
                self._shell(message)
            case "branchSummary" | "compactionSummary":
                data = self.rest(message, "role")
                of_kind = "branch_summary" if role == "branchSummary" else "compaction"
                self.run.add(Kind.SNAPSHOT, {"snapshot_type": of_kind, "data": data})
            case "custom" | "hookMessage":
                self._put_in({name: value for name, value in message.items() if name != "role"})
            case _:
                self.add_unknown(role, message, "role")

    def add_prompt(self, words: Any, extra: dict[str, Any]) -> None:
        """Add what the user says."""
        self.add_message("user", words, extra)

    def _system(self, message: dict[str, Any], text: Any) -> tuple[Any, dict[str, Any]]:
        """Return (the system prompt, perhaps joined from its sections; the other members of its message)."""
        sections = message.get("sections")
        if text is None and isinstance(sections, dict) and all(isinstance(part, str) for part in sections.values()):
            named = {"sections": [*sections]} if sections else {}
            rest = self.rest(message, "role", "content", "sections")
            return "\n\n".join(sections.values()), {"fields": {**rest, **named}}
        return text, self.fields(message, "role", "content")

    def _assistant(self, message: dict[str, Any], content: list[Any], took: int | None) -> None:
        usage = message.get("usage")
        self.set_model(message.get("model"))
        self.run.once = _use(usage) if isinstance(usage, dict) else {}
        parts = [part for part in content if isinstance(part, dict)]
        thoughts = [
            str(part.get("thinking") or REASONING_NOT_RECORDED) for part in parts if part.get("type") == "thinking"
        ]
        calls = [part for part in parts if part.get("type") in _CALL_TYPES]
        rest = [part for part in content if not _is_thought_or_call(part)]
        wrong = message.get("errorMessage")
        extra = self.fields(message, "role", "content", "model", "errorMessage")
        if rest or thoughts or not (calls or wrong):
            answer = self.add_answer(content_of(rest) or None, "\n".join(thoughts), extra, duration=took)
            self.run.context["parent"], extra = answer, {}
        for call in calls:
            given, name = call.get("arguments", call.get("input")), str(call.get("name") or "tool")
            more = joined_fields(extra, self.fields(call, "type", "name", "arguments", input=given))
            self.run.request(call.get("id"), name, given, extra=more, tool_call_id=call.get("id"))
            extra = {}
        if message.get("stopReason") == "aborted":
            self.run.interrupted(wrong if isinstance(wrong, str) else "the user stopped the answer", "user")
        elif isinstance(wrong, str):
            self.run.error(str(message.get("stopReason") or "error"), wrong, "model")
        if how := _ENDS.get(str(message.get("stopReason"))):
            self.how = how, first_line(wrong) or None

    def _shell(self, message: dict[str, Any]) -> None:
        """Add a command that the user ran."""
        call_id = f"shell {self.run.count}"
        self.run.request(call_id, "bash", {"command": message.get("command")}, extra={"source": "user"})
        code = message.get("exitCode")
        error = f"exit {code}" if code not in (None, 0) else "cancelled" if message.get("cancelled") is True else None
        self.add_result(call_id, message.get("output"), error, self.fields(message, "role", "command", "output"))


def _hash(message: dict[str, Any]) -> int:
    return hash(json.dumps(message, sort_keys=True))


def _time_in_message(record: dict[str, Any]) -> int | None:
    message = record.get("message")
    return any_time(message.get("timestamp")) if isinstance(message, dict) else None


def _as_texts(content: Any) -> Any:
    """Return a result's parts as one text if all are texts, else unchanged."""
    parts = content if isinstance(content, list) else []
    texts = [part.get("text") for part in parts if isinstance(part, dict) and part.get("type") == "toolResult"]
    return "\n".join(map(str, texts)) if texts and len(texts) == len(parts) else content


def failure_of(message: dict[str, Any], output: Any) -> str | None:
    """Return why a call failed, in one line; None if it did not.

    Pi has the exit code of a command in the last line of its output, OpenClaw only in the details.
    """
    details = message.get("details")
    code = details.get("exitCode") if isinstance(details, dict) else None
    message_line = first_line(output)
    if type(code) is int and code:
        return f"exit {code} · {message_line}" if message_line else f"exit {code}"
    if message.get("isError") is True and isinstance(output, str) and (exited := _EXITED.search(output)):
        return f"exit {exited[1]}"
    failed = isinstance(details, dict) and details.get("status") in ("failed", "error")
    return (message_line or "failed") if failed or message.get("isError") is True else None


def _is_thought_or_call(part: Any) -> bool:
    return isinstance(part, dict) and part.get("type") in ("thinking", *_CALL_TYPES)


def _use(usage: dict[str, Any]) -> dict[str, Any]:
    """Return tokens and cost of one answer; the input includes the tokens read from and written to the cache."""
    counts = {name: value for name, value in usage.items() if type(value) is int}
    read, written = counts.get("cacheRead", 0), counts.get("cacheWrite", 0)
    cost = usage.get("cost")
    return {
        "tokens": {
            "input": counts.get("input", 0) + read + written,
            "cached": read,
            "output": counts.get("output", 0),
            **({"reasoning": counts["reasoning"]} if "reasoning" in counts else {}),
        },
        "cost": cost.get("total") if isinstance(cost, dict) else None,
    }
