"""The notes in force for a run: the user's own, and those beside its log if the user has allowed its folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from replay_gui.core.errors import NotesRefused, NotWritten, ReplayError
from replay_gui.core.facts.notes_places import notes_beside
from replay_gui.core.facts.run_notes import RunNotes, joined_notes, read_notes, write_notes
from replay_gui.core.path_kinds import reason_of
from replay_gui.core.translation.messages import tr
from replay_gui.engine.opening import user_notes_places, user_trusted_folders


@dataclass(frozen=True, slots=True, kw_only=True)
class NotesInForce:
    """The notes on a run.

    Attributes:
        path: the file that keeps them, which may not exist.
        unused: the file beside the log that is not used, because it is not allowed. unused_count: its notes, and
            its outcome; 0 if it is invalid. problem: why an allowed file is not used, or "".
    """

    notes: RunNotes
    path: Path
    unused: Path | None = None
    unused_count: int = 0
    problem: str = ""


def own_notes(log: Path, run: str = "") -> Path:
    """Return the path of a run's notes among the user's own files; `run` as in notes_beside."""
    return user_notes_places().own_notes(log, run)


def notes_in_force(log: Path, run: str = "") -> NotesInForce:
    """Return the notes on a run of a log."""
    own, beside = own_notes(log, run), notes_beside(log, run)
    notes, problem = _read(own)
    if not os.path.lexists(beside):
        return NotesInForce(notes=notes, path=own, problem=problem)
    others, other_problem = _read(beside)
    if not user_notes_places().allows(log):
        count = len(others.notes) + (others.outcome is not None)
        return NotesInForce(notes=notes, path=own, unused=beside, unused_count=count, problem=problem)
    return NotesInForce(notes=joined_notes(others, notes), path=beside, problem=other_problem or problem)


def change_notes(log: Path, run: str, change: Callable[[RunNotes], RunNotes], *, beside: bool) -> None:
    """Change the notes on a run, in the file that keeps them.

    `beside`: keep them beside the log from now on, which allows its folder; a file there that is not used stays.

    Raises:
        NotesRefused, LogUnreadable: the present file cannot be read, and is left as it is.
        NotWritten: the file cannot be written.
    """
    in_force = notes_in_force(log, run)
    if in_force.problem:
        raise NotesRefused(tr("{problem}; the file stays as it is", problem=in_force.problem))
    path = notes_beside(log, run) if beside and in_force.unused is None else in_force.path
    own = own_notes(log, run)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as why:
        text = tr("{folder}: cannot be made: {reason}", folder=path.parent, reason=reason_of(why))
        raise NotWritten(text) from None
    write_notes(change(in_force.notes), path)
    if path != own:
        user_trusted_folders().add(path.parent)
        own.unlink(missing_ok=True)  # its content is beside the log now


def _read(path: Path) -> tuple[RunNotes, str]:
    try:
        return read_notes(path), ""
    except ReplayError as why:
        return RunNotes(), str(why)
