"""Burr: the log of an application (``begin_entry``, ``end_entry``), with the state after every action.

Spans within an action, such as a model's answers, are ``begin_span`` and ``end_span``; each of their attributes
(OpenTelemetry's) is a line.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any, ClassVar

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.message_forms import is_message, read_message
from replay_gui.core.importers.formats.records import CLOCK, ID, RecordEvents, RecordFormat, as_fields, numbered_records
from replay_gui.core.importers.formats.traces.otel.meaning import as_common_span
from replay_gui.core.importers.formats.traces.otel.spans import RawSpan
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.times import iso_time
from replay_gui.core.log.kinds import Kind
from replay_gui.core.text.json_pointer import escape_token
from replay_gui.core.translation.messages import translatable

_TYPES = ("begin_entry", "end_entry")
_TIMES = ("start_time", "end_time", "time_logged")
_EXAMINED = 10_000  # records that are searched for a time in both clocks
_QUARTER_HOUR = 15 * 60 * 10**9  # ns; time zones differ from UTC by whole quarters


class Burr(RecordFormat):
    """The importer. A log is one run; each action is a call, and the state is the recorded one."""

    name = "burr"
    title = translatable("Burr application log")
    version = 6
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
    _offset = 0  # ns to add to a time without a zone, for UTC
    _span_id: Any = None
    _span_time: int | None = None

    def __init__(self, format: str, volatile: Collection[str], notes: ImportNotes) -> None:
        super().__init__(format, volatile, notes)
        self._span = dict[str, Any]()  # attributes of one span, so far

    def examine_file(self, file: ForeignFile) -> None:
        """Measure how far local times, which have no zone, are from UTC: attributes have their time in UTC."""
        local = None
        for _, record in islice(numbered_records(file, ImportNotes()), _EXAMINED):
            time = self.time_of(record) if isinstance(record, dict) else None
            if time is None:
                continue
            if record.get("type") != "attribute":
                local = time
            elif local is not None and "time_logged" in record:
                self._offset = round((time - local) / _QUARTER_HOUR) * _QUARTER_HOUR
                return

    def time_of(self, record: dict[str, Any]) -> int | None:
        text = next((record[key] for key in _TIMES if record.get(key)), None)
        time = iso_time(text)
        has_zone = isinstance(text, str) and (text.endswith(("Z", "z")) or text[-6:-5] in ("+", "-"))
        return time if time is None or has_zone else time + self._offset

    def add_record(self, record: dict[str, Any]) -> None:
        self.add_agent()
        kind, call_id = record.get("type"), f"step {record.get('sequence_id')}"
        if self._span and (kind != "attribute" or record.get("span_id") != self._span_id):
            self._add_answer_of_span()
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
                if kind == "attribute" and isinstance(key := record.get("key"), str):
                    self._span_id, self._span[key] = record.get("span_id"), record.get("value")
                    self._span_time = self.time_of(record)
                self.run.bookkeeping(f"{self.format}/{kind}", self.rest(record, "type"))

    def add_end(self) -> None:
        if self._span:
            self._add_answer_of_span()

    def _add_answer_of_span(self) -> None:
        """Add the model's answer in the attributes that were read, if it is in them, with its tokens."""
        attributes, self._span = self._span, {}
        span = as_common_span(_raw_span(attributes), ImportNotes())
        messages = [read_message(value) for value in span.answers if is_message(value)]
        if span.role != "model" or not messages:
            return
        meta = {"time": self._span_time, **{name: span.meta.get(name) for name in ("model", "tokens", "cost")}}
        texts = [message.content for message in messages if message.content is not None]
        calls = [{"name": call.name, "input": call.input} for message in messages for call in message.calls]
        reasoning = "\n".join(message.reasoning for message in messages if message.reasoning)
        text = texts[0] if len(texts) == 1 else texts
        self.add_answer(text, reasoning, as_fields({"tool_calls": calls} if calls else {}), **meta)

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


def _raw_span(attributes: dict[str, Any]) -> RawSpan:
    return RawSpan(trace="", id="", parent=None, name="", start=None, end=None, attributes=attributes, error=None)


def _last_line(wrong: Any) -> str:
    """Return the last line of a traceback: the exception."""
    text = str(wrong).strip()
    return text.rpartition("\n")[2] or "failed"
