"""Crush sessions: its database ``crush.db`` (SQLite)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.chats.chat_messages import ChatMessageEvents
from replay_gui.core.importers.formats.message_events import decoded, first_line
from replay_gui.core.importers.formats.message_parts import OF_PARTS
from replay_gui.core.importers.formats.records import CLOCK, ID, USAGE, maps_in
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.run_builder import End
from replay_gui.core.importers.side_files import side_files
from replay_gui.core.importers.sqlite_database import Tables, checked_database, is_database_with
from replay_gui.core.importers.times import any_time
from replay_gui.core.log.kinds import Kind
from replay_gui.core.translation.messages import translatable

_TABLES: Tables = {
    "sessions": ("id", "prompt_tokens", "completion_tokens"),
    "messages": ("session_id", "role", "parts"),
}
_ENDS: dict[str, End] = {
    **dict.fromkeys(("end_turn", "stop"), "answered"),
    "max_tokens": "limit",
    "canceled": "stopped by user",
    "permission_denied": "stopped by user",
    "error": "crash",
}
_REFUSED = "User denied permission"
_SHELLS = ("bash", "job_output")
_FAILED = re.compile(
    r"(?:\A|\n)(?:Exit code ([1-9]\d{0,9})|(Command was aborted before completion))(?:\n\n<cwd>[^\n]*</cwd>)?\s*\Z"
)
_MAX_END_CHARACTERS = 5000  # of an output: a folder's name may be long


class Crush:
    """The importer. A session is one run; a subagent's session is a separate run."""

    name = "crush"
    title = translatable("Crush session")
    version = 2
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("id", "session_id", "parent_session_id", "summary_message_id", "tool_call_id"), ID),
        **dict.fromkeys(("created_at", "updated_at", "finished_at", "started_at", "time"), CLOCK),
        "title": "A title that a model wrote; it varies between equal runs.",
        "message_count": "The number of messages; the messages themselves are compared.",
        **dict.fromkeys(("prompt_tokens", "completion_tokens", "cost"), USAGE),
        **OF_PARTS,
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept an SQLite database with Crush's tables."""
        return is_database_with(file, _TABLES)

    def companions(self, file: ForeignFile) -> list[Path]:
        """Return the database's journal, if it has one; the newest messages may be only there."""
        return side_files(file.path)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield each session as one run, the newest first."""
        with checked_database(file.source.path, _TABLES) as database:
            for session in [*database.records("sessions", "ORDER BY updated_at DESC, id DESC")]:
                rows = database.records("messages", "WHERE session_id = ? ORDER BY created_at, rowid", (session["id"],))
                events = _CrushEvents(self.name, self.volatile, ImportNotes(file.notes))
                events.session = session
                records = enumerate([{**row, "parts": decoded(row.get("parts"))} for row in rows], 1)
                yield events.imported_run(str(session["id"]), records, any_time(session.get("created_at")))


class _CrushEvents(ChatMessageEvents):
    agent = "Crush"
    session: Mapping[str, Any] = {}

    def time_of(self, record: dict[str, Any]) -> int | None:
        return any_time(record.get("created_at"))

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the events of one message."""
        if not self._begun:
            self.begin({name: value for name, value in self.rest(dict(self.session)).items() if value != ""})
        parts = [
            {**data, "type": str(part.get("type"))}
            for part in maps_in(record.get("parts"))
            if isinstance(data := part.get("data"), dict)
        ]
        rest = self.rest(record, "role", "parts", "model")
        self.set_model(record.get("model"))
        if record.get("is_summary_message") in (1, True):
            text = "\n".join(str(part.get("text")) for part in parts if part["type"] == "text")
            summary = {"summary": text, **self.rest(record, "parts", "is_summary_message")}
            self.run.add(Kind.SNAPSHOT, {"snapshot_type": "compaction", "data": summary})
            return
        content = [_part(part) for part in parts if part["type"] not in ("finish", "tool_result")]
        facts = {name: value for name, value in rest.items() if name != "is_summary_message"}
        if content or record.get("role") != "tool":
            super().add_record({**facts, "role": record.get("role"), "content": content})
        for part in parts:
            if part["type"] == "tool_result":
                self._tool_result(part)
            elif part["type"] == "finish" and record.get("role") == "assistant":
                self._finish(part)

    def _tool_result(self, part: dict[str, Any]) -> None:
        output, call_id = part.get("content"), str(part.get("tool_call_id"))
        if call_id in self._open:
            self._open.remove(call_id)
        call, about = self.run.call(call_id), {**part, "metadata": decoded(part.get("metadata"))}
        name = call.tool_name if call is not None else str(part.get("name"))
        error = _command_error(output) if name in _SHELLS else None
        if error is None and part.get("is_error") is True:
            error = first_line(output) or "failed"
        refused = error is not None and error.startswith(_REFUSED)
        extra = self.fields(about, "type", "content", "is_error", metadata="", name=call.tool_name if call else None)
        self.add_result(
            call_id, output, error, extra, refused=refused, tool_name=part.get("name"), tool_call_id=call_id
        )

    def _finish(self, part: dict[str, Any]) -> None:
        """Note why an answer ended."""
        reason, words = str(part.get("reason")), first_line(part.get("message")) or first_line(part.get("details"))
        how = _ENDS.get(reason)
        self.how = None if how is None else (how, words or None)
        if reason == "canceled":
            self.run.interrupted(words or "the user stopped the answer", "user")
        elif reason == "error":
            self.run.error("error", words or "failed", "model", self.fields(part, "type", "reason", "message"))

    def add_end(self) -> None:
        """Add the usage of the whole session."""
        counts = {"input": self.session.get("prompt_tokens"), "output": self.session.get("completion_tokens")}
        tokens = {sort: count for sort, count in counts.items() if type(count) is int and count}
        cost = self.session.get("cost") or None
        if tokens or cost:
            # the database counts only the tokens of the last request
            self.run.bookkeeping(f"{self.format}/result", "the whole session", cost=cost, last_tokens=tokens or None)
        super().add_end()


def _command_error(output: Any) -> str | None:
    """Return why a command failed, by the end of its output: Crush marks no command as failed."""
    found = _FAILED.search(output[-_MAX_END_CHARACTERS:]) if isinstance(output, str) else None
    return None if found is None else f"exit {found[1]}" if found[1] else found[2]


def _part(part: dict[str, Any]) -> dict[str, Any]:
    """Return a part in the form of other programs' messages."""
    if part["type"] == "reasoning":
        return {"type": "thinking", "thinking": part.get("thinking"), "signature": part.get("signature")}
    if part["type"] == "tool_call":
        members = {name: value for name, value in part.items() if (name, value) != ("finished", True)}
        return {**members, "input": decoded(part.get("input"))}
    return part
