"""The layout of a reason's card: a numbered badge, a bold sentence, quiet details, chips; event numbers are links."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QTextCharFormat, QTextLayout, QTextOption

from replay_gui.look.theme import GAP, LINE, ROW, SMALL_SIZE, UNIT, Bold, Medium, Theme, ui_font
from replay_gui.models.why.event_links import EventLink
from replay_gui.models.why.reason_cards import ReasonItem

BADGE_PX = ROW
_CHIP_PX = 20
_MIN_WIDTH_PX = 10 * GAP
_MAX_BODY_LINES = 10  # a longer text ends with an ellipsis
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


class ReasonCard:
    """One card at a width. `height`: in logical pixels, its margins included."""

    def __init__(self, item: ReasonItem, width: int) -> None:
        self.item, self._width = item, width
        self._left = 2 * GAP + BADGE_PX + UNIT
        room = max(width - self._left - GAP - UNIT, _MIN_WIDTH_PX)
        self._title = CardText(item.title, item.title_links, ui_font(Bold), room)
        self._body = CardText(item.body, item.body_links, ui_font(), room, _MAX_BODY_LINES)
        self._title_top = float(GAP)
        self._body_top = self._title_top + self._title.height + (LINE if item.body else 0)
        self._chips_top = self._body_top + self._body.height + UNIT
        self.height = round(self._chips_top + _CHIP_PX + GAP)

    def link_at(self, point: QPointF) -> EventLink | None:
        """Return the link at a point of the card, or None."""
        return self._title.link_at(point - QPointF(self._left, self._title_top)) or self._body.link_at(
            point - QPointF(self._left, self._body_top)
        )

    def paint(
        self, painter: QPainter, at: QPointF, colors: Theme, *, chosen: bool, current: EventLink | None, judged: bool
    ) -> None:
        """Paint the card. `current`: the link followed last. `judged`: whether a run is known to have failed."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(at)
        self._paint_badge(painter, colors, judged)
        accent = colors.accent if not chosen or colors.name == "light" else colors.observation
        self._title.paint(painter, QPointF(self._left, self._title_top), colors.text, accent, current)
        quiet = colors.text if chosen else colors.secondary
        self._body.paint(painter, QPointF(self._left, self._body_top), quiet, accent, current)
        self._paint_chips(painter, colors, chosen)
        painter.restore()

    def _paint_badge(self, painter: QPainter, colors: Theme, judged: bool) -> None:
        heavy = self.item.heavy
        ground = (colors.bad_bg if judged else colors.warn_bg) if heavy else colors.raised
        ink = (colors.bad_text if judged else colors.warn_text) if heavy else colors.secondary
        badge = QRectF(GAP + UNIT, GAP - LINE, BADGE_PX, BADGE_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawEllipse(badge)
        painter.setPen(ink)
        painter.setFont(ui_font(Medium))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, str(self.item.number))

    def _paint_chips(self, painter: QPainter, colors: Theme, chosen: bool) -> None:
        font = ui_font(size=SMALL_SIZE)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        left = float(self._left)
        for text in self.item.chips:
            room = self._width - left - GAP
            words = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room - 2 * GAP)
            width = metrics.horizontalAdvance(words) + 2 * GAP
            if room < _MIN_WIDTH_PX // 2 or width > room:
                return
            chip = QRectF(left, self._chips_top, width, _CHIP_PX)
            painter.setPen(QPen(colors.line if not chosen else colors.secondary, LINE))
            painter.setBrush(colors.raised)
            painter.drawRoundedRect(chip, _CHIP_PX / 2, _CHIP_PX / 2)
            painter.setPen(colors.text if chosen else colors.secondary)
            painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, words)
            left += width + UNIT
