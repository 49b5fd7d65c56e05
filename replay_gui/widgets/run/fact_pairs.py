"""Names with their texts, as rows of a section."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from replay_gui.core.text.plain_text import one_line
from replay_gui.look.theme import GAP, UNIT
from replay_gui.widgets.parts.text.plain_label import PlainLabel
from replay_gui.widgets.run.fact_row import NamedRow, name_width

_MAX_CHARACTERS = 400


class FactPairs(QWidget, NamedRow):
    """(name, words) rows, whose words wrap and can be selected."""

    def __init__(self, rows: list[tuple[str, str]]) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(GAP + UNIT, UNIT, GAP + UNIT, UNIT)
        self._grid.setHorizontalSpacing(0)  # as in a FactRow
        self._grid.setVerticalSpacing(GAP)
        self.name_room = name_width()
        self._grid.setColumnStretch(1, 1)
        self._names = [_label(name, "secondary") for name, _ in rows]
        for line, (name, (_, value)) in enumerate(zip(self._names, rows, strict=True)):
            name.setContentsMargins(0, 0, UNIT, 0)
            self._grid.addWidget(name, line, 0, Qt.AlignmentFlag.AlignTop)
            words = _label(one_line(value, _MAX_CHARACTERS))
            words.setWordWrap(True)
            words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            self._grid.addWidget(words, line, 1)

    @property
    def name_room(self) -> int:
        """The pixels of the names at least; as in FactRow, they may be those that the rows around need."""
        return self._grid.columnMinimumWidth(0)

    @name_room.setter
    def name_room(self, room: int) -> None:
        self._grid.setColumnMinimumWidth(0, room)

    @property
    def wanted_name_room(self) -> int:
        """The pixels that its own names need."""
        return max((name.sizeHint().width() for name in self._names), default=0)


def _label(text: str, role: str = "") -> PlainLabel:
    label = PlainLabel(text, role)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
