"""Cursor's agent transcripts: JSON Lines of messages, mostly without times and results of calls."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from replay_gui.core.importers.formats.message_content import content_of
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.message_parts import OF_PARTS
from replay_gui.core.importers.formats.records import ID, RecordEvents, RecordFormat, maps_in
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.times import any_time
from replay_gui.core.text.closed_tags import without_closed
from replay_gui.core.text.placeholders import REASONING_NOT_RECORDED
from replay_gui.core.translation.messages import translatable

_QUERY_END, _TIME_END = "</user_query>", "</timestamp>"
_USER_QUERY = re.compile(f"<user_query>(.*?){_QUERY_END}", re.DOTALL)
_PROMPT_TIME = re.compile(
    r"<timestamp>\s*\w+, (\w{3})\w* (\d{1,2}), (\d{4}),? (\d{1,2}:\d\d [AP]M)\s*(?:\(UTC([+-]\d{1,2})?(?::(\d\d))?\))?"
)
_TIMES = re.compile(f"<timestamp>.*?{_TIME_END}", re.DOTALL)
_NOTICE = re.compile(r"\s*<(?:system_reminder|system_notification|task_notification|system-reminder)>")
_WITHHELD = "[REDACTED]"
_STOPPED = ("aborted", "cancelled", "canceled", "interrupted")


class CursorTranscript(RecordFormat):
    """The importer. A transcript is one run."""

    name = "cursor-transcript"
    title = translatable("Cursor transcript")
    volatile: ClassVar[Mapping[str, str]] = {**dict.fromkeys(("id", "tool_use_id"), ID), **OF_PARTS}

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept messages with only a role and content, and ends of turns."""
        return any("role" in record for record in records) and all(map(_is_known, records))

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one transcript's messages."""
        return _TranscriptEvents(self.name, self.volatile, notes)


def _is_known(record: dict[str, Any]) -> bool:
    if record.get("type") == "turn_ended":
        return True
    message = record.get("message")
    return record.keys() == {"role", "message"} and isinstance(message, dict) and message.keys() == {"content"}


class _TranscriptEvents(RecordEvents):
    agent = "Cursor"

    def __init__(self, format: str, volatile: Mapping[str, str], notes: ImportNotes) -> None:
        super().__init__(format, volatile, notes)
        self._open: dict[str, None] = {}  # calls of the last answer

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the events of one message, or of the end of a turn."""
        self.add_agent()
        message = record.get("message")
        if record.get("type") == "turn_ended":
            self._turn_end(record)
        elif not isinstance(message, dict):
            self.add_unknown(record.get("role"), record)
        else:
            content = message.get("content")
            parts = maps_in(content) or [{"type": "text", "text": content}]
            extra = {**self.rest(record, "role", "message"), **self.rest(message, "content")}
            self.run.unmapped = extra
            if record.get("role") == "assistant":
                self._answer(parts)
            else:
                self._add_parts(str(record.get("role")), parts)

    def _add_parts(self, role: str, parts: list[dict[str, Any]]) -> None:
        for part in parts:
            if part.get("type") == "tool_result":
                self._result(part, {} if role == "user" else {"role": role})
        rest = [part for part in parts if part.get("type") != "tool_result"]
        content = content_of(rest) if rest else None
        if not isinstance(content, str):
            if rest:
                self.add_message(role, content)
            return
        self.how = None
        self.run.context["time"] = _time_in(content)
        asked, around = without_closed(_USER_QUERY, content, _QUERY_END)
        untimed = without_closed(_TIMES, around, _TIME_END)[1].strip()
        if asked and untimed:
            self.run.bookkeeping(f"{self.format}/context", around.strip())
        words = "\n".join(one[1].strip() for one in asked) if asked else untimed
        if not asked and _NOTICE.match(words):
            self.run.observation("notice", self.agent, words, {} if role == "user" else {"role": role})
        else:
            self.add_message(role, words)

    def _answer(self, parts: list[dict[str, Any]]) -> None:
        """Add thoughts, texts and calls in their order."""
        self._open = {}
        for part in parts:
            kind, text = part.get("type"), part.get("text")
            if kind == "text" and isinstance(text, str) and _WITHHELD in text:
                self.add_answer(None, REASONING_NOT_RECORDED)
                text = text.replace(_WITHHELD, "").strip()
                if text:
                    self.add_answer(text)
            elif kind == "text":
                self.add_answer(text, None, self.fields(part, "type", "text"))
            elif kind in ("thinking", "redacted_thinking"):
                self.add_answer(
                    None, str(part.get("thinking") or REASONING_NOT_RECORDED), self.fields(part, "type", "thinking")
                )
            elif kind == "tool_use":
                call_id = str(part.get("id") or f"call {self.run.count}")
                extra = self.fields(part, "type", "name", "input")
                self.run.request(call_id, str(part.get("name") or "tool"), part.get("input"), extra=extra)
                self._open[call_id] = None
            else:
                self.add_answer(content_of([part]))

    def _result(self, part: dict[str, Any], more: dict[str, Any]) -> None:
        """Add the result of the call with this id, or else of the last answer's next call."""
        named = str(part.get("tool_use_id"))
        call_id = named if named in self._open or not self._open else next(iter(self._open))
        self._open.pop(call_id, None)
        output = content_of(part.get("content"))
        error = first_line(output) or "failed" if part.get("is_error") is True else None
        extra = self.rest(part, "type", "content", is_error=error is not None) | more
        self.add_result(call_id, output, error, {"fields": extra} if extra else {})

    def _turn_end(self, record: dict[str, Any]) -> None:
        status, wrong = str(record.get("status")), record.get("error")
        text = wrong if isinstance(wrong, str) else first_line(wrong) or status
        extra = self.fields(record, "type", "status", "error")
        if status in _STOPPED or text in _STOPPED:
            extra = self.fields(record, "type", "error", status="error")
            self.run.interrupted(f"the turn was {text}", "user", extra)
            self.how = "stopped by user", None
        elif status == "error":
            self.run.error("error", text, self.agent, extra)
            self.how = "crash", first_line(text)
        else:
            self.run.bookkeeping(f"{self.format}/turn_ended", self.rest(record, "type"))
            self.how = "answered", None


def _time_in(text: str) -> int | None:
    """Return the time at the beginning of a prompt, in ns, exact to the minute; None if it has none."""
    found = _PROMPT_TIME.search(text)
    if found is None:
        return None
    month, day, year, clock, hours, minutes = found.groups()
    try:
        local = datetime.strptime(f"{month} {day} {year} {clock}", "%b %d %Y %I:%M %p")
    except ValueError:
        return None
    sign = (hours or "+0")[0]
    return any_time(f"{local:%Y-%m-%dT%H:%M}:00{sign}{int((hours or '+0')[1:]):02}:{minutes or '00'}")
