"""The base classes of importers of evaluations: each test case is a run, with its grades."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.message_forms import is_message, read_message
from replay_gui.core.importers.formats.records import RecordEvents
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.translation.messages import tr


class CaseEvents(RecordEvents):
    """Make the events of one test case, which is one record."""

    def add_input(self, value: Any) -> None:
        """Add the input: a list of messages, or another prompt."""
        if not (isinstance(value, list) and value and all(map(is_message, value))):
            self.add_message("user", value)
            return
        for one in value:
            message = read_message(one)
            extra = {"fields": message.rest} if message.rest else {}
            if message.role == "assistant":
                if message.content is not None or message.reasoning:
                    self.add_answer(message.content, message.reasoning, extra)
                for call in message.calls:
                    self.run.request(call.id, call.name, call.input, extra={"call": call.rest} if call.rest else None)
                continue
            for result in message.results:
                error = (result.why or "failed") if result.error else None
                self.add_result(result.id, result.output, error, extra, tool_name=result.name)
            if message.content is not None or not message.results:
                self.add_message(message.role, message.content, extra)

    def add_call(self, name: str, given: Any, extra: dict[str, Any]) -> str:
        """Add a call of a tool; return the id for its result."""
        call_id = f"call {self.run.count}"
        self.run.request(call_id, name, given, extra=extra)
        return call_id


class CaseFormat:
    """An importer of evaluations. A subclass names the format, finds the test cases, and makes their events."""

    name: ClassVar[str]
    title: ClassVar[str]

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a file with such test cases."""
        return bool(self.cases(file, ImportNotes()))

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield each test case of a file as a run."""
        notes = ImportNotes(file.notes)
        cases = self.cases(file, notes)
        if not cases:
            raise ImportRefused(tr("{path}: no {title} in it", path=file.source.path, title=tr(self.title)))
        for number, name, case in cases:
            yield self.case_events(ImportNotes(notes)).imported_run(name, [(number, case)])

    def cases(self, file: ForeignFile, notes: ImportNotes) -> list[tuple[int, str, dict[str, Any]]]:
        """Return the test cases of a file as (number, name, case); [] if it has none."""
        raise NotImplementedError

    def case_events(self, notes: ImportNotes) -> CaseEvents:
        """Return the reader of one test case."""
        raise NotImplementedError
