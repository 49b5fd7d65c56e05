"""A strip of one sentence inside a panel."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from replay_gui.look.theme import GAP, UNIT, set_role
from replay_gui.widgets.parts.text.plain_label import PlainLabel


class Notice(QFrame):
    """Hidden while it has no text; `role` as for set_role (warn, bad, info)."""

    def __init__(self, role: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = PlainLabel()
        self._label.setWordWrap(True)
        set_role(self._label, role)
        set_role(self, role)
        row = QHBoxLayout(self)
        row.setContentsMargins(GAP + UNIT, UNIT, GAP + UNIT, UNIT)
        row.addWidget(self._label)
        self.hide()

    @property
    def text(self) -> str:
        """The shown text; empty while hidden."""
        return self._label.text()

    def show_text(self, text: str) -> None:
        """Show `text`; "" hides the strip."""
        self._label.setText(text)
        self.setVisible(bool(text))
