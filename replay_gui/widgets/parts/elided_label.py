"""A label that shortens its text where room is scarce."""

from __future__ import annotations

import html

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QToolTip, QWidget

from replay_gui.widgets.parts.line_text import LEFT

_TELLING = 2  # characters of a shortened text, the ellipsis among them, that say nothing yet


class ElidedLabel(QLabel):
    """One line of plain text; what has no room is an ellipsis, and the whole of it a tip."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)

    @property
    def shown(self) -> str:
        """The text as far as there is room for it; a letter and an ellipsis would say nothing."""
        width = self.contentsRect().width()
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, width)
        return shown if len(shown) > _TELLING or shown == self.text() else ""

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), LEFT, self.shown)
        painter.end()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            # The tip is taken for rich text if it looks so: hand it over as such, with all that is markup escaped.
            tip = f"<qt>{html.escape(self.text())}</qt>" if self.shown != self.text() else ""
            QToolTip.showText(event.globalPos(), tip, self)
            return True
        return super().event(event)
