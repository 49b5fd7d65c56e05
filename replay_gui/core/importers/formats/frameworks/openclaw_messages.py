"""The conversations in OpenClaw's telemetry: the end of an agent lists all messages of its session so far."""

from __future__ import annotations

import json
from collections import Counter, defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from replay_gui.core.importers.formats.chats.pi import PiEvents
from replay_gui.core.importers.formats.message_content import content_of
from replay_gui.core.importers.formats.records import CLOCK, HOST, as_map, maps_in
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.json_lines import NotJson, lines, value_of
from replay_gui.core.importers.run_builder import RunBuilder
from replay_gui.core.importers.times import milliseconds
from replay_gui.core.log.source import Source
from replay_gui.core.translation.messages import translatable

LEFT_OUT = translatable("messages that agents list at their end, left out: too many to hold in memory")

VOLATILE_WITHIN: Mapping[str, str] = {"durationMs": CLOCK, "cwd": HOST}
"""Members of what tools tell beside their output."""

_OF_SUBAGENT = ":subagent:"  # in the key of a subagent's session
_MAX_INPUTS = 1_000  # messages to the gateway, of which a session may have a copy
_CallKey: TypeAlias = tuple[str, str, str]  # (session, tool, input as JSON)


@dataclass(frozen=True, slots=True)
class SessionMessage:
    """A message of a session. time: ns since 1970, None if unknown. is_earlier: said before the telemetry began."""

    session: str
    line: int
    time: int | None
    message: dict[str, Any]
    is_earlier: bool


@dataclass(slots=True, kw_only=True)
class Conversations:
    """What a first pass over the telemetry finds.

    Attributes:
        messages: each once, in the order of their times. results: those of tools, by (session, id of the call).
        calls: ids of the calls that the telemetry has, too, by their call, in order. started: all these ids.
        inputs: messages to the gateway that no session was found to have yet.
        prompts: texts of users, by session. answers: texts of agents.
        names, labels: of subagents, by session, and by the id of the call that begins them.
    """

    messages: list[SessionMessage] = field(default_factory=list)
    results: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    calls: dict[_CallKey, deque[str]] = field(default_factory=dict)
    started: set[str] = field(default_factory=set)
    inputs: deque[str] = field(default_factory=lambda: deque(maxlen=_MAX_INPUTS))
    prompts: dict[str, deque[str]] = field(default_factory=dict)
    answers: set[str] = field(default_factory=set)
    names: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    def subagent_of(self, session: object) -> str | None:
        """Return the name of the subagent whose session it is; None for another session."""
        if not isinstance(session, str) or _OF_SUBAGENT not in session:
            return None
        return self.names.get(session) or session.rpartition(":")[2][:8]

    def add_prompt(self, session: str, words: str) -> None:
        """Add what a session was asked."""
        self.prompts.setdefault(session, deque(maxlen=_MAX_INPUTS)).append(words.strip())

    def has_prompt(self, session: str, words: str) -> bool:
        """Whether a session was asked this, perhaps after what the gateway wrote above it."""
        return any(prompt.endswith(words.strip()) for prompt in self.prompts.get(session, ()))

    def is_of_a_line(self, one: SessionMessage) -> bool:
        """Whether a message is the result of a call whose end, or start, has its own line."""
        call_id = str(one.message.get("toolCallId"))
        return call_id in self.started and self.results.get((one.session, call_id)) is one.message

    def take_input(self, words: object) -> bool:
        """Whether a text is a message to the gateway, perhaps after what the gateway wrote above it; then forget it."""
        if not isinstance(words, str):
            return False
        found = next((one for one in self.inputs if one and words.rstrip().endswith(one)), None)
        if found is not None:
            self.inputs.remove(found)
        return found is not None


def call_key(session: object, tool: object, given: object) -> _CallKey:
    """Return what a call in a message and its line of the telemetry have in common."""
    return str(session), str(tool), json.dumps(given, sort_keys=True, default=str)


def conversations_in(source: Source, max_bytes: int, notes: ImportNotes) -> Conversations:
    """Read the file once and collect its messages, at most `max_bytes` bytes of their JSON."""
    found, known, held = Conversations(), set[str](), 0
    starts, begin = Counter[_CallKey](), None
    asked = defaultdict[_CallKey, list[str]](list)
    for line in lines(source):
        try:
            record = None if line.too_long or not line.raw.strip() else value_of(line.raw, ImportNotes())
        except NotJson:
            continue
        if not isinstance(record, dict):
            continue
        time, session = milliseconds(record.get("ts")), str(record.get("sessionKey"))
        begin = time if begin is None else begin
        if record.get("type") == "tool.start":
            starts[call_key(session, record.get("toolName"), record.get("params"))] += 1
        for message in messages_of(record):
            as_json = session + json.dumps(message, sort_keys=True, default=str)
            if as_json in known:
                continue
            held += len(as_json)
            if held > max_bytes:
                notes.count(LEFT_OUT)
                continue
            known.add(as_json)
            said = milliseconds(message.get("timestamp")) or time
            is_earlier = said is not None and begin is not None and said < begin
            found.messages.append(SessionMessage(session, line.number, said, message, is_earlier))
            if not is_earlier:
                _take_message(found, asked, session, message)
    found.messages.sort(key=lambda one: (one.time is not None, one.time or 0))
    for key, ids in asked.items():
        both = ids[: starts[key]]
        found.calls[key] = deque(both)
        found.started.update(both)
    return found


def messages_of(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the messages that the start or the end of an agent lists."""
    return maps_in(record.get("messages")) if record.get("type") in ("agent.start", "agent.end") else []


def _take_message(
    found: Conversations, asked: dict[_CallKey, list[str]], session: str, message: dict[str, Any]
) -> None:
    match message.get("role"):
        case "user":
            found.add_prompt(session, str(content_of(message.get("content"))))
        case "assistant":
            for part in maps_in(message.get("content")):
                if part.get("type") == "toolCall":
                    asked[call_key(session, part.get("name"), part.get("arguments"))].append(str(part.get("id")))
                    if label := as_map(part.get("arguments")).get("label"):
                        found.labels[str(part.get("id"))] = str(label)
                elif isinstance(part.get("text"), str):
                    found.answers.add(part["text"].strip())
        case "toolResult":
            call_id = str(message.get("toolCallId"))
            found.results.setdefault((session, call_id), message)
            child = as_map(message.get("details")).get("childSessionKey")
            if isinstance(child, str) and call_id in found.labels:
                found.names[child] = found.labels[call_id]


class SessionEvents(PiEvents):
    """The reader of one session's messages; what the telemetry itself has is not added again."""

    def __init__(
        self, session: str, run: RunBuilder, found: Conversations, notes: ImportNotes, volatile: Mapping[str, str]
    ) -> None:
        super().__init__("openclaw", volatile, notes, VOLATILE_WITHIN)
        self.run = run
        self._found = found
        self._is_subagent = found.subagent_of(session) is not None

    def add_session_message(self, one: SessionMessage) -> None:
        """Add a message; one that was said before the telemetry began is no step of the run."""
        message = one.message
        if one.is_earlier:
            self.run.bookkeeping("openclaw/earlier-message", self.rest(message))
        elif message.get("role") == "assistant":
            self.add_said(self._without_started_calls(message))
        elif not self._found.is_of_a_line(one):
            self.add_said(message)

    def add_prompt(self, words: Any, extra: dict[str, Any]) -> None:
        """Add what the user, or the agent of a subagent, says; not again what came through the gateway."""
        if self._is_subagent:
            self.run.observation("subagent-message", "agent", words, extra)
        elif self._found.take_input(words):
            self.run.bookkeeping("openclaw/context", words)
        else:
            super().add_prompt(words, extra)

    def add_answer(
        self, text: Any, reasoning: str | None = None, extra: dict[str, Any] | None = None, **meta: Any
    ) -> int:
        """Add an answer; one of a subagent is not the run's, and one without words only calls tools."""
        if not text and not reasoning:
            return self.run.decision("tool calls", None, None, extra, **meta)
        if text and self._is_subagent:
            return self.run.decision("subagent-message", text, reasoning or None, extra, **meta)
        return super().add_answer(text, reasoning, extra, **meta)

    def _without_started_calls(self, message: dict[str, Any]) -> dict[str, Any]:
        """Return an answer without its calls that have their own lines; their names stay, if it has nothing else."""
        content = message.get("content")
        parts = content if isinstance(content, list) else []
        started = [part for part in maps_in(parts) if str(part.get("id")) in self._found.started]
        if not started:
            return message
        rest = [part for part in parts if part not in started]
        names = [{"name": part.get("name")} for part in started]
        return {**message, "content": rest, **({} if rest else {"tool_calls": names})}
