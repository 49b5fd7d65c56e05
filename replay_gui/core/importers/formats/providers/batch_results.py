"""Results of batches of requests to OpenAI's and Anthropic's APIs, one per line; each is a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.chats.chat_messages import ChatMessageEvents, ChatMessages
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.message_forms import is_message
from replay_gui.core.importers.formats.records import ID, first_records, numbered_records
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.translation.messages import tr, translatable

NOT_RESULTS = translatable("records that are no result of a batch, left out")


class BatchResults:
    """The importer. A result has the model's response, or why the request failed."""

    name = "batch-results"
    title = translatable("results of a batch")
    version = 1
    volatile: ClassVar[Mapping[str, str]] = {**ChatMessages.volatile, "request_id": ID}

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a file whose first records are results of a batch."""
        first = first_records(file)
        return bool(first) and all(_is_result(record) for record in first)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield a run for each result, named by the id that the request was given."""
        notes, found = ImportNotes(file.notes), False
        for number, record in numbered_records(file, notes):
            if not _is_result(record):
                notes.count(NOT_RESULTS)
                continue
            found = True
            events = _BatchEvents(self.name, self.volatile, ImportNotes(notes))
            yield events.imported_run(str(record["custom_id"]), [(number, record)])
        if not found:
            raise ImportRefused(tr("{path}: no result of a batch in it", path=file.source.path))


def _is_result(record: Any) -> bool:
    match record:
        case {"custom_id": str(), "response": dict() | None, "error": _}:
            return True
        case {"custom_id": str(), "result": {"type": str()}}:
            return True
    return False


class _BatchEvents(ChatMessageEvents):
    def add_record(self, record: dict[str, Any]) -> None:
        """Add the response, or the error."""
        result = record.get("result")
        whole = result if isinstance(result, dict) else record.get("response") or {}
        answer = whole.get("message", whole.get("body"))
        self.begin({**self.rest(record, "response", "result", "error"), **self.rest(whole, "message", "body", "error")})
        inner = answer.get("error") if isinstance(answer, dict) and not is_message(answer) else None
        wrong = record.get("error") or whole.get("error") or inner
        if isinstance(answer, dict) and is_message(answer):
            super().add_record(answer)
            self.how = "answered", None
        elif answer is not None and not (isinstance(answer, dict) and answer.keys() == {"error"}):
            self.run.custom(f"{self.format}/body", answer)
        if wrong or not isinstance(answer, dict):
            problem = wrong.get("error", wrong) if isinstance(wrong, dict) else wrong
            reason = problem.get("message") or problem.get("type") if isinstance(problem, dict) else problem
            text = first_line(str(reason or whole.get("type") or "no response"))
            self.run.error("request_failed", text, "model", {"details": wrong} if isinstance(wrong, dict) else None)
            self.how = "crash", text
