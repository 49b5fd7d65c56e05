"""Temporal workflow histories in JSON: ``{"eventId", "eventTime", "eventType", …}`` for each event.

The events are in ``{"events": […]}`` (command line), in ``{"history": {"events": […]}}`` (HTTP API), in a bare array
(Temporal's web interface), or one per line. Programs also write them with Python's names (``event_id``), with the
objects and numbers of protobuf in JavaScript, and, as old versions did, with ``timestamp`` in ns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.frameworks.temporal.events import (
    VOLATILE,
    TemporalEvents,
    attributes_of,
    name_of,
)
from replay_gui.core.importers.formats.records import numbered_records
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.times import any_time
from replay_gui.core.translation.messages import tr, translatable

PROTOBUF = "a Temporal history in protobuf form, which is not read; export it as JSON (temporal workflow show -o json)"


class Temporal:
    """The importer. A history is one run; each of its events becomes one event."""

    name = "temporal"
    title = translatable("Temporal workflow history")
    version = 5
    volatile: ClassVar[Mapping[str, str]] = VOLATILE

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a history in JSON; also one in protobuf, so that `runs` can explain how to export it as JSON."""
        return bool(_histories(file)) or _is_protobuf(file)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the history as one run; raise ImportRefused for protobuf."""
        if _is_protobuf(file):
            raise ImportRefused(tr("{path}: {reason}", path=file.source.path, reason=PROTOBUF))
        histories = _histories(file)
        if not histories:
            raise ImportRefused(tr("{path}: no Temporal history in it", path=file.source.path))
        for number, history in enumerate(histories, 1):
            name = file.stem if len(histories) == 1 else f"{file.stem} {number}"
            yield self._run(name, sorted(map(_usual, history), key=_number), ImportNotes(file.notes))

    def _run(self, name: str, events: list[dict[str, Any]], notes: ImportNotes) -> ImportedRun:
        first = attributes_of(events[0])
        return ImportedRun(
            name=name,
            run_id=str(first.get("originalExecutionRunId") or name),
            agent=name_of(first.get("workflowType")) or "workflow",
            created=any_time(events[0].get("eventTime")),
            source={"workflow_id": first["workflowId"]} if "workflowId" in first else {},
            events=TemporalEvents(notes).read(events),
            notes=notes,
        )


def _histories(file: ForeignFile) -> list[list[dict[str, Any]]]:
    """Return the events of each history in file order; [] if the file has none."""
    document = file.document
    if document is None and file.first_lines and all(map(_is_event, filter(None, file.first_lines))):
        document = [record for _, record in numbered_records(file, file.notes) if isinstance(record, dict)]
    if history := _history(document):
        return [history]
    several = [_history(one) for one in document] if isinstance(document, list) else []
    return several if all(several) else []


def _history(document: Any) -> list[dict[str, Any]]:
    if isinstance(document, dict) and isinstance(document.get("history"), dict):
        document = document["history"]
    events = document.get("events") if isinstance(document, dict) else document
    return events if isinstance(events, list) and all(map(_is_event, events)) else []


def _is_event(value: Any) -> bool:
    return isinstance(value, dict) and (
        value.keys() >= {"eventId", "eventType"} or value.keys() >= {"event_id", "event_type"}
    )


def _usual(event: dict[str, Any]) -> dict[str, Any]:
    """Return an event with the names and values that Temporal's own tools write."""
    plain: dict[str, Any] = _without_protobuf(_in_camel_case(event) if "event_id" in event else event)
    if "eventTime" not in plain and "timestamp" in plain:
        plain["eventTime"] = plain.pop("timestamp")
    if isinstance(plain["eventType"], int):  # the name of the attributes is the same in words
        named = next((name for name in plain if name.endswith(_ATTRIBUTES)), None)
        words = _CAPITAL.sub("_", named.removesuffix(_ATTRIBUTES)).upper() if named else str(plain["eventType"])
        plain["eventType"] = f"EVENT_TYPE_{words}"
    return plain


def _in_camel_case(value: Any) -> Any:
    if isinstance(value, list):
        return [_in_camel_case(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        _WORD.sub(lambda match: match[1].upper(), key): member if key in _BY_USER else _in_camel_case(member)
        for key, member in value.items()
    }


def _without_protobuf(value: Any) -> Any:
    """Return `value` with whole numbers and times in place of protobuf's objects in JavaScript."""
    match value:
        case {"low": int(low), "high": int(high), "unsigned": bool()}:
            return (high << 32) + (low & 0xFFFFFFFF)
        case {"seconds": seconds, **rest} if rest.keys() <= {"nanos"}:
            whole, nanos = _without_protobuf(seconds), rest.get("nanos") or 0
            whole = int(whole) if isinstance(whole, str) and whole.isdecimal() and len(whole) < 12 else whole
            return whole * 10**9 + nanos if isinstance(whole, int) and isinstance(nanos, int) else value
        case dict():
            return {key: _without_protobuf(member) for key, member in value.items()}
        case list():
            return [_without_protobuf(item) for item in value]
    return value


_ATTRIBUTES = "EventAttributes"
_CAPITAL, _WORD = re.compile(r"(?<!^)(?=[A-Z])"), re.compile(r"(?<=[a-z0-9])_([a-z])")
_BY_USER = ("fields", "indexed_fields", "metadata", "data", "details")  # members whose names are not Temporal's


def _number(event: dict[str, Any]) -> int:
    """Return the event's number, for sorting: some exports have the newest first."""
    number = str(event["eventId"])
    return int(number) if number.isdecimal() and len(number) < 19 else 0


def _is_protobuf(file: ForeignFile) -> bool:
    """Return whether the file is a history in protobuf, by its first bytes and its name.

    Field 1 is a message whose field 1 is the number 1. The form has no magic number, so the file's name is checked.
    """
    return (
        file.source.path.suffix == ".bin" and re.match(rb"\n[\x80-\xff]*[\x00-\x7f]\x08\x01\x12", file.head) is not None
    )
