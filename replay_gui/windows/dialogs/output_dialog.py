"""The output of an agent that is run again, as plain text."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QWidget

from replay_gui.core.text.plain_text import visible
from replay_gui.core.translation.messages import tr
from replay_gui.look.theme import GAP
from replay_gui.models.rerun.rerun_process import RerunProcess
from replay_gui.windows.dialogs.plain_text_dialog import PlainTextDialog

_SIZE_PX = (96 * GAP, 60 * GAP)


class OutputDialog(PlainTextDialog):
    """Shows the output of the process, and the new output as it is printed."""

    def __init__(self, process: RerunProcess, parent: QWidget) -> None:
        super().__init__(tr("Output of the agent"), tr("Output"), parent, placeholder=tr("Nothing was printed."))
        self._process = process
        self.resize(*_SIZE_PX)
        process.printed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show the output so far, from its end."""
        self.body.setPlainText(visible(self._process.output, "\n\t"))
        self.body.moveCursor(QTextCursor.MoveOperation.End)
