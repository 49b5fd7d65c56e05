"""The outcome of a run that the user has set by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from replay_gui.core.errors import NotesRefused
from replay_gui.core.facts.run_notes import RunNotes
from replay_gui.engine.answers import RunFacts
from replay_gui.engine.files.notes_in_force import change_notes, notes_in_force


def notes_of(facts: RunFacts) -> RunNotes:
    """Return the notes and the outcome that the user set for a run; raise NotesRefused if the file is invalid."""
    in_force = notes_in_force(Path(facts.path), facts.number)
    if in_force.problem:
        raise NotesRefused(in_force.problem)
    return in_force.notes


def set_outcome(facts: RunFacts, passed: bool | None) -> None:
    """Set whether a run passed (None: unknown) in its notes, and leave the rest of them. Raises as change_notes."""
    change_notes(Path(facts.path), facts.number, lambda notes: replace(notes, passed=passed), beside=False)
