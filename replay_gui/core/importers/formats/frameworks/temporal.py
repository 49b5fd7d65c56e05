"""Temporal workflow histories in JSON: ``{"eventId", "eventTime", "eventType", …}`` for each event.

The events are in ``{"events": […]}`` (command line), in ``{"history": {"events": […]}}`` (HTTP API), in a bare array
(Temporal's web interface), or one per line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.frameworks.temporal_events import (
    VOLATILE,
    TemporalEvents,
    attributes_of,
    name_of,
)
from replay_gui.core.importers.formats.records import numbered_records
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.times import any_time

PROTOBUF = "a Temporal history in protobuf form, which is not read; export it as JSON (temporal workflow show -o json)"


class Temporal:
    """The importer. A history is one run; each of its events becomes one event."""

    name = "temporal"
    title = "Temporal workflow history"
    version = 3
    volatile: ClassVar[Mapping[str, str]] = VOLATILE

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a history in JSON; also one in protobuf, so that `runs` can explain how to export it as JSON."""
        return bool(_history(file)) or _is_protobuf(file)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the history as one run; raise ImportRefused for protobuf."""
        if _is_protobuf(file):
            raise ImportRefused(f"{file.source.path}: {PROTOBUF}")
        events = sorted(_history(file), key=_number)
        if not events:
            raise ImportRefused(f"{file.source.path}: no Temporal history in it")
        notes = ImportNotes(file.notes)
        first = attributes_of(events[0])
        stem = file.stem
        yield ImportedRun(
            name=stem,
            run_id=str(first.get("originalExecutionRunId") or stem),
            agent=name_of(first.get("workflowType")) or "workflow",
            created=any_time(events[0].get("eventTime")),
            source={"workflow_id": first["workflowId"]} if "workflowId" in first else {},
            events=TemporalEvents(notes).read(events),
            notes=notes,
        )


def _history(file: ForeignFile) -> list[dict[str, Any]]:
    """Return the file's events in file order; [] if it is not a history."""
    document = file.document
    if document is None and file.first_lines and all(map(_is_event, filter(None, file.first_lines))):
        document = [record for _, record in numbered_records(file, file.notes) if isinstance(record, dict)]
    if isinstance(document, dict) and isinstance(document.get("history"), dict):
        document = document["history"]
    events = document.get("events") if isinstance(document, dict) else document
    return events if isinstance(events, list) and all(map(_is_event, events)) else []


def _is_event(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() >= {"eventId", "eventType"}


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
