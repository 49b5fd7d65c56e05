"""A wrapped text of a card, of a limited number of lines, in which event numbers are links."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QFont, QPainter, QTextCharFormat, QTextLayout, QTextOption

from replay_gui.models.why.event_links import EventLink

_NO_BREAK = "\u00a0"


class CardText:
    """A text laid out in a width, some of whose characters are links. `text`: the shown part."""

    def __init__(self, text: str, links: Sequence[EventLink], font: QFont, width: float, max_lines: int = 100) -> None:
        self._links = links
        for link in links:  # "event" stays on the line of its number
            text = (
                text[: link.start_character]
                + text[link.start_character : link.stop_character].replace(" ", _NO_BREAK)
                + text[link.stop_character :]
            )
        self._layout, self.height, end = _laid_out(text, font, width, max_lines)
        while end < len(text):  # in the first turn, unless an ellipsis is wider than the text it replaces
            text = f"{text[: end - 1].rstrip()}…"
            self._layout, self.height, end = _laid_out(text, font, width, max_lines)
        self.text = text

    def link_at(self, point: QPointF) -> EventLink | None:
        """Return the link at a point of the text, or None."""
        for number in range(self._layout.lineCount()):
            line = self._layout.lineAt(number)
            if line.y() <= point.y() < line.y() + line.height() and 0 <= point.x() <= line.naturalTextWidth():
                at = line.xToCursor(point.x(), line.CursorPosition.CursorOnCharacter)
                return next((link for link in self._links if link.start_character <= at < link.stop_character), None)
        return None

    def paint(self, painter: QPainter, at: QPointF, ink: QColor, accent: QColor, current: EventLink | None) -> None:
        """Paint the text; links in the accent colour, the current one underlined."""
        ranges = []
        for link in self._links:
            form = QTextCharFormat()
            form.setForeground(accent)
            form.setFontUnderline(link is current)
            span = QTextLayout.FormatRange()
            span.start, span.length, span.format = (
                link.start_character,
                link.stop_character - link.start_character,
                form,
            )
            ranges.append(span)
        painter.setPen(ink)
        self._layout.draw(painter, at, ranges)


def _laid_out(text: str, font: QFont, width: float, max_lines: int) -> tuple[QTextLayout, float, int]:
    """Return the first lines of a text, their height, and their number of characters."""
    layout, option = QTextLayout(text, font), QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    height, end = 0.0, 0
    while layout.lineCount() < max_lines and (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        line.setPosition(QPointF(0, height))
        height += line.height()
        end = line.textStart() + line.textLength()
    layout.endLayout()
    return layout, height if text else 0.0, end
