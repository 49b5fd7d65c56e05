"""A note on events of a run, and the recognition of its events in another import of the run."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.errors import NotesRefused
from replay_gui.core.log.chain import digest
from replay_gui.core.log.event import Event
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number

MAX_NOTE_CHARACTERS = 10_000  # of a note
MAX_NOTES = 1_000  # notes of a run
_HASH = re.compile("[0-9a-f]{64}")
_ANCHOR_FIELDS = ("index", "content", "record", "before", "after")

EventAt = Callable[[EventIndex], Event]


@dataclass(frozen=True, slots=True)
class NoteAnchor:
    """The data by which a note recognises an event.

    Attributes:
        index: its index when the note was made. content: BLAKE3 of its content, hex. record: hash of its record,
            which covers all earlier ones. before, after: BLAKE3 of the contents of its neighbours, "" for none.
    """

    index: EventIndex
    content: str
    record: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class RunNote:
    """A note. text: "" for a bookmark. first, last: the first and the last of its events, equal for one event.

    `against`: for a note on a divergence, the name of the other run.
    """

    text: str
    first: NoteAnchor
    last: NoteAnchor
    against: str = ""


@dataclass(frozen=True, slots=True)
class PlacedNote:
    """A note, and the indexes of its events in a run; None if the run does not have them."""

    note: RunNote
    first: EventIndex | None
    last: EventIndex | None


def anchor_of(event_index: EventIndex, count: int, event_at: EventAt) -> NoteAnchor:
    """Return the anchor of an event of a run of `count` events."""
    event = event_at(event_index)
    record = b"" if event.hash is None else event.hash
    before = _content(event_at(EventIndex(event_index - 1))) if event_index > 0 else ""
    after = _content(event_at(EventIndex(event_index + 1))) if event_index + 1 < count else ""
    return NoteAnchor(event_index, _content(event), record.hex(), before, after)


def place_of(
    anchor: NoteAnchor, count: int, event_at: EventAt, contents: Callable[[], NDArray[np.void] | None]
) -> EventIndex | None:
    """Return the index of an event in a run of `count` events; None if it is not in the run.

    The index is unchanged if the record there is the same. Else it is an event with equal content: of several the one
    between the same neighbours, else the one with the same record, else the one nearest to the old index.

    Args:
        contents: called if the index changed; returns V32[count], BLAKE3 of each content, or None if unknown.
    """
    if anchor.index < count:
        event = event_at(anchor.index)
        if event.hash is not None and event.hash.hex() == anchor.record and _content(event) == anchor.content:
            return anchor.index
    hashes = contents()
    if hashes is None:
        return None
    found = np.flatnonzero(hashes == np.array(bytes.fromhex(anchor.content), hashes.dtype)).tolist()
    if not found:
        return None

    def likeness(at: int) -> tuple[int, int]:
        before = hashes[at - 1].tobytes().hex() if at > 0 else ""
        after = hashes[at + 1].tobytes().hex() if at + 1 < count else ""
        return (before == anchor.before) + (after == anchor.after), -abs(at - anchor.index)

    return EventIndex(max(found, key=likeness))


def note_table(note: RunNote) -> dict[str, Any]:
    """Return a note in the form in which it is written to a file."""
    table: dict[str, Any] = {"text": note.text, "first": _anchor_table(note.first)}
    if note.last != note.first:
        table["last"] = _anchor_table(note.last)
    return table | ({"against": note.against} if note.against else {})


def note_of_table(table: Any, where: str) -> RunNote:
    """Return a note that was read from a file; raise NotesRefused, which begins with `where`, if it is invalid."""
    if not isinstance(table, dict) or not table.keys() <= {"text", "first", "last", "against"}:
        raise NotesRefused(tr("{place}: a note has a text, first, last and against", place=where))
    text, against = table.get("text", ""), table.get("against", "")
    if not isinstance(text, str) or len(text) > MAX_NOTE_CHARACTERS:
        raise NotesRefused(
            tr(
                "{place}: the text of a note has at most {limit} characters",
                place=where,
                limit=whole_number(MAX_NOTE_CHARACTERS),
            )
        )
    if not isinstance(against, str) or len(against) > MAX_NOTE_CHARACTERS:
        raise NotesRefused(tr("{place}: against is the name of a run", place=where))
    first = _anchor(table.get("first"), where)
    return RunNote(text, first, _anchor(table["last"], where) if "last" in table else first, against)


def _content(event: Event) -> str:
    return digest(event.content).hex()


def _anchor_table(anchor: NoteAnchor) -> dict[str, Any]:
    members = {name: getattr(anchor, name) for name in _ANCHOR_FIELDS}
    return {name: value for name, value in members.items() if value != ""}


def _anchor(table: Any, where: str) -> NoteAnchor:
    if not isinstance(table, Mapping) or not table.keys() <= set(_ANCHOR_FIELDS):
        raise NotesRefused(
            tr("{place}: an event of a note has {members}", place=where, members=", ".join(_ANCHOR_FIELDS))
        )
    index = table.get("index")
    if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < 1 << 62:
        raise NotesRefused(tr("{place}: index is a whole number from 0", place=where))
    hashes = {name: table.get(name, "") for name in _ANCHOR_FIELDS[1:]}
    for name, value in hashes.items():
        if not isinstance(value, str) or (not _HASH.fullmatch(value) and (value or name == "content")):
            raise NotesRefused(tr("{place}: {member} is a hash of 64 hexadecimal digits", place=where, member=name))
    return NoteAnchor(EventIndex(index), **hashes)
