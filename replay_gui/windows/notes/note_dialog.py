"""The dialog in which a note is written."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QPushButton, QSpinBox, QVBoxLayout, QWidget

from replay_gui.core.facts.run_note import MAX_TEXT
from replay_gui.core.log.positions import Position
from replay_gui.look.theme import GAP, WIDE, set_role
from replay_gui.widgets.parts.plain_label import PlainLabel

_SIZE_PX = (60 * GAP, 32 * GAP)


class NoteDialog(QDialog):
    """Attributes: text: the field. first, last: the positions of the events that the note is about.

    Signals: written(str, object, object): what the note says, and the first and the last Position. removed().
    """

    written = Signal(str, object, object)
    removed = Signal()

    def __init__(
        self, about: str, position: Position, parent: QWidget, *, most: int = 0, text: str | None = None
    ) -> None:
        """Begin.

        Args:
            about: what is noted, for people. position: of the event. most: the last position that a range can reach;
                0: the note is about this event alone. text: of the note that is there already, which keeps its events.
        """
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Note" if text is None else "Edit note")
        head = PlainLabel(about)
        head.setWordWrap(True)
        self.text = QPlainTextEdit(text or "")
        self.text.setAccessibleName("The note")
        self.text.setPlaceholderText("What is worth remembering here. Without a text it is a bookmark.")
        self.text.setTabChangesFocus(True)
        set_role(self.text, "field")
        self.first, self.last = QSpinBox(), QSpinBox()
        row = QHBoxLayout()
        row.setSpacing(GAP)
        for words, field in (("From event", self.first), ("to", self.last)):
            field.setRange(1, max(most, position, 1))
            field.setValue(position)
            field.setGroupSeparatorShown(True)
            digits = field.fontMetrics().horizontalAdvance(field.textFromValue(field.maximum()))
            field.setMinimumWidth(digits + 4 * GAP)
            field.setAccessibleName(words)
            row.addWidget(PlainLabel(words, "secondary"))
            row.addWidget(field)
        row.addStretch(1)
        self.keep, self.remove, cancel = QPushButton("Keep note"), QPushButton("Remove"), QPushButton("Cancel")
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
        layout.addWidget(head)
        layout.addWidget(self.text, 1)
        if most and text is None:
            layout.addLayout(row)
        layout.addLayout(buttons)
        self.resize(*_SIZE_PX)
        QShortcut(QKeySequence("Ctrl+Return"), self).activated.connect(self._on_keep)
        self.keep.clicked.connect(self._on_keep)
        self.remove.clicked.connect(self._on_remove)
        cancel.clicked.connect(self.reject)
        self.text.setFocus()

    @Slot()
    def _on_keep(self) -> None:
        first, last = sorted((self.first.value(), self.last.value()))
        text = self.text.toPlainText().encode("utf-8", "replace").decode()  # halves of characters cannot be written
        self.written.emit(text[:MAX_TEXT].strip(), Position(first), Position(last))
        self.accept()

    @Slot()
    def _on_remove(self) -> None:
        self.removed.emit()
        self.accept()
