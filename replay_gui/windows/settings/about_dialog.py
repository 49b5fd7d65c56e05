"""The description of the program, and its versions."""

from __future__ import annotations

import platform

from PySide6 import __version__ as pyside_version
from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from replay_gui.core.translation.messages import tr, translatable
from replay_gui.look.theme import GAP, WIDE
from replay_gui.version import VERSION
from replay_gui.widgets.parts.text.plain_label import PlainLabel

_ABOUT_TEXT = translatable("A replay debugger for the runs of AI agents. No data that it reads leaves this computer.")


class AboutDialog(QDialog):
    """Shows what the program is. versions: the label with the versions, which can be selected and copied."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("About replay-gui"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.versions = PlainLabel(
            f"replay-gui {VERSION}\nPython {platform.python_version()}\nPySide6 {pyside_version}, Qt {qVersion()}\n"
            f"{platform.platform()}",
            "secondary",
        )
        self.versions.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(WIDE, WIDE, WIDE, WIDE)
        column.setSpacing(GAP)
        for widget in (PlainLabel("replay-gui", "title"), PlainLabel(tr(_ABOUT_TEXT)), self.versions, buttons):
            column.addWidget(widget)
