"""Text in a separate frame, above the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from replay_gui.look.theme import GAP, POPUP, UNIT, set_role
from replay_gui.widgets.parts.text.plain_label import PlainLabel


class TextPopup(QFrame):
    """Closes at a click elsewhere."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        set_role(self, "popup")
        self._label = PlainLabel()
        self._label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._label.setWordWrap(True)
        self._label.setFixedWidth(POPUP)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP + UNIT, GAP, GAP + UNIT, GAP)
        column.addWidget(self._label)

    def show_text(self, text: str) -> None:
        """Set the text; the popup itself is shown by `show`."""
        self._label.setText(text)
