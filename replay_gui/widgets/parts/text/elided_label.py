"""A label that shortens its text when space is short."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from replay_gui.models.tooltip import plain_tooltip
from replay_gui.widgets.parts.text.line_text import LEFT, MIDDLE, RIGHT
from replay_gui.widgets.parts.text.plain_label import PlainLabel

_MIN_ELIDED_CHARS = 3  # characters of an elided text, with the ellipsis; a shorter one is useless


class ElidedLabel(PlainLabel):
    """One line of plain text, elided to the width of the label; the tooltip shows the whole text.

    Attributes: is_whole: whether the text is hidden instead of cut, because it is of little importance. short: shown
    where there is no room for the text; "": the text is cut.
    """

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent=parent)
        self.is_whole = False
        self.short = ""

    @property
    def shown(self) -> str:
        """`short`, or the part of the text that fits; "" if that is one character and an ellipsis, or by `is_whole`."""
        width, metrics = self.contentsRect().width(), self.fontMetrics()
        if self.short and metrics.horizontalAdvance(self.short) <= width < metrics.horizontalAdvance(self.text()):
            return self.short
        shown = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, width)
        is_enough = len(shown) >= _MIN_ELIDED_CHARS and not self.is_whole
        return shown if is_enough or shown == self.text() else ""

    def minimumSizeHint(self) -> QSize:
        """Return no minimum width: the text is cut."""
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the elided text."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.setLayoutDirection(self.layoutDirection())  # Qt's is that of the application
        sides = self.alignment()
        align = (
            MIDDLE if sides & Qt.AlignmentFlag.AlignHCenter else RIGHT if sides & Qt.AlignmentFlag.AlignRight else LEFT
        )
        painter.drawText(self.contentsRect(), align, self.shown)
        painter.end()

    def event(self, event: QEvent) -> bool:
        """Show the whole text as a tooltip only if it is cut."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            is_cut = self.shown != self.text()
            QToolTip.showText(event.globalPos(), plain_tooltip(self.text()) if is_cut else "", self)
            return True
        return super().event(event)
