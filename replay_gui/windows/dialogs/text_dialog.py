"""A file as plain text, to read only: what is left to do with a file that could not be opened."""

from __future__ import annotations

import os

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from replay_gui.core.text.plain_text import one_line
from replay_gui.engine.answers import TextRead
from replay_gui.look.theme import GAP, WIDE, data_font
from replay_gui.models.source_session import SourceSession
from replay_gui.widgets.parts.elided_label import ElidedLabel

_SIZE_PX = (110 * GAP, 80 * GAP)


class TextDialog(QDialog):
    """The beginning and the end of the file. `body`: the field with the text, empty until the engine has read it."""

    def __init__(self, path: str, sources: SourceSession, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"{one_line(os.path.basename(path), 80)} as text")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._path = path
        self.body = QPlainTextEdit()
        self.body.setReadOnly(True)
        self.body.setFont(data_font())
        self.body.setAccessibleName("Text of the file")
        self.body.setPlaceholderText("Reading…")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(WIDE, WIDE, WIDE, WIDE)
        layout.setSpacing(GAP)
        for widget in (ElidedLabel(one_line(path)), self.body, buttons):
            layout.addWidget(widget)
        self.resize(*_SIZE_PX)
        sources.text_read.connect(self._on_text_read)
        sources.request_text(path)

    @Slot(object)
    def _on_text_read(self, shown: TextRead) -> None:
        if shown.path == self._path:
            self.body.setPlaceholderText("")
            self.body.setPlainText(shown.problem or shown.text or "(The file is empty.)")
