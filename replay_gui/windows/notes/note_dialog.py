"""The dialog in which a note is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from replay_gui.core.facts.run_note import MAX_NOTE_CHARACTERS
from replay_gui.core.log.positions import RUN_START, Position
from replay_gui.core.translation.messages import tr
from replay_gui.look.theme import GAP, WIDE, set_role
from replay_gui.widgets.parts.text.plain_label import PlainLabel
from replay_gui.windows.dialogs.wrapped_dialog import WrappedDialog

_SIZE_PX = (60 * GAP, 32 * GAP)


@dataclass(frozen=True, slots=True)
class NotePlace:
    """An event on which a note can be written.

    Attributes:
        about: its description. first, last: the initial positions of the note.
        limit: the last position to which it can extend; RUN_START: it is about these events only.
    """

    about: str
    first: Position
    last: Position
    limit: Position = RUN_START


@dataclass(frozen=True, slots=True)
class WrittenNote:
    """A note as it was written. `place`: the number of the chosen place. `first`, `last`: positions."""

    place: int
    text: str
    first: Position
    last: Position


class NoteDialog(WrappedDialog):
    """Attributes: text: the field. first, last: the positions of the first and the last event of the note.

    place: the list of places, if there is more than one to choose from.

    Signals: written(object): a WrittenNote. removed().
    """

    written = Signal(object)
    removed = Signal()

    def __init__(self, places: Sequence[NotePlace], parent: QWidget, *, text: str | None = None) -> None:
        """`places`: the possible places, the likeliest first. `text`: of an existing note, which keeps its place."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Note") if text is None else tr("Edit note"))
        self._places = places
        head = PlainLabel(places[0].about)
        head.setWordWrap(True)
        self.place = QComboBox()
        self.place.setAccessibleName(tr("Subject of the note"))
        self.place.addItems([place.about for place in places])
        self.text = QPlainTextEdit(text or "")
        self.text.setAccessibleName(tr("The note"))
        self.text.setPlaceholderText(tr("A remark on this event. Without a text it is a bookmark."))
        self.text.setTabChangesFocus(True)
        set_role(self.text, "field")
        self.first, self.last = QSpinBox(), QSpinBox()
        row = QHBoxLayout()
        row.setSpacing(GAP)
        for words, field in ((tr("From event"), self.first), (tr("to"), self.last)):
            field.setGroupSeparatorShown(True)
            field.setAccessibleName(words)
            row.addWidget(PlainLabel(words, "secondary"))
            row.addWidget(field)
        row.addStretch(1)
        self.keep, self.remove, cancel = (
            QPushButton(tr("Keep note")),
            QPushButton(tr("Remove")),
            QPushButton(tr("Cancel")),
        )
        self.keep.setDefault(True)
        self.remove.setVisible(text is not None)
        buttons = QHBoxLayout()
        buttons.addWidget(self.remove)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.keep)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(WIDE, WIDE, WIDE, WIDE)
        layout.setSpacing(GAP)
        layout.addWidget(self.place if len(places) > 1 else head)
        layout.addWidget(self.text, 1)
        if places[0].limit and text is None:
            layout.addLayout(row)
        self._on_place_chosen(0)
        self.place.currentIndexChanged.connect(self._on_place_chosen)
        layout.addLayout(buttons)
        self.resize(*_SIZE_PX)
        QShortcut(QKeySequence("Ctrl+Return"), self).activated.connect(self._on_keep)
        self.keep.clicked.connect(self._on_keep)
        self.remove.clicked.connect(self._on_remove)
        cancel.clicked.connect(self.reject)
        self.text.setFocus()

    @Slot(int)
    def _on_place_chosen(self, number: int) -> None:
        place = self._places[number]
        for field, position in ((self.first, place.first), (self.last, place.last)):
            field.setRange(1, max(place.limit, position, 1))
            field.setValue(position)
            digits = field.fontMetrics().horizontalAdvance(field.textFromValue(field.maximum()))
            field.setMinimumWidth(digits + 4 * GAP)

    @Slot()
    def _on_keep(self) -> None:
        first, last = sorted((self.first.value(), self.last.value()))
        text = self.text.toPlainText().encode("utf-8", "replace").decode()  # lone surrogates cannot be written
        place = max(self.place.currentIndex(), 0)
        self.written.emit(WrittenNote(place, text[:MAX_NOTE_CHARACTERS].strip(), Position(first), Position(last)))
        self.accept()

    @Slot()
    def _on_remove(self) -> None:
        self.removed.emit()
        self.accept()
