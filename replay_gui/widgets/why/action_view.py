"""The actions of A and of B side by side: a line for each action, hatched if a run did not do it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, Qt, Signal, Slot
from PySide6.QtGui import QColor, QContextMenuEvent, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from replay_gui.core.log.positions import position_after
from replay_gui.core.reasons.origin import Side
from replay_gui.core.reasons.why_result import ActionRow, Shared
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.core.translation.numbers import whole_number
from replay_gui.look.effect_marks import EFFECT_PX, paint_effect
from replay_gui.look.theme import GAP, LINE, LINKS, UNIT, data_font, theme, ui_font
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.why.action_table import ActionColumn, ActionTable
from replay_gui.models.why.why_session import WhySession
from replay_gui.widgets.parts.hatching import paint_hatching
from replay_gui.widgets.parts.row_view import RowView
from replay_gui.widgets.parts.text.line_text import MIDDLE, RIGHT, LineText

_NUMBER_PX, _MAX_TOOL_SHARE = 5 * GAP, 0.45
_MAX_TEXT_CHARACTERS = 300
_NOTES = {
    Shared.ONLY_A: translatable("only A"),
    Shared.ONLY_B: translatable("only B"),
    Shared.ARGUMENTS: translatable("other arguments"),
}


class ActionView(RowView):
    """Shows an ActionTable. A click goes to the event; Enter or a click opens a fold.

    Signal: menu_wanted(int, QPoint): row, and point of the screen.
    """

    menu_wanted = Signal(int, QPoint)

    def __init__(self, session: WhySession, actions: ActionTable, parent: QWidget | None = None) -> None:
        super().__init__(tr("What each run did"), actions, parent)
        self._session, self._actions = session, actions
        self._delegate = _ActionDelegate(self, session, actions)
        self.setItemDelegate(self._delegate)
        self.horizontalHeader().setStretchLastSection(False)
        self.row_activated.connect(self._on_activated)
        actions.modelReset.connect(self._fit)
        session.chosen_changed.connect(self.show_chosen)

    @Slot()
    def show_chosen(self) -> None:
        """Highlight the action of the chosen reason."""
        reason = self._session.reason
        row = -1 if reason is None else self._actions.row_of(reason.index_a, reason.index_b)
        if row < 0:
            self.clearSelection()
        else:
            self.setCurrentIndex(self._actions.index(row, 0))
            self.show_row(row)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns to the new width."""
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        left = max((self.width() - LINKS) // 2, 1)  # aligned with the heads, whether or not there is a scroll bar
        right = max(self.viewport().width() - LINKS - left, 1)
        for column, column_width in zip(ActionColumn, (left, LINKS, right), strict=True):
            self.setColumnWidth(column, column_width)
        tools = [line.row.tool for line in map(self._actions.line, range(self._actions.rowCount())) if line.row]
        self._delegate.fit(tools, left)
        self.show_chosen()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the event that was clicked, or open the fold."""
        row = self.rowAt(int(event.position().y()))
        super().mousePressEvent(event)
        if row >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self._go_to(row)

    @Slot(int)
    def _on_activated(self, row: int) -> None:
        self._go_to(row)

    def _go_to(self, row: int) -> None:
        """Go to both requests of an action; if only one run made it, to that."""
        line = self._actions.line(row)
        if line.row is None:
            self._actions.open_fold(row)
            return
        a, b = line.row.requests_a, line.row.requests_b
        self._session.go_to_pair(a[0] if a else None, b[0] if b else None)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Request the menu of the line; folds have none."""
        row, at = self.menu_target(event)
        if row >= 0 and self._actions.line(row).row is not None:
            self.menu_wanted.emit(row, at)


class _ActionDelegate(QStyledItemDelegate):
    def __init__(self, view: RowView, session: WhySession, actions: ActionTable) -> None:
        super().__init__(view)
        self._view, self._session, self._actions = view, session, actions
        self._data, self._ui = LineText(data_font()), LineText(ui_font())
        self._tool_px = 12 * GAP

    def fit(self, tools: list[str], width: int) -> None:
        """Make room for the names of these tools, on sides `width` pixels wide."""
        longest = max((self._ui.width(one_line(tool)) for tool in tools), default=0)
        self._tool_px = min(longest + GAP, round(_MAX_TOOL_SHARE * width))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Paint one cell: a fold, the gutter, or an action of one side."""
        rect: QRect = option.rect
        colors, line, column = theme(), self._actions.line(index.row()), ActionColumn(index.column())
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = index.row() == self._view.hovered
        if column is ActionColumn.GUTTER:
            self._paint_gutter(painter, rect, chosen)
            return
        if line.row is None:
            painter.fillRect(rect, colors.hover if hovered else colors.head)
            self._ui.draw(painter, rect, f"…  {self._actions.fold_text(index.row())}", colors.secondary, MIDDLE)
            return
        requests = line.row.requests_a if column is ActionColumn.SIDE_A else line.row.requests_b
        if not requests:
            paint_hatching(painter, rect)
        else:
            tint = self._tint(line.row, column.side)
            ground = tint or (colors.selection if chosen else colors.hover if hovered else None)
            if ground is not None:
                painter.fillRect(rect, ground)
            self._paint_action(painter, rect, line.row, column.side)
        if chosen:
            painter.setPen(QPen(colors.accent, LINE))
            painter.drawRect(rect.adjusted(0, 0, -LINE, -LINE))

    def _paint_gutter(self, painter: QPainter, rect: QRect, chosen: bool) -> None:
        colors = theme()
        painter.fillRect(rect, colors.window)
        for x in (rect.x(), rect.right()):
            painter.fillRect(x, rect.y(), LINE, rect.height(), colors.line)
        if chosen:
            painter.setPen(QPen(colors.accent, LINE))
            painter.drawLine(rect.topLeft(), rect.topRight())
            painter.drawLine(rect.bottomLeft(), rect.bottomRight())

    def _paint_action(self, painter: QPainter, rect: QRect, row: ActionRow, side: Side) -> None:
        colors, is_a = theme(), side == "a"
        requests, text = (row.requests_a, row.text_a) if is_a else (row.requests_b, row.text_b)
        left = rect.x()
        differs = row.shared is not Shared.BOTH
        number = QRect(left, rect.y(), _NUMBER_PX, rect.height())
        ink = colors.secondary if differs else colors.faint
        self._data.draw(painter, number, whole_number(position_after(requests[0])), ink, RIGHT)
        left += _NUMBER_PX + GAP + UNIT
        paint_effect(painter, row.effect, QPointF(left + EFFECT_PX / 2, rect.center().y() + 1))
        left += round(EFFECT_PX) + GAP
        self._ui.draw(painter, QRect(left, rect.y(), self._tool_px, rect.height()), one_line(row.tool), colors.text)
        left += self._tool_px + GAP
        failed = row.failed_a if is_a else row.failed_b
        note = self._note(row, failed)
        note_px = self._ui.width(note) + GAP if note else 0
        if row.shared is Shared.ARGUMENTS and not failed and rect.right() - left - GAP < 2 * note_px:
            note, note_px = "", 0  # the arguments are more useful, and the tint shows that they differ
        room = QRect(left, rect.y(), max(rect.right() - left - GAP - note_px, 0), rect.height())
        words = one_line(text, _MAX_TEXT_CHARACTERS) + (
            f" × {whole_number(len(requests))}" if len(requests) > 1 else ""
        )
        self._data.draw(painter, room, words, colors.bad_text if failed else colors.text)
        if note:
            room = QRect(rect.right() - GAP - note_px, rect.y(), note_px, rect.height())
            self._ui.draw(painter, room, note, colors.bad_text if failed else colors.secondary, RIGHT)

    def _note(self, row: ActionRow, failed: bool) -> str:
        if failed:
            return tr("it failed")
        return "" if row.shared is Shared.BOTH else tr(_NOTES[row.shared])

    def _tint(self, row: ActionRow, side: Side) -> QColor | None:
        """Return the background: red for a differing action of the failing run, green for that of the other."""
        why = self._session.result
        if row.shared is Shared.BOTH or why is None:
            return None
        colors = theme()
        if why.failed is None:
            return colors.changed
        return colors.removed if why.failed == side else colors.added
