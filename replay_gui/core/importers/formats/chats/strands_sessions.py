"""Strands Agents: a stored session, with one message a file (``agents/agent_…/messages/message_0.json``)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.chats.chat_messages import ChatMessageEvents, ChatMessages
from replay_gui.core.importers.formats.chats.record_folder import numbered_files, records_beside
from replay_gui.core.importers.formats.message_forms import is_message
from replay_gui.core.importers.formats.records import CLOCK, ID
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.translation.messages import tr, translatable


class StrandsSessions:
    """The importer. The messages of one agent are a run; the user opens its first file."""

    name = "strands-session"
    title = translatable("Strands Agents session")
    version = 1
    volatile: ClassVar[dict[str, str]] = {
        **ChatMessages.volatile,
        "updated_at": CLOCK,
        "tracking_id": ID,
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a file with one message of a session."""
        document = file.document
        if not isinstance(document, dict) or "message_id" not in document or "created_at" not in document:
            return False
        return is_message(document.get("message"))

    def companions(self, file: ForeignFile) -> list[Path]:
        """Return the files of the agent's other messages."""
        return records_beside(file.path)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the agent's messages as one run."""
        if not self.recognises(file):
            raise ImportRefused(tr("{path}: no message of a Strands session in it", path=file.source.path))
        messages = [(number, _message(record)) for number, record in numbered_files(file)]
        events = ChatMessageEvents(self.name, self.volatile, ImportNotes(file.notes))
        agent, session = file.path.parent.parent.name, file.path.parent.parent.parent.parent.name
        events.begin({})
        yield events.imported_run(f"{session} {agent}".strip() or file.stem, messages)


def _message(record: Any) -> Any:
    """Return the message in a file's record, with the record's other members."""
    if not isinstance(record, dict) or not is_message(record.get("message")):
        return record
    return {
        **{key: value for key, value in record.items() if key not in ("message", "message_id")},
        **record["message"],
    }
