"""All notes on the run: a list that can be searched, and leads to their events."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
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
from replay_gui.core.text.wording import plural
from replay_gui.look.theme import GAP, WIDE
from replay_gui.models.run.note_book import NoteBook
from replay_gui.models.session import Session
from replay_gui.widgets.parts.plain_label import PlainLabel

_SIZE_PX = (72 * GAP, 56 * GAP)


class NotesDialog(QDialog):
    """Beside the window, which stays usable.

    Signal: edit_wanted(object): this PlacedNote is to be edited.
    """

    edit_wanted = Signal(object)

    def __init__(self, session: Session, book: NoteBook, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Notes")
        self._session, self._book = session, book
        self._listed: list[PlacedNote] = []
        self.line = QLineEdit()
        self.line.setPlaceholderText("Find in notes")
        self.line.setAccessibleName("Find in notes")
        self.line.setClearButtonEnabled(True)
        self.list = QListWidget()
        self.list.setAccessibleName("Notes")
        self.words = PlainLabel(role="secondary")
        self.words.setWordWrap(True)
        self.go, self.edit = QPushButton("Go to it"), QPushButton("Edit…")
        self.remove, self.undo = QPushButton("Remove"), QPushButton("Undo")
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
        self.undo.clicked.connect(book.undo)
        book.changed.connect(self.refresh)
        session.run_changed.connect(self.close)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """List the notes that hold the text of the line, in the order of their events; those without one last."""
        wanted = self.line.text().casefold()
        notes = [note for note in self._book.notes if wanted in self._book.words(note).casefold()]
        chosen = self._chosen
        self._listed = sorted(notes, key=lambda note: (note.first is None, note.first or 0))
        self.list.clear()
        for note in self._listed:
            place = "—" if note.first is None else f"{position_after(note.first):,}"
            self.list.addItem(QListWidgetItem(f"{place}  {self._book.words(note)}"))
        self.list.setCurrentRow(self._listed.index(chosen) if chosen in self._listed else 0)
        self.words.setText(self._said(sum(note.first is None for note in notes)))
        self.undo.setEnabled(self._book.can_undo)
        self._on_chosen()

    def _said(self, lost: int) -> str:
        if not self._book.notes:
            return "There are no notes on this run. The menu Notes puts a bookmark or a note on an event."
        words = "Kept beside the log." if self._book.is_beside else "Kept among your own files."
        return f"{words} {plural(lost, 'note')} on events that this run does not have (—)." if lost else words

    @property
    def _chosen(self) -> PlacedNote | None:
        row = self.list.currentRow()
        return self._listed[row] if 0 <= row < len(self._listed) else None

    @Slot()
    def _on_chosen(self) -> None:
        chosen = self._chosen
        self.go.setEnabled(chosen is not None and chosen.first is not None)
        self.edit.setEnabled(chosen is not None)
        self.remove.setEnabled(chosen is not None)

    @Slot()
    def _on_go(self) -> None:
        chosen = self._chosen
        if chosen is not None and chosen.first is not None:
            self._session.seek(position_after(chosen.first))

    @Slot()
    def _on_edit(self) -> None:
        if (chosen := self._chosen) is not None:
            self.edit_wanted.emit(chosen)

    @Slot()
    def _on_remove(self) -> None:
        if (chosen := self._chosen) is not None:
            self._book.remove(chosen.note)
