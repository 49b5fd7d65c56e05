"""Ctrl+G: go to an event by its number."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from replay_gui.core.log.positions import Position
from replay_gui.look.theme import GAP, WIDE, set_role
from replay_gui.widgets.parts.plain_label import PlainLabel


class GoToDialog(QDialog):
    """Asks for a position from 0 to `count`; digits may be grouped by commas, spaces or points.

    Signals:
        chosen(object): the position, an int. (An object, because an int of Qt ends at 2^31.)
    """

    chosen = Signal(object)

    def __init__(self, position: Position, count: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Go to event")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._count = count
        self._hint = PlainLabel(f"A number from 0 to {count:,}")
        set_role(self._hint, "secondary")
        self.field = QLineEdit(str(position))
        self.field.setAccessibleName("Number of the event")
        self.field.setValidator(QRegularExpressionValidator(r"[0-9][0-9 ,.']{0,24}", self.field))
        self.field.selectAll()
        self.field.textChanged.connect(self._on_text_changed)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self._ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._ok.setText("Go")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(WIDE, WIDE, WIDE, WIDE)
        layout.setSpacing(GAP)
        for widget in (self.field, self._hint, buttons):
            layout.addWidget(widget)

    def accept(self) -> None:
        """Emit the position and close; stay open while the text is no position of the run."""
        position = self._position()
        if position is not None:
            self.chosen.emit(position)
            super().accept()

    @Slot(str)
    def _on_text_changed(self, text: str) -> None:
        self._ok.setEnabled(self._position() is not None)

    def _position(self) -> int | None:
        digits = "".join(c for c in self.field.text() if c.isdecimal())
        return int(digits) if digits and int(digits) <= self._count else None
