"""The actions on notes: mark an event, write a note on it, list all notes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Slot
from PySide6.QtWidgets import QMenu, QWidget

from replay_gui.core.log.positions import NO_EVENT, EventIndex, Position, index_before, position_after
from replay_gui.core.text.plain_text import one_line
from replay_gui.engine.answers import EventRow
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.run.note_book import NoteBook
from replay_gui.models.session import Session
from replay_gui.models.undo_history import UndoHistory
from replay_gui.windows.actions import Handlers

if TYPE_CHECKING:
    from replay_gui.core.facts.run_note import PlacedNote
    from replay_gui.windows.compare_view import CompareView
    from replay_gui.windows.notes.note_dialog import NoteDialog
    from replay_gui.windows.notes.notes_dialog import NotesDialog
    from replay_gui.windows.run_view import RunView

_MAX_NAME_CHARACTERS = 200
_BESIDE = "notes_beside_logs"  # whether the user wants that; absent until it was asked


class NoteActions(QObject):
    """The slots of these actions. Attributes: book, book_b: the notes on the runs in A and B."""

    def __init__(self, session: Session, comparison: ComparisonSession, settings: QSettings, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._settings, self._window = session, settings, window
        self._comparison = comparison
        self._notes: NotesDialog | None = None
        self.book, self.book_b = NoteBook(session, self), NoteBook(comparison.b, self)
        self._history = UndoHistory(self)  # of notes alone, which their list undoes
        for book in (self.book, self.book_b):
            self._history.watch(book)
            if settings.contains(_BESIDE):
                book.wants_beside = settings.value(_BESIDE, False, bool) is True
            book.allowed.connect(comparison.rules.allow_offer)
            comparison.rules.changed.connect(book.read_again)  # its folder may be allowed now

    @property
    def handlers(self) -> Handlers:
        """The slots of the actions on notes."""
        return {"bookmark": self.on_bookmark, "note": self.on_note, "notes": self.on_notes}

    def attach(self, view: RunView) -> None:
        """Let the page of the run ask what is to be known about notes."""
        view.add_note_bar(self.book).place_chosen.connect(self._on_place_chosen)
        view.events.menu.parts.append(self._add_to_menu)

    def attach_comparison(self, view: CompareView) -> None:
        """Let the page of a comparison ask the same of both runs."""
        for name, book in (("B", self.book_b), ("A", self.book)):
            view.add_note_bar(book, name).place_chosen.connect(self._on_place_chosen)
            book.allowed.connect(view.why.explain_again)  # an outcome may be among the notes

    def _add_to_menu(self, menu: QMenu, row: EventRow) -> None:
        for words, act in (("&Bookmark", self.on_bookmark), ("&Write a note…", self.on_note)):
            menu.addAction(words).triggered.connect(partial(self._act_on, row.position, act))

    def _act_on(self, position: Position, act: Callable[[], object]) -> None:
        self._session.seek(position)
        act()

    @Slot(bool)
    def _on_place_chosen(self, beside: bool) -> None:
        self._settings.setValue(_BESIDE, beside)
        self.book.keep_beside(beside)
        self.book_b.keep_beside(beside)

    def _here(self) -> tuple[NoteBook, EventIndex, str] | None:
        """Return what a note is about now: the notes of its run, the event, and the run that it is compared with."""
        comparison, found = self._comparison, self._comparison.comparison
        if not comparison.active or found is None or comparison.row < 0:
            position = self._session.position
            return None if position < 1 else (self.book, index_before(position), "")
        in_a, in_b = (int(side[comparison.row]) for side in (found.alignment.a, found.alignment.b))
        book, event, other = (self.book_b, in_b, comparison.a) if in_a == NO_EVENT else (self.book, in_a, comparison.b)
        return book, EventIndex(event), "" if other.facts is None else one_line(other.facts.name, _MAX_NAME_CHARACTERS)

    @Slot()
    def on_bookmark(self) -> None:
        """Mark the current event or divergence; a bookmark that is there already is taken away."""
        if (here := self._here()) is None:
            return
        book, event, against = here
        there = next((one for one in book.at(event) if one.first == one.last == event and not one.note.text), None)
        if there is None:
            book.add("", event, event, against)
        else:
            book.remove(there.note)

    @Slot()
    def on_note(self) -> NoteDialog | None:
        """Write a note on the current event or divergence, or edit the one that is there."""
        from replay_gui.windows.notes.note_dialog import NoteDialog  # not needed before a note is written

        if (here := self._here()) is None:
            return None
        book, event, against = here
        if there := book.at(event):
            return self.edit(there[0], book)
        position, session = position_after(event), book.session
        about = f"Event {position:,}" + (f", against {against}" if against else "")
        dialog = NoteDialog(about, position, self._window, most=session.index.count)
        if (chosen := session.chosen) is not None:
            dialog.first.setValue(chosen[0])
            dialog.last.setValue(chosen[1])
        dialog.written.connect(partial(self._on_written, book, against))
        dialog.open()
        return dialog

    @Slot(object, object)
    def edit(self, placed: PlacedNote, book: NoteBook | None = None) -> NoteDialog:
        """Edit a note, of the run in A where no other notes are named."""
        from replay_gui.windows.notes.note_dialog import NoteDialog  # see on_note

        book = book or self.book
        position = Position(1) if placed.first is None else position_after(placed.first)
        about = f"Event {position:,}" if placed.first is not None else "An event that this run does not have"
        dialog = NoteDialog(about, position, self._window, text=placed.note.text)
        dialog.written.connect(partial(self._on_edited, book, placed))
        dialog.removed.connect(partial(book.remove, placed.note))
        dialog.open()
        return dialog

    @staticmethod
    def _on_written(book: NoteBook, against: str, text: str, first: Position, last: Position) -> None:
        book.add(text, index_before(first), index_before(last), against)

    @staticmethod
    def _on_edited(book: NoteBook, placed: PlacedNote, text: str, _first: Position, _last: Position) -> None:
        if text != placed.note.text:
            book.edit(placed.note, text)

    @Slot()
    def on_notes(self) -> NotesDialog:
        """List all notes, beside the window."""
        from replay_gui.windows.notes.notes_dialog import NotesDialog

        if self._notes is None:
            self._notes = NotesDialog((self.book, self.book_b), self._history, self._window)
            self._notes.edit_wanted.connect(self.edit)
            self._notes.destroyed.connect(self._on_closed)
        self._notes.show()
        self._notes.raise_()
        self._notes.activateWindow()
        return self._notes

    @Slot()
    def _on_closed(self) -> None:
        self._notes = None
