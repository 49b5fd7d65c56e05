"""A dialog with a plain text to read."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from replay_gui.look.theme import GAP, WIDE, data_font


class PlainTextDialog(QDialog):
    """Deleted when it is closed. `body`: the field with the text, which cannot be edited."""

    def __init__(
        self, title: str, name: str, parent: QWidget, *, placeholder: str, above: QWidget | None = None
    ) -> None:
        """`name`: of the field, for screen readers. `placeholder`: shown if it is empty. `above`: a text above it."""
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.body = QPlainTextEdit()
        self.body.setReadOnly(True)
        self.body.setFont(data_font())
        self.body.setAccessibleName(name)
        self.body.setPlaceholderText(placeholder)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(WIDE, WIDE, WIDE, WIDE)
        layout.setSpacing(GAP)
        for widget in (above, self.body, buttons):
            if widget is not None:
                layout.addWidget(widget)
