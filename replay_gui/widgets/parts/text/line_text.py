"""Text on one line, elided to its space, with or without marked stretches; and the hint of an empty list."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import ceil

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from replay_gui.look.theme import GAP, SMALL_RADIUS, UNIT, theme, theme_events, ui_font
from replay_gui.widgets.parts.direction import left_to_right_painter

LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
MIDDLE = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine)
_REQUEST_SUFFIX = " →"  # distinguishes a request from its response, so it stays at the end of a cut label
_MAX_CACHED_TEXTS = 4096  # texts; names and labels are repeated often


class LineText:
    """Draws lines in `font`. Measuring takes as long as drawing, so plain monospaced text is measured by counting."""

    def __init__(self, font: QFont) -> None:
        self._font = font
        self._scale = theme_events().text_scale  # size of text for which the font was made
        self._measure()

    @property
    def font(self) -> QFont:
        """The font, in the size of text that the user has chosen."""
        self._follow_text_size()
        return self._font

    @property
    def metrics(self) -> QFontMetrics:
        """The metrics of this font."""
        self._follow_text_size()
        return self._metrics

    def _follow_text_size(self) -> None:
        scale = theme_events().text_scale
        if scale != self._scale:
            self._font = QFont(self._font)
            self._font.setPointSizeF(self._font.pointSizeF() * scale / self._scale)
            self._scale = scale
            self._measure()

    def _measure(self) -> None:
        self._metrics = QFontMetrics(self._font)
        wide, narrow = (QFontMetricsF(self._font).horizontalAdvance(character) for character in "Wi")
        self._cell = wide if wide == narrow else 0.0  # QFontInfo.fixedPitch is wrong for a variable font
        # Methods of this class: for a method of Qt, the cache would generate a help text, which takes 0.1 ms.
        self._measured = lru_cache(_MAX_CACHED_TEXTS)(self._advance)
        self._cut = lru_cache(_MAX_CACHED_TEXTS)(self._elided)

    def width(self, text: str) -> int:
        """Return the width of `text` in pixels."""
        self._follow_text_size()
        return int(self._cell * len(text) + 0.5) if self._cell and text.isascii() else self._measured(text)

    def elided(self, text: str, width: int) -> str:
        """Return `text`, elided to the width."""
        self._follow_text_size()
        if self._cell and text.isascii():
            if self._cell * len(text) <= width:
                return text
            kept = ceil(width / self._cell) - 2  # as in Qt: "" if not even the ellipsis fits
            return text[:kept] + "…" if kept >= 0 else ""
        return self._cut(text, width)

    def draw(self, painter: QPainter, space: QRect, text: str, color: QColor, align: int = LEFT) -> None:
        """Draw the part that fits into `space`, at its middle height; `align` is LEFT, MIDDLE or RIGHT."""
        elided = self.elided(text, space.width())
        painter.setFont(self._font)
        painter.setPen(color)
        painter.drawText(space, align, elided)

    def _advance(self, text: str) -> int:
        return self._metrics.horizontalAdvance(text)

    def _elided(self, text: str, width: int) -> str:
        cut = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
        if cut == text or not text.endswith(_REQUEST_SUFFIX):
            return cut
        head, left = text.removesuffix(_REQUEST_SUFFIX), width - self.width(_REQUEST_SUFFIX)
        return self._metrics.elidedText(head, Qt.TextElideMode.ElideRight, left) + _REQUEST_SUFFIX


def paint_hint(viewport: QWidget, words: str) -> None:
    """Draw a hint in the middle of a list's viewport; call it from the paintEvent."""
    painter = left_to_right_painter(viewport)
    painter.setPen(theme().secondary)
    painter.setFont(ui_font())
    space = viewport.rect().adjusted(2 * GAP, 2 * GAP, -2 * GAP, -2 * GAP)
    painter.drawText(space, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, words)
    painter.end()


def draw_marked(
    painter: QPainter, space: QRect, text: str, *, marked: Sequence[tuple[int, int]], ink: QColor, ground: QColor
) -> int:
    """Draw `text` in the painter's font, elided to `space`, with the characters of the spans on `ground`.

    Returns the pixels it took.
    """
    metrics = painter.fontMetrics()
    elided = metrics.elidedText(text, Qt.TextElideMode.ElideRight, space.width())
    kept = len(elided) if elided == text else max(len(elided) - 1, 0)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    height = min(metrics.height() + 2, space.height() - UNIT)
    top = space.y() + (space.height() - height) / 2
    for start, end in marked:
        stop = start + len(text[start:end].rstrip())
        if start < kept and stop > start:
            left = space.x() + metrics.horizontalAdvance(elided[:start])
            right = space.x() + metrics.horizontalAdvance(elided[: min(stop, kept)])
            painter.drawRoundedRect(QRectF(left - 1, top, right - left + 2, height), SMALL_RADIUS / 2, SMALL_RADIUS / 2)
    painter.restore()
    painter.setPen(ink)
    painter.drawText(space, LEFT, elided)
    return metrics.horizontalAdvance(elided)
