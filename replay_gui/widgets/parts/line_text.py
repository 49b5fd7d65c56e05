"""One line of text in one font, elided to its space; made for lists, which draw a hundred of them a frame."""

from __future__ import annotations

from functools import lru_cache
from math import ceil

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QFontMetricsF, QPainter

LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
MIDDLE = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine)
_REQUEST_SUFFIX = " →"  # tells a request from its response, so it stays at the end of a cut label
_MAX_CACHED_TEXTS = 4096  # texts; names and labels come again and again


class LineText:
    """Draws lines in `font`. Measuring costs as much as drawing: the plain text of a monospaced font is counted."""

    def __init__(self, font: QFont) -> None:
        self.font, self.metrics = font, QFontMetrics(font)
        wide, narrow = (QFontMetricsF(font).horizontalAdvance(letter) for letter in "Wi")
        self._cell = wide if wide == narrow else 0.0  # QFontInfo.fixedPitch does not tell it of a variable font
        # Methods of this class: of one of Qt's, the cache would have a help text made, which takes 0.1 ms.
        self._measured = lru_cache(_MAX_CACHED_TEXTS)(self._advance)
        self._cut = lru_cache(_MAX_CACHED_TEXTS)(self._elided)

    def width(self, text: str) -> int:
        """Its width in pixels."""
        return int(self._cell * len(text) + 0.5) if self._cell and text.isascii() else self._measured(text)

    def elided(self, text: str, width: int) -> str:
        """As much of `text` as fits, with an ellipsis where that is not all."""
        if self._cell and text.isascii():
            if self._cell * len(text) <= width:
                return text
            kept = ceil(width / self._cell) - 2  # as Qt has it: none where not even the ellipsis fits
            return text[:kept] + "…" if kept >= 0 else ""
        return self._cut(text, width)

    def draw(self, painter: QPainter, space: QRect, text: str, colour: QColor, align: int = LEFT) -> None:
        """Draws what fits into `space` at its middle height; `align` is LEFT, MIDDLE or RIGHT."""
        painter.setFont(self.font)
        painter.setPen(colour)
        painter.drawText(space, align, self.elided(text, space.width()))

    def _advance(self, text: str) -> int:
        return self.metrics.horizontalAdvance(text)

    def _elided(self, text: str, width: int) -> str:
        cut = self.metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
        if cut == text or not text.endswith(_REQUEST_SUFFIX):
            return cut
        head, left = text.removesuffix(_REQUEST_SUFFIX), width - self.width(_REQUEST_SUFFIX)
        return self.metrics.elidedText(head, Qt.TextElideMode.ElideRight, left) + _REQUEST_SUFFIX
