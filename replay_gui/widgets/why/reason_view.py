"""The reasons as cards. Keys: Up and Down choose a card, Enter goes from link to link of it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, QPointF, QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from replay_gui.core.translation.messages import tr
from replay_gui.look.theme import FOCUS, LINE, theme
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.why.event_links import EventLink
from replay_gui.models.why.reason_cards import ReasonCards
from replay_gui.models.why.why_session import NO_REASON, WhySession
from replay_gui.widgets.parts.card_list import CardList
from replay_gui.widgets.why.reason_card import ReasonCard

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class ReasonView(CardList):
    """Shows a ReasonCards, and chooses reasons of the session.

    Attributes: link: index of the current link of the chosen card, or -1.
    """

    def __init__(self, session: WhySession, reasons: ReasonCards, parent: QWidget | None = None) -> None:
        super().__init__(tr("Reasons"), reasons, parent)
        self._session, self._reasons = session, reasons
        self._cards: dict[int, ReasonCard] = {}  # cards of the present width, by row
        self.link = -1
        self.setItemDelegate(_ReasonDelegate(self))
        reasons.modelAboutToBeReset.connect(self._drop_cards)
        reasons.modelReset.connect(self.show_chosen)
        session.chosen_changed.connect(self.show_chosen)
        self.show_chosen()

    @property
    def judged(self) -> bool:
        """Whether one of the runs is known to have failed."""
        return self._session.result is not None and self._session.result.failed is not None

    def card(self, row: int) -> ReasonCard:
        """Return the card of a row at the present width."""
        if row not in self._cards:
            self._cards[row] = ReasonCard(self._reasons.item(row), self.viewport().width())
        return self._cards[row]

    @property
    def current_link(self) -> EventLink | None:
        """The link of the chosen card that was followed last."""
        row = self.currentIndex().row()
        links = self._reasons.item(row).links if 0 <= row < self._reasons.rowCount() else ()
        return links[self.link] if 0 <= self.link < len(links) else None

    @Slot()
    def show_chosen(self) -> None:
        """Highlight the session's reason, and scroll to it."""
        chosen = self._session.chosen
        self.link = -1
        if chosen == NO_REASON or chosen >= self._reasons.rowCount():
            self.setCurrentIndex(QModelIndex())
            self.clearSelection()
        else:
            index = self._reasons.index(chosen)
            self.setCurrentIndex(index)
            self.scrollTo(index)
        self.viewport().update()

    @Slot()
    def _drop_cards(self) -> None:
        self._cards.clear()

    # ---- mouse and keys ---------------------------------------------------------------------------
    def link_at(self, point: QPoint) -> EventLink | None:
        """Return the link at a point of the viewport, or None."""
        index = self.indexAt(point)
        if not index.isValid():
            return None
        return self.card(index.row()).link_at(QPointF(point - self.visualRect(index).topLeft()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the event of a link, or choose the card."""
        point = event.position().toPoint()
        index, link = self.indexAt(point), self.link_at(point)
        if event.button() != Qt.MouseButton.LeftButton or not index.isValid():
            super().mousePressEvent(event)
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if index.row() != self._session.chosen or link is None:
            self._session.choose(index.row())
        if link is not None:
            self._go_to(self._reasons.item(index.row()).links.index(link))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show a hand over a link."""
        over = self.link_at(event.position().toPoint()) is not None
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose a card by the arrows; go to its next link by Enter or Space, with Shift to the previous one."""
        row = self.currentIndex().row()
        match event.key():
            case Qt.Key.Key_Up | Qt.Key.Key_Down as key:
                self._session.step(1 if key == Qt.Key.Key_Down else -1)
            case Qt.Key.Key_Home:
                self._session.choose(0)
            case Qt.Key.Key_End:
                self._session.choose_last()
            case key if key in _ENTER and 0 <= row < self._reasons.rowCount():
                links = self._reasons.item(row).links
                back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                if links:
                    self._go_to((max(self.link, 0) - 1 if back else self.link + 1) % len(links))
            case _:
                super().keyPressEvent(event)

    def _go_to(self, number: int) -> None:
        self.link = number
        link = self.current_link
        if link is not None:
            self._session.go_to(link.side, link.index)
        self.viewport().update()

    # ---- painting ---------------------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Make the cards again for the new width."""
        self._drop_cards()
        super().resizeEvent(event)


class _ReasonDelegate(QStyledItemDelegate):
    def __init__(self, view: ReasonView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, _option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return QSize(self._view.viewport().width(), self._view.card(index.row()).height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        colors, rect, view = theme(), option.rect, self._view
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, colors.selection if chosen else colors.hover)
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), LINE, colors.line)
        current = view.current_link if chosen else None
        view.card(index.row()).paint(
            painter, QPointF(rect.topLeft()), colors, chosen=chosen, current=current, judged=view.judged
        )
        if chosen and view.hasFocus():
            painter.setPen(colors.accent)
            painter.drawRect(rect.adjusted(FOCUS // 2, FOCUS // 2, -FOCUS, -FOCUS))
