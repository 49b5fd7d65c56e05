"""What an agent printed while it was run again, as plain text."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from replay_gui.core.text.plain_text import visible
from replay_gui.look.theme import GAP, WIDE, data_font
from replay_gui.models.rerun.rerun_process import RerunProcess

_SIZE_PX = (96 * GAP, 60 * GAP)


class OutputDialog(QDialog):
    """Follows what is printed. `body`: the field with the text."""

    def __init__(self, process: RerunProcess, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Output of the agent")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._process = process
        self.body = QPlainTextEdit()
        self.body.setReadOnly(True)
        self.body.setFont(data_font())
        self.body.setAccessibleName("Output")
        self.body.setPlaceholderText("Nothing was printed.")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(WIDE, WIDE, WIDE, WIDE)
        layout.setSpacing(GAP)
        layout.addWidget(self.body)
        layout.addWidget(buttons)
        self.resize(*_SIZE_PX)
        process.printed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show the output so far, from its end."""
        self.body.setPlainText(visible(self._process.output, "\n\t"))
        self.body.moveCursor(QTextCursor.MoveOperation.End)
