"""The actions on notes: mark an event, write a note on it, list all notes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Slot
from PySide6.QtWidgets import QWidget

from replay_gui.core.facts.run_note import PlacedNote
from replay_gui.core.log.positions import Position, index_before, position_after
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.run.note_book import NoteBook
from replay_gui.models.session import Session
from replay_gui.windows.actions import Handlers

if TYPE_CHECKING:
    from replay_gui.windows.notes.note_dialog import NoteDialog
    from replay_gui.windows.notes.notes_dialog import NotesDialog
    from replay_gui.windows.run_view import RunView

_BESIDE = "notes_beside_logs"  # whether the user wants that; absent until it was asked


class NoteActions(QObject):
    """The slots of these actions. Attributes: book: the notes on the run in A."""

    def __init__(self, session: Session, comparison: ComparisonSession, settings: QSettings, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._settings, self._window = session, settings, window
        self._notes: NotesDialog | None = None
        self.book = NoteBook(session, self)
        if settings.contains(_BESIDE):
            self.book.wants_beside = settings.value(_BESIDE, False, bool) is True
        self.book.allowed.connect(comparison.rules.allow_offer)
        comparison.rules.changed.connect(self.book.read_again)  # its folder may be allowed now

    @property
    def handlers(self) -> Handlers:
        """The slots of the actions on notes."""
        return {"bookmark": self.on_bookmark, "note": self.on_note, "notes": self.on_notes}

    def attach(self, view: RunView) -> None:
        """Let the page of the run ask what is to be known about notes."""
        view.add_note_bar(self.book).place_chosen.connect(self._on_place_chosen)

    @Slot(bool)
    def _on_place_chosen(self, beside: bool) -> None:
        self._settings.setValue(_BESIDE, beside)
        self.book.keep_beside(beside)

    @Slot()
    def on_bookmark(self) -> None:
        """Mark the current event; a bookmark that is there already is taken away."""
        if self._session.position < 1:
            return
        here = index_before(self._session.position)
        there = next((one for one in self.book.at(here) if one.first == one.last == here and not one.note.text), None)
        if there is None:
            self.book.add("", here, here)
        else:
            self.book.remove(there.note)

    @Slot()
    def on_note(self) -> NoteDialog | None:
        """Write a note on the current event, or edit the one that is there."""
        if self._session.position < 1:
            return None
        from replay_gui.windows.notes.note_dialog import NoteDialog  # not needed before a note is written

        there = self.book.at(index_before(self._session.position))
        if there:
            return self.edit(there[0])
        position = self._session.position
        dialog = NoteDialog(f"Event {position:,}", position, self._window, most=self._session.index.count)
        if (chosen := self._session.chosen) is not None:
            dialog.first.setValue(chosen[0])
            dialog.last.setValue(chosen[1])
        dialog.written.connect(self._on_written)
        dialog.open()
        return dialog

    @Slot(object)
    def edit(self, placed: PlacedNote) -> NoteDialog:
        """Edit a note."""
        from replay_gui.windows.notes.note_dialog import NoteDialog  # see on_note

        position = Position(1) if placed.first is None else position_after(placed.first)
        about = f"Event {position:,}" if placed.first is not None else "An event that this run does not have"
        dialog = NoteDialog(about, position, self._window, text=placed.note.text)
        dialog.written.connect(partial(self._on_edited, placed))
        dialog.removed.connect(partial(self.book.remove, placed.note))
        dialog.open()
        return dialog

    @Slot(str, object, object)
    def _on_written(self, text: str, first: Position, last: Position) -> None:
        self.book.add(text, index_before(first), index_before(last))

    def _on_edited(self, placed: PlacedNote, text: str, first: Position, last: Position) -> None:
        if text != placed.note.text:
            self.book.edit(placed.note, text)

    @Slot()
    def on_notes(self) -> NotesDialog:
        """List all notes, beside the window."""
        from replay_gui.windows.notes.notes_dialog import NotesDialog

        if self._notes is None:
            self._notes = NotesDialog(self._session, self.book, self._window)
            self._notes.edit_wanted.connect(self.edit)
            self._notes.destroyed.connect(self._on_closed)
        self._notes.show()
        self._notes.raise_()
        self._notes.activateWindow()
        return self._notes

    @Slot()
    def _on_closed(self) -> None:
        self._notes = None
