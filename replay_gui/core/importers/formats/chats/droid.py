"""Factory Droid sessions: JSON Lines that begin with ``{"type": "session_start"}``, with messages in parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.formats.chats.chat_messages import ChatMessageEvents
from replay_gui.core.importers.formats.message_forms import OF_PARTS
from replay_gui.core.importers.formats.records import CLOCK, HOST, ID, RECORDER, RecordEvents, RecordFormat
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.log.kinds import Kind

_FOR_THE_MODEL = "<system-reminder>"  # how a text begins that the program put into the user's message


class Droid(RecordFormat):
    """The importer. A session is one run."""

    name = "droid"
    title = "Factory Droid session"
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("id", "parentId", "tool_use_id", "messageId"), ID),
        "timestamp": CLOCK,
        "cwd": HOST,
        "owner": HOST,
        "version": RECORDER,
        **dict.fromkeys(("title", "sessionTitle"), "a name that a model made up for the session"),
        **OF_PARTS,
    }

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept records that begin with a `session_start`, and have a message in a member of its own."""
        starts = bool(records) and records[0].get("type") == "session_start" and "id" in records[0]
        return starts and any(_message(record) is not None for record in records)

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one session's records."""
        return _DroidEvents(self.name, self.volatile, notes)


def _message(record: dict[str, Any]) -> dict[str, Any] | None:
    message = record.get("message")
    return message if record.get("type") == "message" and isinstance(message, dict) and "role" in message else None


class _DroidEvents(ChatMessageEvents):
    agent = "Droid"

    def run_id(self, head: list[dict[str, Any]]) -> str | None:
        session = head[0].get("id")
        return session if isinstance(session, str) else None

    def record(self, record: dict[str, Any]) -> None:
        """Add the events of one record."""
        kind, message = str(record.get("type")), _message(record)
        rest = self.fields(record, "type", "message").get("fields", {})
        if kind == "session_start":
            self.begin(rest)
        elif message is not None and message.get("visibility") == "llm_only":
            self._put_in(message if message["role"] != "user" else message.get("content"))
        elif message is not None:
            own: dict[str, Any] = {key: record[key] for key in ("id", "timestamp") if key in record}
            content = self._without_reminders(message.get("content"))
            if content != []:
                super().record({**message, **rest, **own, "content": content})
        elif kind.startswith("compaction"):
            self.run.add(Kind.SNAPSHOT, {"snapshot_type": kind, "data": rest})
        else:
            self.run.bookkeeping(f"{self.format}/{kind}", rest)

    def _without_reminders(self, content: Any) -> Any:
        """The parts of a message without those that the program put in for the model."""
        if not isinstance(content, list):
            return content
        put_in = [part for part in content if _is_reminder(part)]
        if put_in:
            self._put_in(put_in)
        return [part for part in content if part not in put_in]

    def _put_in(self, content: Any) -> None:
        self.run.bookkeeping(f"{self.format}/context", content)


def _is_reminder(part: Any) -> bool:
    text = part.get("text") if isinstance(part, dict) and part.get("type") == "text" else None
    return isinstance(text, str) and text.lstrip().startswith(_FOR_THE_MODEL)
