"""The outcome of a run that the user has set by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from replay_gui.core.errors import NotesRefused
from replay_gui.core.facts.run_notes import RunNotes
from replay_gui.engine.answers import RunFacts
from replay_gui.engine.files.notes_in_force import change_notes, notes_in_force


def notes_of(facts: RunFacts) -> RunNotes:
    """Return what is set by hand for a run; NotesRefused: its file cannot be used."""
    in_force = notes_in_force(Path(facts.path), facts.number)
    if in_force.problem:
        raise NotesRefused(in_force.problem)
    return in_force.notes


def set_outcome(facts: RunFacts, passed: bool | None) -> None:
    """Keep whether a run passed, None for what is not known; what else its notes say stays. Raises as change_notes."""
    change_notes(Path(facts.path), facts.number, lambda notes: replace(notes, passed=passed), beside=False)
