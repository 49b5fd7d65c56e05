"""AgentBench: ``runs.jsonl`` and ``error.jsonl``, with a sample's conversation, result and status in each line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.chats.chat_messages import ChatMessageEvents, ChatMessages
from replay_gui.core.importers.formats.records import CLOCK, NO_RUNS, as_map, first_records, numbered_records
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.run_builder import End
from replay_gui.core.importers.times import any_time
from replay_gui.core.translation.messages import tr, translatable

_MEMBERS = {"index", "error", "info", "output", "time"}
_OF_OUTPUT = {"index", "status", "result", "history"}
_ENDS: dict[str, End] = {
    "completed": "answered",
    "task limit reached": "limit",
    "agent context limit": "limit",
    "cancelled": "stopped by user",
    **dict.fromkeys(("agent validation failed", "agent invalid action", "task error"), "crash"),
}


class AgentBench:
    """The importer. A line is one run."""

    name = "agent-bench"
    title = translatable("AgentBench runs")
    version = 1
    volatile: ClassVar[Mapping[str, str]] = {**ChatMessages.volatile, "time": CLOCK}

    def recognises(self, file: ForeignFile) -> bool:
        """Accept lines with the members that AgentBench writes for each sample."""
        first = first_records(file)
        return bool(first) and all(map(_is_sample, first))

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield a run for each sample, named by its number."""
        notes, found = ImportNotes(file.notes), False
        for number, record in numbered_records(file, notes):
            if not _is_sample(record):
                notes.count(NO_RUNS)
                continue
            found = True
            events = _AgentBenchEvents(self.name, self.volatile, ImportNotes(notes))
            written = any_time(as_map(record["time"]).get("timestamp"))
            yield events.imported_run(f"{file.stem} {record['index']}", [(number, record)], written)
        if not found:
            raise ImportRefused(tr("{path}: no {title} in it", path=file.source.path, title=tr(self.title)))


def _is_sample(record: Any) -> bool:
    output = record.get("output") if isinstance(record, dict) else None
    return isinstance(output, dict) and record.keys() >= _MEMBERS and output.keys() >= _OF_OUTPUT


class _AgentBenchEvents(ChatMessageEvents):
    def add_record(self, record: dict[str, Any]) -> None:
        """Add the conversation of a sample, then what came of it."""
        output, wrong, info = record["output"], record.get("error"), record.get("info")
        self.begin({**self.rest(record, "error", "info", "output"), **self.rest(output, "history", "result", "status")})
        history = output.get("history")
        history = history if isinstance(history, list) else [] if history is None else [history]
        for message in history:
            super().add_record(message if isinstance(message, dict) else {"message": message})
        status, result = str(output.get("status")), output.get("result")
        if wrong is not None or info not in (None, ""):
            self.run.error(str(wrong or "info").lower(), str(info or wrong), "agent", {"status": status})
        self.how = (_ENDS.get(status, "crash" if wrong else "open"), str(wrong) if wrong else status)
        if result is not None:
            passed = as_map(result).get("result")
            verdict = passed if isinstance(passed, bool) else None
            self.run.outcome(passed=verdict, score=None, by="AgentBench result", answer=result)
