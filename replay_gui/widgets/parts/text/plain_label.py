"""The only label of the program: its text is never read as markup."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from replay_gui.look.theme import set_role


class PlainLabel(QLabel):
    """A QLabel for plain text.

    Qt's own default guesses whether a text is HTML, and a text from a log may be made to look like it. `role`: a role
    of `set_role`, or "" for ordinary text.
    """

    def __init__(self, text: str = "", role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        super().setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)
        if role:
            set_role(self, role)

    def setTextFormat(self, format: Qt.TextFormat) -> None:
        """Raise ValueError for every format but plain text."""
        if format != Qt.TextFormat.PlainText:
            raise ValueError("A PlainLabel shows plain text only; show a bundled page with PageView instead.")
