"""Reads and keeps the notes on an open run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from replay_gui.core.errors import NotWritten
from replay_gui.core.facts.notes_places import notes_beside
from replay_gui.core.facts.run_note import PlacedNote, RunNote, anchor_of, place_of
from replay_gui.core.facts.run_notes import RunNotes
from replay_gui.core.index.index_columns import COMPARISON_COLUMNS, read_column
from replay_gui.engine.files.notes_in_force import NotesInForce, change_notes, notes_in_force
from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.opening import user_trusted_folders
from replay_gui.engine.panels.note_messages import AddNote, ChangeNotes, GetNotes, NotesRead


def answer_get_notes(run: OpenRun, question: GetNotes) -> NotesRead:
    """Read the notes, and find their events."""
    not_remembered = ""
    if question.allow:
        try:
            user_trusted_folders().add(_log(run).parent)
        except NotWritten as error:
            not_remembered = str(error)
    return _read(run, not_remembered)


def answer_add_note(run: OpenRun, question: AddNote) -> NotesRead:
    """Save a new note. Raises as change_notes."""
    count = run.index.count
    first, last = (anchor_of(index, count, run.log.__getitem__) for index in (question.first, question.last))
    note = RunNote(question.text, first, last, question.against)
    read = answer_change_notes(run, ChangeNotes((), (note,), question.beside))
    return msgspec.structs.replace(read, added=note)


def answer_change_notes(run: OpenRun, question: ChangeNotes) -> NotesRead:
    """Replace some notes by others. Raises as change_notes."""

    def change(notes: RunNotes) -> RunNotes:
        kept = tuple(note for note in notes.notes if note not in question.removed)
        return replace(notes, notes=(*kept, *question.put))

    change_notes(_log(run), run.facts.number, change, beside=question.beside)
    return _read(run)


def _read(run: OpenRun, problem: str = "") -> NotesRead:
    in_force = notes_in_force(_log(run), run.facts.number)
    return NotesRead(
        notes=_placed(run, in_force),
        is_beside=in_force.path == notes_beside(_log(run), run.facts.number),
        unused=in_force.unused_count,
        unused_path="" if in_force.unused is None else str(in_force.unused),
        problem=problem or in_force.problem,
    )


def _placed(run: OpenRun, in_force: NotesInForce) -> tuple[PlacedNote, ...]:
    known: list[NDArray[np.void] | None] = []

    def contents() -> NDArray[np.void] | None:
        """Return the column, read at the first call; None until it exists."""
        if not known:
            known.append(_contents(run))
        return known[0]

    count, event_at = run.index.count, run.log.__getitem__
    placed = []
    for note in in_force.notes.notes:
        first = place_of(note.first, count, event_at, contents)
        last = first if note.last == note.first else place_of(note.last, count, event_at, contents)
        placed.append(PlacedNote(note, first, last))
    return tuple(placed)


def _contents(run: OpenRun) -> NDArray[np.void] | None:
    try:
        column = read_column(run.folder, COMPARISON_COLUMNS[0])
    except (OSError, ValueError):
        return None
    return column if len(column) == run.index.count else None


def _log(run: OpenRun) -> Path:
    return Path(run.facts.path)
