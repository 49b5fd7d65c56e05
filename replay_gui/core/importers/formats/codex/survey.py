"""The first pass over a Codex session: data about other lines, and the part that was copied from another session."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any

import msgspec

from replay_gui.core.importers.formats.codex.context import is_context, split_request
from replay_gui.core.importers.json_lines import lines
from replay_gui.core.importers.times import iso_time, milliseconds
from replay_gui.core.log.source import Source

_NS_PER_SECOND = 1_000_000_000
_MIN_DURATION_NS = 100_000  # no call of a tool is shorter
_UUID7_MARK = 14  # index of the digit with a UUID's version
ENDS = frozenset({"exec_command_end", "patch_apply_end", "mcp_tool_call_end", "web_search_end"})
CALL_EVENTS = frozenset({"exec_command_begin", "patch_apply_begin", "mcp_tool_call_begin", "web_search_begin", *ENDS})
"""Events that repeat items of the conversation."""
_COMPLETED_CALLS = frozenset({"CommandExecution", "FileChange", "McpToolCall"})


class _Payload(msgspec.Struct, kw_only=True):
    """The members that the survey reads of a line's payload."""

    type: str | None = None
    id: str | None = None
    call_id: str | None = None
    turn_id: str | None = None
    role: str | None = None
    forked_from_id: str | None = None
    source: Any = None
    message: Any = None
    content: Any = None
    exit_code: int | None = None
    success: bool | None = None
    duration: Any = None
    result: Any = None
    item: Any = None
    items: Any = None
    subagent_history_start_ordinal: Any = None


class _CodexFields(msgspec.Struct):
    type: str | None = None
    timestamp: str | None = None
    ordinal: int | None = None
    payload: _Payload | None = None


_decode = msgspec.json.Decoder(_CodexFields).decode


@dataclass(slots=True, kw_only=True)
class CodexSurvey:
    """The result of the first pass.

    Attributes:
        calls: ids of the calls that are items of the conversation. outputs: of those whose output is an item too.
        facts: by call, data from events: `exit_code`, `success`, `duration` (ns).
        message_hashes: hashes of the texts of the conversation's messages, by role.
        own_from: number of the session's first own line, if it begins with its parent's history.
        inherited_from: number of the first line of that history.
        turns: for each turn, the number of its first line, and the hashes of the user's prompts according to events;
            None if the events do not have all prompts.
        has_aborts: whether the file has events about stopped turns.
        has_usage_records: whether the file has the tokens of each answer; its other counts are then repetitions.
    """

    calls: set[str] = field(default_factory=set)
    outputs: set[str] = field(default_factory=set)
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    message_hashes: set[tuple[str, int]] = field(default_factory=set)
    own_from: int | None = None
    inherited_from: int | None = None
    turns: list[tuple[int, set[int] | None]] = field(default_factory=lambda: [(0, set())])
    has_usage_records: bool = False
    has_aborts: bool = False

    def is_inherited(self, number: int) -> bool:
        """Return whether a line (counted from 1) was copied from the session that this one continues."""
        return self.inherited_from is not None and self.inherited_from <= number < (self.own_from or 0)

    def is_not_prompt(self, number: int, texts: list[str]) -> bool:
        """Return whether a user message is not among the user's prompts of its turn, according to events."""
        index = bisect_right(self.turns, number, key=lambda turn: turn[0]) - 1
        asked = self.turns[index][1]
        return bool(asked and texts) and not any(_words(text) in (asked or ()) for text in texts)

    def add_item(self, kind: str | None, call_id: str) -> None:
        """Note an item about a call: the call, or its output."""
        (self.outputs if (kind or "").endswith("_output") else self.calls).add(call_id)

    def note_event(self, number: int, payload: _Payload) -> None:
        """Note an event about turns: the start of a turn, or a prompt of the user."""
        asked = self.turns[-1][1]
        if payload.type in ("task_started", "turn_started"):
            self.turns.append((number, set()))
        elif payload.type == "user_message" and isinstance(payload.message, str) and asked is not None:
            asked.update({_words(payload.message)} if not is_context(payload.message) else ())
        elif payload.type == "item_completed" and isinstance(payload.item, dict) and asked is not None:
            texts = _texts(payload.item.get("content")) if payload.item.get("type") == "UserMessage" else []
            asked.update(map(_words, texts))
        elif payload.type == "turn_aborted":
            self.has_aborts = True

    def has_message(self, role: str, text: str) -> bool:
        """Return whether the conversation has a message with this text."""
        return (role, _words(text)) in self.message_hashes


def survey_session(source: Source) -> CodexSurvey:
    """Read the file. The memory needed is small for each call and message."""
    surveyed, history = CodexSurvey(), _InheritedHistory()
    last = 0
    for line in lines(source):
        last = line.number
        if line.too_long:
            continue
        try:
            fields = _decode(line.raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            continue  # an unusual form, without data about other lines
        payload = fields.payload
        if payload is None:
            continue
        history.add_line(line.number, fields, payload)
        if fields.type == "event_msg":
            surveyed.note_event(line.number, payload)
        if fields.type == "event_msg" and payload.type in ENDS and payload.call_id is not None:
            surveyed.facts[payload.call_id] = _facts(payload)
        elif fields.type == "event_msg" and payload.type == "item_completed" and isinstance(payload.item, dict):
            _take_item(payload.item, surveyed.facts)
        elif fields.type == "token_usage_record":
            surveyed.has_usage_records = True
        elif fields.type == "response_item":
            if payload.call_id is not None:
                surveyed.add_item(payload.type, payload.call_id)
            if payload.type in ("message", None) and payload.role is not None:
                surveyed.message_hashes.update((payload.role, _words(text)) for text in _texts(payload.content))
        elif fields.type == "history_mutation" and isinstance(payload.items, list):
            for item in payload.items:
                _keep_shared_item(item, surveyed)
    user_texts = {text for role, text in surveyed.message_hashes if role == "user"}
    surveyed.turns = [(start, asked if asked and asked <= user_texts else None) for start, asked in surveyed.turns]
    surveyed.inherited_from = history.first_line
    surveyed.own_from = history.end_line or (None if history.first_line is None else last + 1)
    return surveyed


class _InheritedHistory:
    """Find the lines of a session that are its parent's history.

    Attributes:
        first_line, end_line: numbers of its first line, and of the first line after it; None if there is none.
    """

    def __init__(self) -> None:
        self.first_line: int | None = None
        self.end_line: int | None = None
        self._own: str | None = None
        self._begun: int | None = None  # ns since 1970, of the parent's first line
        self._forked = False
        self._first_own: int | None = None  # its ordinal, if the file has it

    def add_line(self, number: int, fields: _CodexFields, payload: _Payload) -> None:
        if self._first_own is not None:
            if fields.ordinal is None:
                return
            if fields.ordinal >= self._first_own:
                self.end_line = self.end_line or (None if self.first_line is None else number)
            elif self.first_line is None:
                self.first_line = number
            return
        time = iso_time(fields.timestamp)
        if fields.type == "session_meta":
            if self._own is None:
                self._own = payload.id
                self._first_own = _whole(payload.subagent_history_start_ordinal)
                self._forked = payload.forked_from_id is not None or (
                    isinstance(payload.source, dict) and "subagent" in payload.source
                )
            elif self._forked and self.first_line is None and payload.id != self._own:
                self.first_line, self._begun = number, time
        elif self.first_line is not None and self.end_line is None and self._is_own(fields, payload, time):
            self.end_line = number

    def _is_own(self, fields: _CodexFields, payload: _Payload, time: int | None) -> bool:
        """Return whether the line is the first one of the session's own work.

        Ids of turns and sessions contain the time of their creation. All lines of the parent are written at once, so a
        later time marks the session's own lines if there are no ids.
        """
        starts = fields.type == "event_msg" and payload.type == "task_started"
        if starts and payload.turn_id is not None:
            turn, session = _time_of_uuid7(payload.turn_id), _time_of_uuid7(self._own or "")
            if turn is not None and session is not None:
                return turn >= session
        if time is None or self._begun is None:
            return False
        return time > self._begun + (0 if starts else _NS_PER_SECOND)


def _whole(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        return int(value)
    return value if type(value) is int else None


def _time_of_uuid7(text: str) -> int | None:
    """Return the milliseconds since 1970 in a UUID of version 7 (RFC 9562, 5.7); None for another id."""
    if len(text) != 36 or text[_UUID7_MARK] != "7":
        return None
    try:
        return int(text[:8] + text[9:13], 16)
    except ValueError:
        return None


def _facts(payload: _Payload) -> dict[str, Any]:
    success = payload.success
    if isinstance(payload.result, dict) and success is None:
        good = payload.result.get("Ok")
        failed = isinstance(good, dict) and (good.get("isError") is True or good.get("is_error") is True)
        success = not failed and "Err" not in payload.result
    return {"exit_code": payload.exit_code, "success": success, "duration": duration_of(payload.duration)}


def _keep_shared_item(item: Any, surveyed: CodexSurvey) -> None:
    """Keep the data of an item that shares its line with other items."""
    if not isinstance(item, dict):
        return
    if isinstance(item.get("call_id"), str):
        surveyed.add_item(str(item.get("type")), item["call_id"])
    if isinstance(item.get("role"), str):
        surveyed.message_hashes.update((item["role"], _words(text)) for text in _texts(item.get("content")))


def _words(text: str) -> int:
    """Return a hash of a text, without what an editor put before it."""
    return hash(split_request(text)[1].strip())


def _take_item(item: dict[str, Any], facts: dict[str, dict[str, Any]]) -> None:
    """Keep the data of a completed item about the call with its id."""
    call = item.get("id")
    if str(item.get("type")) not in _COMPLETED_CALLS or not isinstance(call, str):
        return
    code, status = item.get("exit_code"), item.get("status")
    known = facts.setdefault(call, {"exit_code": None, "success": None, "duration": None})
    if type(code) is int:
        known["exit_code"] = code
    if status in ("failed", "declined"):
        known["success"] = False
    if known["duration"] is None:
        known["duration"] = duration_of(item.get("duration", item.get("duration_ms")))


def duration_of(value: Any) -> int | None:
    """Return a duration in ns, from ``{"secs": 1, "nanos": 5}`` or a number of milliseconds; None if it is neither.

    None also for less than `_MIN_DURATION_NS`: Codex 0.171 states about 4 µs for a command that ended
    before it looked.
    """
    if isinstance(value, dict):
        whole, part = value.get("secs"), value.get("nanos")
        if type(whole) is int and type(part) is int and 0 <= whole < 1 << 32 and 0 <= part < _NS_PER_SECOND:
            duration = whole * _NS_PER_SECOND + part
            return duration if duration >= _MIN_DURATION_NS else None
        return None
    return milliseconds(value)


def _texts(content: Any) -> list[str]:
    if isinstance(content, str):
        return [content]
    parts = content if isinstance(content, list) else []
    return [part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str)]
