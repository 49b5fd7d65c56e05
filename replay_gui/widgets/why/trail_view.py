"""The steps of one run that led to a reason, with its values marked."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPointF, QRect, Qt, Slot
from PySide6.QtGui import QColor, QContextMenuEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from replay_gui.core.index.run_index import NO_TOOL
from replay_gui.core.log.positions import Position, index_before
from replay_gui.core.text.event_label import label_text
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number
from replay_gui.engine.comparison.why_answers import TrailGap, TrailRow
from replay_gui.look.effect_marks import EFFECT_PX, paint_effect
from replay_gui.look.marks import draw_mark
from replay_gui.look.theme import GAP, LINE, MARK, UNIT, data_font, kind_color, theme, ui_font
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.why.trail_table import TrailTable
from replay_gui.models.why.why_session import WhySession
from replay_gui.widgets.comparison.rule_menu import RuleMenu
from replay_gui.widgets.parts.row_view import RowView
from replay_gui.widgets.parts.text.line_text import RIGHT, LineText, draw_marked

_MAX_LABEL_SHARE = 0.34


class TrailView(RowView):
    """Shows a TrailTable. A click or Enter goes to the event of a line, or shows the events of a gap.

    A call has the mark of its effect at the left; the tooltip shows the evidence, the menu corrects it.
    """

    def __init__(self, session: WhySession, trail: TrailTable, parent: QWidget | None = None) -> None:
        super().__init__(tr("Steps of {run}", run=trail.side.upper()), trail, parent)
        self._session, self._trail = session, trail
        self._run = session.comparison.a if trail.side == "a" else session.comparison.b
        self._delegate = _TrailDelegate(self, session, trail)
        self.setItemDelegate(self._delegate)
        self.row_activated.connect(trail.activate)
        trail.modelReset.connect(self._on_lines_changed)
        self._run.position_changed.connect(self._on_position_changed)
        self._on_lines_changed()

    @Slot()
    def _on_lines_changed(self) -> None:
        labels = [label_text(line.row.label) for line in self._lines() if isinstance(line, TrailRow)]
        numbers = [line.row.position for line in self._lines() if isinstance(line, TrailRow)]
        self._delegate.fit(labels, max(numbers, default=0), self.viewport().width())
        self._on_position_changed(self._run.position)

    def _lines(self) -> list[TrailRow | TrailGap]:
        return [self._trail.line(row) for row in range(self._trail.rowCount())]

    @Slot(object)
    def _on_position_changed(self, position: Position) -> None:
        """Highlight the event at the run's position, if the trail has it."""
        row = self._trail.row_at(position)
        if row < 0:
            self.setCurrentIndex(QModelIndex())
            self.clearSelection()
        else:
            self.setCurrentIndex(self._trail.index(row))
            self.show_row(row)
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the event that was clicked, or show the events of the gap."""
        row = self.rowAt(int(event.position().y()))
        super().mousePressEvent(event)
        if row >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self._trail.activate(row)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Show the menu of a call."""
        row, at = self.menu_target(event)
        menu = self.step_menu(row)
        if menu is not None:
            menu.popup(at)

    def step_menu(self, row: int) -> RuleMenu | None:
        """Return the menu of a line: the effect of a call's tool; None for other lines."""
        line = self._trail.line(row) if 0 <= row < self._trail.rowCount() else None
        if not isinstance(line, TrailRow) or line.row.tool is None:
            return None
        menu = RuleMenu(self._session.comparison.rules, self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.offer_effect(line.row.tool, self._trail.effect(line))
        return menu


class _TrailDelegate(QStyledItemDelegate):
    def __init__(self, view: TrailView, session: WhySession, trail: TrailTable) -> None:
        super().__init__(view)
        self._view, self._session, self._trail = view, session, trail
        self._data, self._ui = LineText(data_font()), LineText(ui_font())
        self._number_px, self._label_px = 5 * GAP, 12 * GAP

    def fit(self, labels: list[str], highest: int, width: int) -> None:
        """Make room for numbers up to `highest` and for these labels, in a view `width` pixels wide."""
        self._number_px = self._data.width(whole_number(highest)) + 2 * GAP
        longest = max(map(self._ui.width, labels), default=0)
        self._label_px = min(longest + GAP, max(round(_MAX_LABEL_SHARE * width), 10 * GAP))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Paint a step, or the number of steps that are left out."""
        colors, rect, line = theme(), option.rect, self._trail.line(index.row())
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = index.row() == self._view.hovered
        if isinstance(line, TrailGap):
            painter.fillRect(rect, colors.hover if hovered else colors.head)
            left = rect.x() + self._number_px + GAP + 2 * UNIT
            room = QRect(left, rect.y(), rect.right() - left, rect.height())
            self._ui.draw(painter, room, f"…  {self._trail.gap_text(line)}", colors.secondary)
            return
        ground = self._tint() if line.is_key else colors.hover if hovered else None
        if ground is not None:
            painter.fillRect(rect, ground)
        self._paint_step(painter, rect, line)
        if chosen:
            painter.setPen(QPen(colors.accent, LINE))
            painter.drawRect(rect.adjusted(0, 0, -LINE, -LINE))

    def _paint_step(self, painter: QPainter, rect: QRect, line: TrailRow) -> None:
        colors, row = theme(), line.row
        left = rect.x() + UNIT
        number = QRect(left, rect.y(), self._number_px, rect.height())
        self._data.draw(
            painter, number, whole_number(row.position), colors.secondary if line.is_key else colors.faint, RIGHT
        )
        left += self._number_px + GAP + UNIT
        hue = kind_color(row.kind, self._hue(line))
        draw_mark(painter, row.kind, QPointF(left + UNIT + 1, rect.center().y() + 1), hue)
        left += round(MARK) + GAP
        finding = self._trail.effect(line)
        if finding is not None:
            paint_effect(painter, finding.effect, QPointF(rect.x() + UNIT + EFFECT_PX / 2, rect.center().y() + 1))
        self._ui.draw(painter, QRect(left, rect.y(), self._label_px, rect.height()), label_text(row.label), colors.text)
        left += self._label_px + GAP
        room = QRect(left, rect.y(), max(rect.right() - left - GAP, 0), rect.height())
        ink = colors.bad_text if row.failed or row.broken else colors.text if line.is_key else colors.secondary
        painter.setFont(self._data.font)
        draw_marked(painter, room, row.text, marked=line.marked, ink=ink, ground=self._word())

    def _hue(self, line: TrailRow) -> int:
        """Return the number of the tool's hue, the same on both sides."""
        comparison, tool = self._session.comparison, line.row.tool
        if tool is None:
            return NO_TOOL
        if tool in comparison.a.index.tools:
            return comparison.a.index.tools.index(tool)
        side = comparison.a if self._trail.side == "a" else comparison.b
        at = index_before(line.row.position)
        return len(comparison.a.index.tools) + (int(side.index.tool[at]) if at < side.index.count else 0)

    def _tint(self) -> QColor:
        return self._tone(theme().removed, theme().added, theme().changed)

    def _word(self) -> QColor:
        return self._tone(theme().removed_word, theme().added_word, theme().changed_word)

    def _tone(self, bad: QColor, good: QColor, neutral: QColor) -> QColor:
        """Return the colour for the failing run, for the other one, or for a run whose outcome is unknown."""
        failed = None if self._session.result is None else self._session.result.failed
        if failed is None:
            return neutral
        return bad if failed == self._trail.side else good
