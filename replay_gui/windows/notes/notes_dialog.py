"""All notes on the run, or on two compared runs: a list that can be searched, and leads to their events."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from replay_gui.core.facts.run_note import PlacedNote
from replay_gui.core.log.positions import position_after
from replay_gui.core.translation.messages import tr, trn
from replay_gui.core.translation.numbers import whole_number
from replay_gui.look.theme import GAP, WIDE
from replay_gui.models.run.note_book import NoteBook
from replay_gui.models.undo_history import UndoHistory
from replay_gui.widgets.parts.text.plain_label import PlainLabel
from replay_gui.windows.dialogs.wrapped_dialog import WrappedDialog

_SIZE_PX = (72 * GAP, 56 * GAP)


class NotesDialog(WrappedDialog):
    """Beside the window, which stays usable.

    Signal: edit_wanted(object, object): edit this PlacedNote of this NoteBook.
    """

    edit_wanted = Signal(object, object)

    def __init__(self, books: tuple[NoteBook, NoteBook], history: UndoHistory, parent: QWidget) -> None:
        """`books`: the notes on the runs in A and B. `history`: the changes of both, for undo."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Notes"))
        self._books, self._history = books, history
        self._listed: list[tuple[NoteBook, PlacedNote]] = []
        self.line = QLineEdit()
        self.line.setPlaceholderText(tr("Find in notes"))
        self.line.setAccessibleName(tr("Find in notes"))
        self.line.setClearButtonEnabled(True)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Notes"))
        self.words = PlainLabel(role="secondary")
        self.words.setWordWrap(True)
        self.go, self.edit = QPushButton(tr("Go to it")), QPushButton(tr("Edit…"))
        self.remove, self.undo = QPushButton(tr("Remove")), QPushButton(tr("Undo"))
        buttons = QHBoxLayout()
        for button in (self.undo, self.remove, self.edit, self.go):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        buttons.insertStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(WIDE, WIDE, WIDE, WIDE)
        layout.setSpacing(GAP)
        for widget in (self.line, self.list, self.words):
            layout.addWidget(widget)
        layout.addLayout(buttons)
        self.resize(*_SIZE_PX)
        self.line.textChanged.connect(self.refresh)
        self.list.itemActivated.connect(self._on_go)
        self.list.currentRowChanged.connect(self._on_chosen)
        self.go.clicked.connect(self._on_go)
        self.edit.clicked.connect(self._on_edit)
        self.remove.clicked.connect(self._on_remove)
        self.undo.clicked.connect(history.undo)
        history.changed.connect(self.refresh)
        for book in books:
            book.changed.connect(self.refresh)
        books[0].session.run_changed.connect(self.close)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """List the notes with the text of the line, in the order of their events; those without an event last."""
        wanted = self.line.text().casefold()
        chosen = self._chosen
        notes = [(book, note) for book in self._books for note in book.notes]
        found = [(book, note) for book, note in notes if wanted in book.words(note).casefold()]
        self._listed = sorted(found, key=lambda one: (one[1].first is None, one[1].first or 0))
        self.list.clear()
        for book, note in self._listed:
            side = f"{book.session.side.value} " if self._has_two_runs else ""
            place = "—" if note.first is None else whole_number(position_after(note.first))
            self.list.addItem(QListWidgetItem(f"{side}{place}  {book.words(note)}"))
        self.list.setCurrentRow(self._listed.index(chosen) if chosen in self._listed else 0)
        self.words.setText(self._count_text(sum(note.first is None for _, note in found)))
        self.undo.setEnabled(bool(self._history.done))
        self._on_chosen()

    @property
    def _has_two_runs(self) -> bool:
        return all(book.session.facts is not None for book in self._books)

    def _count_text(self, lost: int) -> str:
        noted = [book for book in self._books if book.notes]
        if not noted:
            if self._has_two_runs:
                return tr("There are no notes on these runs. The menu Notes puts a bookmark or a note on an event.")
            return tr("There are no notes on this run. The menu Notes puts a bookmark or a note on an event.")
        beside = {book.is_beside for book in noted}
        words = tr("Kept beside the log.") if beside == {True} else tr("Kept among your own files.")
        if len(beside) > 1:
            (own,) = (book.session.side.value for book in noted if not book.is_beside)
            words = tr("Those on {run} are kept among your own files, the others beside the log.", run=own)
        return f"{words} {self._lost_text(lost)}" if lost else words

    def _lost_text(self, lost: int) -> str:
        if self._has_two_runs:
            return trn(
                "{n} note on events that its run does not have (—).",
                "{n} notes on events that its run does not have (—).",
                lost,
            )
        return trn(
            "{n} note on events that this run does not have (—).",
            "{n} notes on events that this run does not have (—).",
            lost,
        )

    @property
    def _chosen(self) -> tuple[NoteBook, PlacedNote] | None:
        row = self.list.currentRow()
        return self._listed[row] if 0 <= row < len(self._listed) else None

    @Slot()
    def _on_chosen(self) -> None:
        chosen = self._chosen
        self.go.setEnabled(chosen is not None and chosen[1].first is not None)
        self.edit.setEnabled(chosen is not None)
        self.remove.setEnabled(chosen is not None)

    @Slot()
    def _on_go(self) -> None:
        if (chosen := self._chosen) is not None:
            book, note = chosen
            if note.first is not None:
                book.session.seek(position_after(note.first))

    @Slot()
    def _on_edit(self) -> None:
        if (chosen := self._chosen) is not None:
            self.edit_wanted.emit(chosen[1], chosen[0])

    @Slot()
    def _on_remove(self) -> None:
        if (chosen := self._chosen) is not None:
            chosen[0].remove(chosen[1].note)
