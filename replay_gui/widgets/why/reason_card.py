"""The layout of a reason's card: a numbered badge, a bold sentence, quiet details, chips; event numbers are links."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from replay_gui.look.theme import GAP, LINE, ROW, SMALL_SIZE, UNIT, Bold, Medium, Theme, ui_font
from replay_gui.models.why.event_links import EventLink
from replay_gui.models.why.reason_cards import ReasonItem
from replay_gui.widgets.parts.text.card_text import CardText

BADGE_PX = ROW
_CHIP_PX = 20
_MIN_WIDTH_PX = 10 * GAP
_MAX_BODY_LINES = 10  # a longer text ends with an ellipsis


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
