"""`?`: every action of the window with its keys."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QWidget

from replay_gui.look.theme import GAP, UNIT, set_role
from replay_gui.windows.actions import SPECS


class ShortcutsDialog(QDialog):
    """The table of actions, to read."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        grid = QGridLayout(self)
        grid.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        grid.setHorizontalSpacing(3 * GAP)
        grid.setVerticalSpacing(UNIT)
        menu = ""
        for spec in SPECS:
            if spec.menu != menu:
                menu = spec.menu
                grid.addWidget(_label(menu.replace("&", ""), "title"), grid.rowCount(), 0, 1, 3)
            row = grid.rowCount()
            keys = [QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in spec.keys]
            grid.addWidget(_label(" or ".join(keys)), row, 0)
            grid.addWidget(_label(spec.title), row, 1)
            grid.addWidget(_label(spec.tip, "secondary"), row, 2)


def _label(text: str, role: str = "") -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        set_role(label, role)
    return label
