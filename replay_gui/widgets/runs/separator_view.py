"""The facts that separate the runs that passed from those that failed: one line each, with counts."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from replay_gui.core.translation.messages import tr
from replay_gui.look.theme import GAP, LINE, UNIT, Medium, theme, ui_font
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.runs.runs_session import RunsSession
from replay_gui.models.runs.separator_list import SeparatorList
from replay_gui.widgets.parts.card_list import CardList
from replay_gui.widgets.parts.outcome_mark import outcome_color

_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class SeparatorView(CardList):
    """Shows a SeparatorList. Signal: separator_chosen(int): the row, by click or key.

    Attributes: separators: the list.
    """

    separator_chosen = Signal(int)

    def __init__(self, session: RunsSession, parent: QWidget | None = None) -> None:
        self.separators = SeparatorList(session)
        super().__init__(tr("What separates"), self.separators, parent)
        self.separators.setParent(self)
        self.setItemDelegate(_SeparatorDelegate(self))
        self.setUniformItemSizes(True)
        self.selectionModel().currentRowChanged.connect(self._on_row_chosen)

    @Slot(QModelIndex, QModelIndex)
    def _on_row_chosen(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid():
            self.separator_chosen.emit(current.row())


class _SeparatorDelegate(QStyledItemDelegate):
    def __init__(self, view: SeparatorView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, _option: QStyleOptionViewItem, _index: AnyIndex) -> QSize:
        return QSize(0, 2 * QFontMetrics(ui_font()).height() + 2 * GAP + UNIT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        item, colors = self._view.separators.item(index.row()), theme()
        rect: QRect = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, colors.selection)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, colors.hover)
        painter.fillRect(QRect(rect.x(), rect.bottom(), rect.width(), LINE), colors.line)
        height = QFontMetrics(ui_font()).height()
        first = QRect(rect.x() + GAP + UNIT, rect.y() + GAP, rect.width() - 3 * GAP, height)
        second = first.translated(0, height + UNIT)
        failing, passing = (colors.text, colors.accent) if item.by_version else map(outcome_color, (False, True))
        used = self._draw_right(painter, first, item.failing, failing)
        used += self._draw_right(painter, first.adjusted(0, 0, -used, 0), " · ", colors.secondary)
        used += self._draw_right(painter, first.adjusted(0, 0, -used, 0), item.passing, passing)
        self._draw_left(painter, first.adjusted(0, 0, -used - GAP, 0), item.title, ui_font(Medium), colors.text)
        used = self._draw_right(painter, second, item.measures, colors.secondary)
        self._draw_left(painter, second.adjusted(0, 0, -used - GAP, 0), item.details, ui_font(), colors.secondary)

    def _draw_right(self, painter: QPainter, space: QRect, text: str, color: QColor) -> int:
        """Draw a text at the right; return its width."""
        painter.setFont(ui_font())
        painter.setPen(color)
        painter.drawText(space, _RIGHT, text)
        return QFontMetrics(ui_font()).horizontalAdvance(text)

    def _draw_left(self, painter: QPainter, space: QRect, text: str, font: QFont, color: QColor) -> None:
        painter.setFont(font)
        painter.setPen(color)
        painter.drawText(space, _LEFT, QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, space.width()))
