"""The actions on notes: mark an event, write a note on it, list all notes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QMenu, QWidget

from replay_gui.core.log.positions import NO_EVENT, RUN_START, EventIndex, Position, index_before, position_after
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number
from replay_gui.engine.answers import EventRow
from replay_gui.engine.requests import Side
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.run.note_book import NoteBook, NotesPlaceChoice
from replay_gui.models.session import Session
from replay_gui.models.undo_history import UndoHistory
from replay_gui.windows.actions import Handlers
from replay_gui.windows.settings.settings_store import SettingsStore

if TYPE_CHECKING:
    from replay_gui.core.facts.run_note import PlacedNote
    from replay_gui.windows.compare_view import CompareView
    from replay_gui.windows.notes.note_dialog import NoteDialog, WrittenNote
    from replay_gui.windows.notes.notes_dialog import NotesDialog
    from replay_gui.windows.run_view import RunView

_MAX_NAME_CHARACTERS = 200
_BESIDE_SETTING = "notes_beside_logs"  # whether notes are kept beside logs; absent before the user has decided


class _Noted(NamedTuple):
    """The subject of a note: the notes of its run, the event, and the name of the run that it is compared with."""

    book: NoteBook
    event: EventIndex
    against: str


class NoteActions(QObject):
    """The slots of these actions. Attributes: book, book_b: the notes on the runs in A and B."""

    def __init__(
        self, session: Session, comparison: ComparisonSession, settings: SettingsStore, window: QWidget
    ) -> None:
        super().__init__(window)
        self._session, self._settings, self._window = session, settings, window
        self._comparison = comparison
        self._notes: NotesDialog | None = None
        self._view: CompareView | None = None
        self.book, self.book_b = NoteBook(session, self), NoteBook(comparison.b, self)
        self._history = UndoHistory(self)  # of notes only, for undo in their list
        for book in (self.book, self.book_b):
            self._history.watch(book)
            if settings.value(_BESIDE_SETTING) is not None:
                book.keep_beside(settings.value(_BESIDE_SETTING) == "true")
            book.questions_changed.connect(self._ask_once)
            book.allowed.connect(comparison.rules.allow_offer)
            comparison.rules.changed.connect(book.read_again)  # its folder may be allowed now

    @Slot()
    def _ask_once(self) -> None:
        """Ask on only one of two runs for the place of notes: the answer is for both."""
        if self.book.choice is self.book_b.choice is NotesPlaceChoice.ASKED:
            self.book.set_choice(NotesPlaceChoice.NOT_MADE)

    @property
    def handlers(self) -> Handlers:
        """The slots of the actions on notes."""
        return {"bookmark": self.on_bookmark, "note": self.on_note, "notes": self.on_notes}

    def attach(self, view: RunView) -> None:
        """Show the questions about notes on the page of the run."""
        view.add_note_bar(self.book).place_chosen.connect(self._on_place_chosen)
        view.events.menu.parts.append(self._add_to_menu)

    def attach_comparison(self, view: CompareView) -> None:
        """Show the same questions for both runs on the page of a comparison, and use its current side."""
        self._view = view
        for name, book in (("B", self.book_b), ("A", self.book)):
            view.add_note_bar(book, name).place_chosen.connect(self._on_place_chosen)
            book.allowed.connect(view.why.explain_again)  # an outcome may be among the notes

    def _add_to_menu(self, menu: QMenu, row: EventRow) -> None:
        for words, act in ((tr("&Bookmark"), self.on_bookmark), (tr("&Write a note…"), self.on_note)):
            menu.addAction(words).triggered.connect(partial(self._act_on, row.position, act))

    def _act_on(self, position: Position, act: Callable[[], object]) -> None:
        self._session.seek(position)
        act()

    @Slot(bool)
    def _on_place_chosen(self, beside: bool) -> None:
        self._settings.set_value(_BESIDE_SETTING, "true" if beside else "false")
        self.book.keep_beside(beside)
        self.book_b.keep_beside(beside)

    def _here(self) -> list[_Noted]:
        """Return the possible subjects of a note now: an event, or two if both runs have the step; none at the start.

        Of two, the one in the current run comes first.
        """
        comparison, found = self._comparison, self._comparison.comparison
        if not comparison.active or found is None or comparison.row < 0:
            position = self._session.position
            return [] if position < 1 else [_Noted(self.book, index_before(position), "")]
        sides = ((self.book, found.alignment.a, comparison.b), (self.book_b, found.alignment.b, comparison.a))
        in_b = self._view is not None and self._view.side is Side.B
        return [
            _Noted(book, EventIndex(event), _name(other))
            for book, events, other in (reversed(sides) if in_b else sides)
            if (event := int(events[comparison.row])) != NO_EVENT
        ]

    @Slot()
    def on_bookmark(self) -> None:
        """Mark the current event, of two runs in the current one, or remove its bookmark."""
        if not (here := self._here()):
            return
        book, event, against = here[0]
        there = next((one for one in book.at(event) if one.first == one.last == event and not one.note.text), None)
        if there is None:
            book.add("", event, event, against)
        else:
            book.remove(there.note)
        if self._view is not None and self._comparison.active:
            position, run = whole_number(position_after(event)), book.session.side.value
            added = tr("Bookmark on event {position} of {run}", position=position, run=run)
            removed = tr("No bookmark on event {position} of {run} any more", position=position, run=run)
            self._view.show_message(added if there is None else removed)

    @Slot()
    def on_note(self) -> NoteDialog | None:
        """Write a note on the current event or divergence, or edit the existing one.

        If both runs have the step, on the current run; the dialog lets the user choose the other.
        """
        from replay_gui.windows.notes.note_dialog import NoteDialog, NotePlace  # not needed before a note is written

        here = self._here()
        if not here:
            return None
        if there := here[0].book.at(here[0].event):
            return self.edit(there[0], here[0].book)
        places = []
        for book, event, against in here:
            side = book.session.side.value if len(here) > 1 else ""
            about = _event_words(position_after(event), side, _name(book.session))
            if against:
                about = tr("{event}, against {run}", event=about, run=against)
            first, last = book.session.chosen or (position_after(event), position_after(event))
            places.append(NotePlace(about, first, last, limit=Position(book.session.index.count)))
        dialog = NoteDialog(places, self._window)
        dialog.written.connect(partial(self._on_written, here))
        dialog.open()
        return dialog

    @Slot(object, object)
    def edit(self, placed: PlacedNote, book: NoteBook | None = None) -> NoteDialog:
        """Edit a note, by default of the run in A."""
        from replay_gui.windows.notes.note_dialog import NoteDialog, NotePlace  # see on_note

        book = book or self.book
        position = RUN_START if placed.first is None else position_after(placed.first)
        about = tr("An event that this run does not have") if placed.first is None else _event_words(position)
        if self._comparison.active:
            about = f"{about}: {book.session.side.value}, {_name(book.session)}"
        dialog = NoteDialog((NotePlace(about, position, position),), self._window, text=placed.note.text)
        dialog.written.connect(partial(self._on_edited, book, placed))
        dialog.removed.connect(partial(book.remove, placed.note))
        dialog.open()
        return dialog

    @staticmethod
    def _on_written(here: list[_Noted], note: WrittenNote) -> None:
        book, _, against = here[note.place]
        book.add(note.text, index_before(note.first), index_before(note.last), against)

    @staticmethod
    def _on_edited(book: NoteBook, placed: PlacedNote, note: WrittenNote) -> None:
        if note.text != placed.note.text:
            book.edit(placed.note, note.text)

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


def _event_words(position: Position, side: str = "", run: str = "") -> str:
    """Return ``Event 12``, or with a side and the name of its run ``Event 12 of A, run.rlog``."""
    if not side:
        return tr("Event {position}", position=whole_number(position))
    return tr("Event {position} of {side}, {run}", position=whole_number(position), side=side, run=run)


def _name(session: Session) -> str:
    return "" if session.facts is None else one_line(session.facts.name, _MAX_NAME_CHARACTERS)
