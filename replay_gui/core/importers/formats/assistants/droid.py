"""Factory Droid sessions: JSON Lines that begin with ``{"type": "session_start"}``, with messages in parts.

A settings file next to the session holds its tokens and its model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar

from replay_gui.core.importers.foreign_file import ForeignFile, read_side_json
from replay_gui.core.importers.formats.chats.chat_messages import ChatMessageEvents
from replay_gui.core.importers.formats.message_parts import OF_PARTS
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import CLOCK, HOST, ID, RECORDER, USAGE, RecordEvents, RecordFormat
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun
from replay_gui.core.importers.side_files import belongs_to
from replay_gui.core.log.kinds import Kind
from replay_gui.core.path_kinds import is_file
from replay_gui.core.translation.messages import translatable

_TOKENS = {
    "input": "inputTokens",
    "cached": "cacheReadTokens",
    "written": "cacheCreationTokens",
    "output": "outputTokens",
}
_FOR_THE_MODEL, _END = "<system-reminder>", "</system-reminder>"  # around additions of the program


class Droid(RecordFormat):
    """The importer. A session is one run."""

    name = "droid"
    title = translatable("Factory Droid session")
    version = 4
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("id", "parentId", "tool_use_id", "messageId"), ID),
        "timestamp": CLOCK,
        "cwd": HOST,
        "owner": HOST,
        "version": RECORDER,
        **dict.fromkeys(("assistantActiveTimeMs", "providerLockTimestamp", "archivedAt"), CLOCK),
        **dict.fromkeys(("tokenUsage", "inclusiveTokenUsage", "childInclusiveTokenUsageBySessionId"), USAGE),
        **dict.fromkeys(("title", "sessionTitle"), "A title that a model wrote; it varies between equal runs."),
        **OF_PARTS,
    }

    def companions(self, file: ForeignFile) -> list[Path]:
        """Return the settings file of a session, if there is one."""
        path = file.path.with_name(f"{file.path.stem}.settings.json")
        return [path] if is_file(path) and belongs_to(path, file.path) else []

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the session as one run, with the facts of its settings at the end."""
        for run in super().runs(file):
            yield replace(run, events=chain(run.events, self._settings(file)))

    def _settings(self, file: ForeignFile) -> Iterator[ImportedEvent]:
        for path in self.companions(file):
            settings = read_side_json(path)
            if not isinstance(settings, dict):
                settings = {"problem": "the settings are no JSON object, or cannot be read"}
            content = {key: value for key, value in settings.items() if key not in self.volatile}
            usage = settings.get("tokenUsage")
            meta = {"tokens": _tokens(usage), "usage": usage, "model": settings.get("model")}
            known_meta = {key: value for key, value in meta.items() if value}
            yield ImportedEvent("x:bookkeeping/droid/settings", {"data": content}, known_meta)

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept records that begin with a `session_start`, and have a member with a message."""
        starts = bool(records) and records[0].get("type") == "session_start" and "id" in records[0]
        return starts and any(_message(record) is not None for record in records)

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one session's records."""
        return _DroidEvents(self.name, self.volatile, notes)


def _tokens(usage: Any) -> dict[str, int]:
    """Return the tokens of a session; cache reads and writes count as input."""
    counts = counted_tokens(usage, _TOKENS)
    written = counts.pop("written", 0)
    return {**counts, "input": counts.get("input", 0) + counts.get("cached", 0) + written} if counts else {}


def _message(record: dict[str, Any]) -> dict[str, Any] | None:
    message = record.get("message")
    return message if record.get("type") == "message" and isinstance(message, dict) and "role" in message else None


class _DroidEvents(ChatMessageEvents):
    agent = "Droid"

    def run_id(self, head: list[dict[str, Any]]) -> str | None:
        session = head[0].get("id")
        return session if isinstance(session, str) else None

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the events of one record."""
        kind, message = str(record.get("type")), _message(record)
        rest = self.rest(record, "type", "message")
        if kind == "session_start":
            self.begin(rest)
        elif message is not None and message.get("visibility") == "llm_only":
            self._put_in(message if message["role"] != "user" else message.get("content"))
        elif message is not None:
            own: dict[str, Any] = {key: record[key] for key in ("id", "timestamp") if key in record}
            content = self._without_reminders(message.get("content"))
            if content != []:
                super().add_record({**message, **rest, **own, "content": content})
        elif kind.startswith("compaction"):
            self.run.add(Kind.SNAPSHOT, {"snapshot_type": kind, "data": rest})
        else:
            self.run.bookkeeping(f"{self.format}/{kind}", rest)

    def _without_reminders(self, content: Any) -> Any:
        """Return the parts of a message without those that the program added for the model."""
        if not isinstance(content, list):
            return content
        content = [one for part in content for one in _without_reminder(part)]
        put_in = [part for part in content if _is_reminder(part)]
        if put_in:
            self._put_in(put_in)
        return [part for part in content if part not in put_in]

    def _put_in(self, content: Any) -> None:
        self.run.bookkeeping(f"{self.format}/context", content)


def _is_reminder(part: Any) -> bool:
    text = part.get("text") if isinstance(part, dict) and part.get("type") == "text" else None
    return isinstance(text, str) and text.lstrip().startswith(_FOR_THE_MODEL)


def _without_reminder(part: Any) -> list[Any]:
    """Return a part; split in two if the user's words follow a reminder in its text."""
    if not _is_reminder(part):
        return [part]
    put_in, end, text = part["text"].rpartition(_END)
    if not end or not text.strip():
        return [part]
    return [{**part, "text": put_in + end}, {**part, "text": text.strip()}]
