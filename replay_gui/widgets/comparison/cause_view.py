"""The causes as cards: a numbered badge, the event, its place, and its consequences."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QModelIndex, QPointF, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from replay_gui.core.translation.messages import tr
from replay_gui.look.theme import FOCUS, GAP, LINE, ROW, UNIT, Bold, Medium, theme, ui_font
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.comparison.cause_list import CauseCategory, CauseItem, CauseList
from replay_gui.widgets.parts.card_list import CardList
from replay_gui.widgets.parts.text.card_text import CardText

_BADGE_SIZE_PX = ROW
_WRAPPED_TEXT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)
_MAX_BODY_LINES = 6  # a longer body ends with an ellipsis
_CARDS_PER_BATCH = 8  # cards that are measured at a time


class CauseView(CardList):
    """Shows a CauseList. Signal: card_chosen(int): the row of the card, by a click, Enter or the arrows."""

    card_chosen = Signal(int)

    def __init__(self, causes: CauseList, parent: QWidget | None = None) -> None:
        super().__init__(tr("Where they diverge"), causes, parent)
        self.setItemDelegate(_CardDelegate(self, causes))
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setBatchSize(_CARDS_PER_BATCH)
        self.clicked.connect(self._on_clicked)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        self.card_chosen.emit(index.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose a card by Enter or Space, and whenever the arrows reach another one."""
        before = self.currentIndex().row()
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            super().keyPressEvent(event)
            if self.currentIndex().row() == before:
                return
        if self.currentIndex().isValid():
            self.card_chosen.emit(self.currentIndex().row())


def _room(width: int) -> int:
    """Return the width of the texts of a card, in pixels."""
    return max(width - _BADGE_SIZE_PX - 4 * GAP, 10 * GAP)


class _CardDelegate(QStyledItemDelegate):
    def __init__(self, view: CauseView, causes: CauseList) -> None:
        super().__init__(view)
        self._view = view
        self._causes = causes

    def sizeHint(self, _option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        item, width = self._causes.item(index.row()), self._view.viewport().width()
        heights = self._heights(item, self.body(item, width), width)
        return QSize(width, sum(heights) + 2 * GAP + UNIT)

    def _heights(self, item: CauseItem, body: CardText, width: int) -> tuple[int, int, int]:
        """Return the heights of the title, the body and the last line."""
        room = QRect(0, 0, _room(width), 100 * ROW)
        title = QFontMetrics(ui_font(Bold)).boundingRect(room, _WRAPPED_TEXT, item.title).height()
        follow = QFontMetrics(ui_font()).lineSpacing() + 1 if item.follow else 0
        return title + 1, ceil(body.height) + 1, follow

    @staticmethod
    def body(item: CauseItem, width: int) -> CardText:
        """Return the body of a card of this width, laid out."""
        return CardText(item.body, (), ui_font(), _room(width), _MAX_BODY_LINES)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        colors, rect = theme(), option.rect
        item = self._causes.item(index.row())
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, colors.selection if chosen else colors.hover)
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), LINE, colors.line)
        quiet = item.category is CauseCategory.IGNORED
        self._paint_badge(painter, rect, item)
        texts = self.body(item, rect.width())
        title, body, follow = self._heights(item, texts, rect.width())
        left = rect.x() + 2 * GAP + _BADGE_SIZE_PX + UNIT
        space = QRect(left, rect.y() + GAP, rect.right() - left - GAP - UNIT, title)
        self._draw(painter, space, item.title, ui_font(Bold), colors.secondary if quiet and not chosen else colors.text)
        space = QRect(left, space.bottom() + 1, space.width(), body)
        quiet_ink = colors.text if chosen else colors.secondary
        texts.paint(painter, QPointF(space.topLeft()), quiet_ink, quiet_ink, None)
        space = QRect(left, space.bottom() + 1, space.width(), follow)
        ink = colors.bad_text if item.category is CauseCategory.CERTAIN else colors.warn_text
        self._draw(painter, space, item.follow, ui_font(), colors.text if chosen and colors.name == "light" else ink)
        if chosen and self._view.hasFocus():
            painter.setPen(colors.accent)
            painter.drawRect(rect.adjusted(FOCUS // 2, FOCUS // 2, -FOCUS, -FOCUS))

    def _paint_badge(self, painter: QPainter, rect: QRect, item: CauseItem) -> None:
        colors = theme()
        grounds = {
            CauseCategory.CERTAIN: colors.bad_bg,
            CauseCategory.POSSIBLE: colors.warn_bg,
            CauseCategory.IGNORED: colors.raised,
        }
        inks = {
            CauseCategory.CERTAIN: colors.bad_text,
            CauseCategory.POSSIBLE: colors.warn_text,
            CauseCategory.IGNORED: colors.secondary,
        }
        badge_rect = QRect(rect.x() + GAP + UNIT, rect.y() + GAP, _BADGE_SIZE_PX, _BADGE_SIZE_PX)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(grounds[item.category])
        painter.drawEllipse(badge_rect)
        painter.setPen(inks[item.category])
        painter.setFont(ui_font(Medium))
        painter.drawText(badge_rect, Qt.AlignmentFlag.AlignCenter, str(item.number))
        painter.restore()

    def _draw(self, painter: QPainter, space: QRect, text: str, font: QFont, color: QColor) -> None:
        painter.setFont(font)
        painter.setPen(color)
        painter.drawText(space, _WRAPPED_TEXT, text)
