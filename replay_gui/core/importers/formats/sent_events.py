"""Read server-sent events (``event: …``, ``data: …``, an empty line), as a program saves what a server sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.json_lines import NotJson, lines, value_of

_SIGNS = (b"event:", b"data:", b"id:", b"retry:", b":")  # of a line
_DONE = b"[DONE]"
_END = 0, b""  # the empty line that the last event may lack


def are_sent(file: ForeignFile) -> bool:
    """Return whether the file's first two lines are of a server-sent event."""
    first = file.head.lstrip().splitlines()[:2]
    return len(first) == 2 and all(line.startswith(_SIGNS) for line in first)


def first_sent(file: ForeignFile) -> list[dict[str, Any]]:
    """Return the events in the head of the file, for the recognition of a format; the last one may be cut off."""
    head = file.head.replace(b"\r\n", b"\n")
    whole = head if file.source.size == len(file.head) else head.rpartition(b"\n\n")[0]
    return [part for _, part in _parts(enumerate(whole.split(b"\n"), 1), ImportNotes())][:20]


def numbered_sent(file: ForeignFile, notes: ImportNotes) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield each event as ``{"event": …, "data": …}``, with the number of its line with the data."""
    return _parts(((line.number, line.raw) for line in lines(file.source)), notes)


def sent_in(text: str) -> list[dict[str, Any]]:
    """Return the events in a text, in the same form."""
    return [part for _, part in _parts(enumerate(text.encode("utf-8", "replace").split(b"\n"), 1), ImportNotes())]


def _parts(numbered: Iterable[tuple[int, bytes]], notes: ImportNotes) -> Iterator[tuple[int, dict[str, Any]]]:
    event, data, at = "message", list[bytes](), 0
    for number, raw in chain(numbered, [_END]):
        name, _, value = raw.rstrip(b"\r").partition(b":")
        value = value.removeprefix(b" ")
        if name == b"event":
            event = value.decode("utf-8", "replace")
        elif name == b"data":
            data, at = [*data, value], number
        elif not name and not value:
            if data and data != [_DONE]:
                yield at, {"event": event, "data": _value(b"\n".join(data), notes)}
            event, data = "message", []


def _value(raw: bytes, notes: ImportNotes) -> Any:
    """Return the JSON value of the data; its text if it is not JSON."""
    try:
        return value_of(raw, notes) if raw else None
    except NotJson:
        return raw.decode("utf-8", "replace")
