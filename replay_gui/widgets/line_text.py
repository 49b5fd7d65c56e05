"""One line of text in one font, elided to its space; made for lists, which draw a hundred of them a frame."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetrics, QPainter

LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
_REMEMBERED = 4096  # texts; names and labels come again and again


class LineText:
    """Draws lines in `font`. Measuring costs as much as drawing: the plain text of a monospaced font is counted."""

    def __init__(self, font: QFont) -> None:
        self.font, self.metrics = font, QFontMetrics(font)
        self._cell = self.metrics.horizontalAdvance("0") if QFontInfo(font).fixedPitch() else 0
        self._measured = lru_cache(_REMEMBERED)(self.metrics.horizontalAdvance)
        self._cut = lru_cache(_REMEMBERED)(self._elided)

    def width(self, text: str) -> int:
        """Its width in pixels."""
        return self._cell * len(text) if self._cell and text.isascii() else self._measured(text)

    def elided(self, text: str, width: int) -> str:
        """As much of `text` as fits, with an ellipsis where that is not all."""
        if self._cell and text.isascii():
            room = max(width // self._cell, 0)
            return text if len(text) <= room else text[: max(room - 1, 0)] + "…"
        return self._cut(text, width)

    def draw(self, painter: QPainter, space: QRect, text: str, colour: QColor, align: int = LEFT) -> None:
        """Draws what fits into `space` at its middle height; `align` is LEFT or RIGHT."""
        painter.setFont(self.font)
        painter.setPen(colour)
        painter.drawText(space, align, self.elided(text, space.width()))

    def _elided(self, text: str, width: int) -> str:
        return self.metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
