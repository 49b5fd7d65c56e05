"""The notes beside a log, in which an outcome is kept that the user has set by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from replay_gui.core.facts.run_notes import RunNotes, notes_beside, read_notes, write_notes
from replay_gui.engine.answers import RunFacts


def notes_of(facts: RunFacts) -> RunNotes:
    """Return what is set by hand for a run; NotesRefused, LogUnreadable: its file cannot be used."""
    return read_notes(_path(facts))


def set_outcome(facts: RunFacts, passed: bool | None) -> None:
    """Keep whether a run passed, None for what is not known; what else its notes say stays.

    Raises:
        NotesRefused, LogUnreadable: the file that is there cannot be read, and is left as it is.
        NotWritten: it cannot be written.
    """
    path = _path(facts)
    write_notes(replace(read_notes(path), passed=passed), path)


def _path(facts: RunFacts) -> Path:
    number = str(facts.runs.index(facts.run) + 1) if len(facts.runs) > 1 and facts.run in facts.runs else ""
    return notes_beside(Path(facts.path), number)
