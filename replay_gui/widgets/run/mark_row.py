"""A mark as a link: its sentence in as many lines as it needs."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from replay_gui.look.theme import GAP, ROW, UNIT, theme, ui_font
from replay_gui.widgets.run.fact_row import NAME_WIDTH_PX, FactRow

_WRAPPED = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
_MAX_HEIGHT_PX = 8 * ROW
_PAD_PX = UNIT  # above and below


class MarkRow(FactRow):
    """`name` and, beside it, `text` in the window's font, wrapped."""

    def __init__(self, name: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(name, text, link=True, parent=parent)
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
        needed = self.fontMetrics().boundingRect(self._text_room(width, _MAX_HEIGHT_PX), _WRAPPED, self.said).height()
        return min(max(needed + 2 * _PAD_PX, ROW), _MAX_HEIGHT_PX)

    def paint_text(self, painter: QPainter) -> None:
        """Paint the sentence."""
        painter.setFont(ui_font())
        painter.setPen(theme().accent)
        painter.drawText(self._text_room(self.width(), self.height()), _WRAPPED, self.said)

    @staticmethod
    def _text_room(width: int, height: int) -> QRect:
        left = GAP + UNIT + NAME_WIDTH_PX
        return QRect(left, _PAD_PX, max(width - left - GAP, NAME_WIDTH_PX), height - _PAD_PX)
