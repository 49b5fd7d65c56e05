"""The requests about the notes on an open run, and the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from replay_gui.core.log.positions import EventIndex
from replay_gui.engine.panels.panel_messages import PanelAnswer, PanelQuestion

if TYPE_CHECKING:  # the first window has no note
    from replay_gui.core.facts.run_note import PlacedNote, RunNote


class GetNotes(PanelQuestion, frozen=True):
    """Read the notes. `allow`: from now on, use those beside logs in the run's folder. Answer: NotesRead."""

    allow: bool = False


class AddNote(PanelQuestion, frozen=True):
    """Keep a new note on the events first … last. Answer: NotesRead. See RunNote; `beside` as in ChangeNotes."""

    text: str
    first: EventIndex
    last: EventIndex
    against: str
    beside: bool


class ChangeNotes(PanelQuestion, frozen=True):
    """Remove some notes, and put others in their place. Answer: NotesRead.

    `beside`: whether the user wants notes beside the log, unless an unallowed file is there.
    """

    removed: tuple[RunNote, ...]
    put: tuple[RunNote, ...]
    beside: bool


class NotesRead(PanelAnswer, frozen=True, kw_only=True):
    """The notes on the run.

    Attributes:
        notes: in the order in which they were made. is_beside: whether they are kept beside the log.
        unused: the number of notes in a file beside the log that is not used, because it is not allowed.
        unused_path: of that file, or "". problem: why an allowed file is not used, or "".
        added: the note that the request has added; None if it was no AddNote.
    """

    notes: tuple[PlacedNote, ...]
    is_beside: bool = False
    unused: int = 0
    unused_path: str = ""
    problem: str = ""
    added: RunNote | None = None


NoteQuestion: TypeAlias = GetNotes | AddNote | ChangeNotes
