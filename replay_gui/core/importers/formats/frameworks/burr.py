"""Burr: the log of an application (``begin_entry``, ``end_entry``), with the state after every action."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.records import CLOCK, ID, RecordEvents, RecordFormat
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.times import iso_time
from replay_gui.core.log.kinds import Kind
from replay_gui.core.text.json_pointer import escape_token

_TYPES = ("begin_entry", "end_entry")


class Burr(RecordFormat):
    """The importer. A log is one run; each action is a call, and the state is the recorded one."""

    name = "burr"
    title = "Burr application log"
    version = 5
    volatile: ClassVar[Mapping[str, str]] = {
        "start_time": CLOCK,
        "end_time": CLOCK,
        "time_logged": CLOCK,
        "stream_init_time": CLOCK,
        "first_item_time": CLOCK,
        "span_id": ID,
        "parent_span_id": ID,
    }

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept a file with a record of Burr with `sequence_id` among its first five."""
        return any(record.get("type") in _TYPES and "sequence_id" in record for record in records[:5])

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the log as one run; the state is recorded, not derived."""
        for run in super().runs(file):
            yield replace(run, state_recorded=True)

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one log's records."""
        return _BurrEvents(self.name, self.volatile, notes)


class _BurrEvents(RecordEvents):
    agent = "Burr"
    _state: dict[str, Any] | None = None

    def time_of(self, record: dict[str, Any]) -> int | None:
        return next(
            (time for key in ("start_time", "end_time", "time_logged") if (time := iso_time(record.get(key)))), None
        )

    def add_record(self, record: dict[str, Any]) -> None:
        self.add_agent()
        kind, call_id = record.get("type"), f"step {record.get('sequence_id')}"
        match kind:
            case "begin_entry":
                self.how = None
                name = str(record.get("action"))
                extra = self.fields(record, "type", "action", "inputs")
                self.run.request(call_id, name, record.get("inputs"), extra=extra)
            case "end_entry":
                wrong = record.get("exception")
                error = _last_line(wrong) if wrong else None
                self.how = None if error is None else ("crash", error)
                extra = self.fields(record, "type", "action", "result", "exception", "state", "sequence_id")
                extra |= {"exception": wrong} if wrong else {}
                seq = self.add_result(call_id, record.get("result"), error, extra)
                if isinstance(record.get("state"), dict):
                    self._changed(record["state"], str(record.get("action")), seq)
            case _:
                self.run.bookkeeping(f"{self.format}/{kind}", self.rest(record, "type"))

    def _changed(self, state: dict[str, Any], action: str, response: int) -> None:
        """Add the changes of the state by an action, under ``/burr``."""
        before = self._state or {}
        gone = [{"op": "remove", "path": f"/burr/{escape_token(key)}"} for key in before if key not in state]
        ops: list[dict[str, Any]] = gone + [
            {"op": "add", "path": f"/burr/{escape_token(key)}", "value": value}
            for key, value in state.items()
            if key not in before or before[key] != value
        ]
        if self._state is None:
            ops = [{"op": "add", "path": "/burr", "value": {}}, *ops]
        self._state = state
        self.run.add(Kind.STATE_TRANSITION, {"transition_type": action, "ops": ops}, parent=response)


def _last_line(wrong: Any) -> str:
    """Return the last line of a traceback: the exception."""
    text = str(wrong).strip()
    return text.rpartition("\n")[2] or "failed"
