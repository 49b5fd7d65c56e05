"""A row that names something and says it in as many lines as it needs."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from replay_gui.look.theme import ROW, UNIT, ui_font
from replay_gui.widgets.run.fact_row import NAME_WIDTH_PX, FactRow

_WRAPPED = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
_BREAKS_WORDS = Qt.TextFlag.TextWrapAnywhere | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
_MAX_HEIGHT_PX = 8 * ROW
_PAD_PX = UNIT  # above and below


class SentenceRow(FactRow):
    """`name` and, beside it, `text` in the window's font, wrapped."""

    def __init__(self, name: str, text: str, link: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(name, text, link=link, parent=parent)
        self.setMinimumHeight(ROW)
        self.setMaximumHeight(_MAX_HEIGHT_PX)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        """As high as the text at the present width."""
        return QSize(2 * NAME_WIDTH_PX, self.heightForWidth(self.width()))

    def heightForWidth(self, width: int) -> int:
        """As high as the text needs, within bounds."""
        space = self._wrapped_room(self.text_room(width))
        needed = self.fontMetrics().boundingRect(space, self._flags(space), self.said).height()
        return min(max(needed + 2 * _PAD_PX, ROW), _MAX_HEIGHT_PX)

    def draw_text(self, painter: QPainter, room: QRect, ink: QColor) -> None:
        """Draw the sentence in lines."""
        painter.setFont(ui_font())
        painter.setPen(ink)
        space = self._wrapped_room(room)
        painter.drawText(space, self._flags(space), self.said)

    def _flags(self, space: QRect) -> int:
        """Break within a word only where it has no room in a line of its own: a path, an id."""
        measure = self.fontMetrics()
        is_long = any(measure.horizontalAdvance(word) > space.width() for word in self.said.split())
        return int(_BREAKS_WORDS if is_long else _WRAPPED)

    @staticmethod
    def _wrapped_room(room: QRect) -> QRect:
        return QRect(room.x(), _PAD_PX, max(room.width(), NAME_WIDTH_PX), _MAX_HEIGHT_PX)
