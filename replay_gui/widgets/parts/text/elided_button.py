"""A flat button that shortens its text when space is short."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QStyle, QStyleOptionToolButton, QStylePainter, QToolButton


class ElidedButton(QToolButton):
    """One line of plain text, elided to the width of the button. It has no minimum width."""

    @property
    def shown(self) -> str:
        """The part of the text that fits."""
        wanted = super().sizeHint().width()
        if self.width() >= wanted:  # not by the metrics, which round a fractional width
            return self.text()
        around = wanted - self.fontMetrics().horizontalAdvance(self.text())
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width() - around)

    def minimumSizeHint(self) -> QSize:
        """Return no minimum width: the text is cut."""
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the button with the elided text."""
        option, painter = QStyleOptionToolButton(), QStylePainter(self)
        self.initStyleOption(option)
        option.text = self.shown
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
        painter.end()
