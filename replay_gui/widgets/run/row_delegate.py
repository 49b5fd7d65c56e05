"""Paints an event of the list: number, time, mark and label, text, duration."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter

from replay_gui.core.effects.effect import Effect
from replay_gui.core.facts.event_search import SearchHit
from replay_gui.core.log.positions import RUN_START, index_before
from replay_gui.core.reasons.marks.run_mark import MarkKind
from replay_gui.core.text.event_label import speaking_labels
from replay_gui.core.translation.numbers import whole_number
from replay_gui.engine.answers import EventRow
from replay_gui.look.bookmark import paint_bookmark
from replay_gui.look.marks import draw_mark
from replay_gui.look.theme import GAP, UNIT, data_font, kind_color, theme, ui_font
from replay_gui.models.run.event_table import EVENT_COLUMNS, EventColumn, EventTable
from replay_gui.widgets.parts.row_view import RowPainter, RowView
from replay_gui.widgets.parts.text.line_text import RIGHT, LineText
from replay_gui.widgets.timeline.timeline_painter import paint_triangle

_AHEAD_OPACITY = 0.55  # strength of a mark's colour after the position
_LABEL_CHARACTERS, _LABEL_SHARE = 20, 0.3  # a label has room for so many characters, or this part of the width
_MAX_INDENT_LEVELS = 4  # nested subagents that are indented further


class RowDelegate(RowPainter):
    """For a RowView over an EventTable. `position`: events beyond it are dimmed."""

    def __init__(self, view: RowView, table: EventTable) -> None:
        super().__init__(view)
        self.position = RUN_START
        self._view = view
        self._table = table
        self._data, self._ui = LineText(data_font()), LineText(ui_font())

    def widths(self, count: int, longest_time: str, labels: list[str]) -> dict[int, int]:
        """Return the widths of the columns for `count` events with such times and these labels, in pixels.

        Labels get at most _LABEL_SHARE of the list, and less is enough if none is longer.
        """
        data, ui = self._data.metrics, self._ui.metrics
        longest = (
            max([ui.horizontalAdvance(text) for text in (*labels, *speaking_labels())]) + 1
        )  # widths are fractions
        label_limit = max(data.horizontalAdvance("0" * _LABEL_CHARACTERS), round(_LABEL_SHARE * self._view.width()))
        deepest = min(max(map(len, self._table.subagents.paths), default=0), _MAX_INDENT_LEVELS)
        return {
            EventColumn.POSITION: data.horizontalAdvance("0" * max(len(whole_number(count)), 4)) + 2 * GAP + UNIT,
            EventColumn.TIME: data.horizontalAdvance(max(longest_time, "+00:00.000", key=len)) + 2 * GAP + UNIT,
            EventColumn.LABEL: min(longest, label_limit) + 2 * GAP + 3 * UNIT * (1 + deepest),
        }

    def indent(self, row: EventRow) -> int:
        """Return the indent of the label of a subagent's event, in pixels."""
        return min(self._table.subagents.depth(index_before(row.position)), _MAX_INDENT_LEVELS) * 3 * UNIT

    def paint_row(self, painter: QPainter, row: int, cells: Sequence[tuple[int, QRect]], chosen: bool) -> None:
        """Paint an event's row."""
        colors, table, event = theme(), self._table, self._table.event_row(row)
        ahead = event.position > self.position
        quiet, loud = (
            (colors.text, colors.text) if chosen else (colors.secondary, colors.secondary if ahead else colors.text)
        )
        ground = colors.selection if chosen else colors.hover if row == self._view.hovered else None
        for column, rect in cells:
            if ground is not None:
                painter.fillRect(rect, ground)
            words = table.words(event, column)
            match EVENT_COLUMNS[column]:
                case EventColumn.POSITION:
                    number = quiet if chosen else colors.faint
                    self._data.draw(painter, rect.adjusted(UNIT, 0, -GAP, 0), words, number, RIGHT)
                    if marks := table.marks(event):
                        is_noted = any(mark.kind is MarkKind.NOTE for mark in marks)
                        ink = colors.accent if is_noted else None
                        paint_bookmark(painter, QPointF(rect.x() + UNIT, rect.y() + 1), ink)
                case EventColumn.TIME:
                    self._data.draw(painter, rect.adjusted(UNIT, 0, 0, 0), words, quiet)
                case EventColumn.LABEL:
                    space = rect.adjusted(self.indent(event), 0, 0, 0)
                    if (headed := table.subagents.starting_at(index_before(event.position))) is not None:
                        middle = QPointF(space.x() - UNIT, space.center().y() + 1)
                        paint_triangle(painter, middle, headed in table.folded)
                    self._paint_mark(painter, space, event, ahead and not chosen)
                    self._ui.draw(painter, space.adjusted(2 * GAP + UNIT, 0, -GAP, 0), words, loud)
                case EventColumn.TEXT:  # and the duration
                    bad = (event.failed or event.broken) and not chosen
                    hit, folded = table.hit(row), table.fold_words(event)
                    inks = colors.bad_text if bad else loud, quiet
                    self._paint_text(painter, rect, event, hit or folded or words, inks)
                case EventColumn.DURATION:
                    pass  # it is at the end of the text

    def _paint_text(
        self, painter: QPainter, rect: QRect, row: EventRow, words: str | SearchHit, inks: tuple[QColor, QColor]
    ) -> None:
        """`inks`: that of the text, that of the duration at its end."""
        loud, quiet = inks
        space = rect.adjusted(0, 0, -GAP - UNIT, 0)
        if took := self._table.words(row, EventColumn.DURATION):
            self._data.draw(painter, space, took, quiet, RIGHT)
            space = space.adjusted(0, 0, -self._data.width(took) - GAP, 0)
        elif does := self._table.effect_words(row):
            is_change = row.effect is not None and row.effect.effect is Effect.CHANGES
            self._data.draw(painter, space, does, theme().warn_text if is_change else quiet, RIGHT)
            space = space.adjusted(0, 0, -self._data.width(does) - GAP, 0)
        if isinstance(words, SearchHit):
            self._paint_hit(painter, space, words, loud)
        else:
            self._data.draw(painter, space, words, loud)

    def _paint_hit(self, painter: QPainter, space: QRect, hit: SearchHit, loud: QColor) -> None:
        """Paint the hit on its background; elide the text before it so that the hit stays visible."""
        metrics, matched = self._data.metrics, hit.text[hit.start_character : hit.stop_character]
        wide = min(metrics.horizontalAdvance(matched), space.width())
        room = max(0, min(space.width() // 2, space.width() - wide - metrics.horizontalAdvance("…")))
        before = metrics.elidedText(hit.text[: hit.start_character], Qt.TextElideMode.ElideLeft, room)
        at = space.x() + metrics.horizontalAdvance(before)
        height = metrics.height()
        ground = QRect(at, space.y() + (space.height() - height) // 2, wide, height)
        painter.fillRect(ground, theme().changed_word)
        self._data.draw(painter, space, before, loud)
        self._data.draw(painter, space.adjusted(at - space.x(), 0, 0, 0), hit.text[hit.start_character :], loud)

    def _paint_mark(self, painter: QPainter, rect: QRect, row: EventRow, dim: bool) -> None:
        color = QColor(kind_color(row.kind, self._table.tool_index(row)))
        if dim:
            color.setAlphaF(_AHEAD_OPACITY)
        draw_mark(painter, row.kind, QPointF(rect.x() + UNIT + 1, rect.center().y() + 1), color)
