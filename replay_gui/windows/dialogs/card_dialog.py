"""Pages of the help: cards in two columns, in an area that scrolls."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from replay_gui.look.theme import GAP, SCROLL_BAR, UNIT, WIDE, set_role
from replay_gui.widgets.parts.text.plain_label import PlainLabel
from replay_gui.widgets.parts.wrapped_body import WrappedBody


class CardDialog(QDialog):
    """A dialog of cards; it is deleted when it is closed."""

    def __init__(
        self, title: str, size: tuple[int, int], columns: Sequence[Sequence[QWidget]], parent: QWidget
    ) -> None:
        """`size`: of the dialog in px. `columns`: the cards of each, from top to bottom."""
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        body = WrappedBody()
        row = QHBoxLayout(body)
        row.setContentsMargins(WIDE, WIDE, WIDE, WIDE)
        row.setSpacing(WIDE)
        for cards in columns:
            column = QVBoxLayout()
            column.setSpacing(WIDE)
            for card in cards:
                column.addWidget(card)
            column.addStretch(1)
            row.addLayout(column, 1)
        area = QScrollArea()
        set_role(area, "window")
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setAccessibleName(title)
        area.setWidget(body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)
        # No card is cut at its side, unless the screen is too narrow for all.
        whole = body.sizeHint().width() + SCROLL_BAR
        self.resize(max(size[0], min(whole, self.screen().availableGeometry().width())), size[1])


def new_card(title: str, stretched: int) -> tuple[QFrame, QGridLayout]:
    """Return a card with its title, and the grid for its rows from 1 on; `stretched`: the wider of its two columns."""
    card = QFrame()
    set_role(card, "panel")
    grid = QGridLayout(card)
    grid.setContentsMargins(WIDE, GAP + UNIT, WIDE, GAP + UNIT)
    grid.setHorizontalSpacing(WIDE if stretched == 0 else GAP)
    grid.setVerticalSpacing(UNIT)
    grid.setColumnStretch(stretched, 1)
    head = PlainLabel(title, "title")
    head.setWordWrap(True)  # in large text, two columns of cards would be wider than a small screen
    grid.addWidget(head, 0, 0, 1, 2)
    return card, grid
