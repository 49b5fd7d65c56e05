"""The card that every part of the window stands in: a head with a title and flat buttons, and a body below."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from replay_gui.look.theme import GAP, HEAD, UNIT, data_font, set_role
from replay_gui.widgets.elided_label import ElidedLabel


class Panel(QFrame):
    """A card titled `title`, with secondary text behind it, a note at the right, then the buttons.

    All texts are shown as they are (plain); where room is scarce, first the secondary one and then the title is cut.
    """

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "panel")
        self.setAccessibleName(title)
        self._title = ElidedLabel(title)
        set_role(self._title, "title")
        self._secondary = ElidedLabel()
        set_role(self._secondary, "secondary")
        self._secondary.setFont(data_font())
        self._secondary.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._note = QLabel()
        self._note.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self._note, "secondary")
        self._note.hide()
        head = QFrame()
        set_role(head, "head")
        head.setFixedHeight(HEAD)
        self._head = QHBoxLayout(head)
        self._head.setContentsMargins(GAP + UNIT, 0, GAP, 0)
        self._head.setSpacing(GAP)
        self._head.addWidget(self._title)
        self._head.addWidget(self._secondary, 1)
        self._head.addWidget(self._note)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, UNIT)  # the body's corners stay inside the round ones
        self._column.setSpacing(0)
        self._column.addWidget(head)

    def set_title(self, text: str) -> None:
        self._title.setText(text)
        self.setAccessibleName(text)

    def set_secondary(self, text: str) -> None:
        """What stands behind the title, in the data face: an id, a path."""
        self._secondary.setText(text)

    def set_note(self, text: str) -> None:
        """What stands at the right, before the buttons: a count."""
        self._note.setText(text)
        self._note.setVisible(bool(text))  # empty, it would still take a gap

    def add_button(self, text: str, tip: str, checkable: bool = False) -> QToolButton:
        """A flat text button at the right end of the head."""
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setCheckable(checkable)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_role(button, "secondary")
        self._head.addWidget(button)
        return button

    def set_body(self, body: QWidget) -> None:
        self._column.addWidget(body, 1)
