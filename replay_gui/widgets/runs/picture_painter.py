"""Paints the picture of many runs: a row for each run, a column for each call."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPen

from replay_gui.core.contrast.runs_picture import CellState, PictureCell, PictureColumn
from replay_gui.core.contrast.separators import Separator
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.numbers import whole_number
from replay_gui.look.theme import (
    FOCUS,
    GAP,
    LINE,
    RADIUS,
    SMALL_RADIUS,
    SMALL_SIZE,
    TINY_SIZE,
    UNIT,
    Bold,
    theme,
    ui_font,
)
from replay_gui.widgets.parts.outcome_mark import outcome_color, paint_outcome
from replay_gui.widgets.runs.picture_layout import (
    COUNTS_HEIGHT,
    HEAD_SLANT,
    MARK_WIDTH,
    ROW_HEIGHT,
    PictureLayout,
)

_MAX_TITLE_CHARACTERS = 200
_VALUES_SEPARATOR = " · "  # between the tool and its values in a title
_MIN_NAME_SHARE = 0.4  # share of a head's length for the name of the tool
_BODY_WIDTH_PX, _BODY_HEIGHT_PX = 30.0, 18.0  # size of a cell's mark
_DOT_RADIUS_PX = 1.6  # radius of the dot for a call that was not made
_FRAME_ALPHA = 0.12  # opacity of the background of a column that separates


class PicturePainter:
    """Draws the parts of one picture.

    `names`: of its rows. `separators`: referred to by its columns. `by_version`: whether versions are compared.
    """

    def __init__(
        self,
        painter: QPainter,
        layout: PictureLayout,
        names: Sequence[str],
        separators: Sequence[Separator],
        by_version: bool = False,
    ) -> None:
        self._painter, self._layout, self._names, self._separators = painter, layout, names, separators
        self._by_version = by_version
        self._small = ui_font(size=SMALL_SIZE)

    def paint(
        self,
        current: tuple[int, int] | None = None,
        hovered: tuple[int, int] = (-1, -1),
        chosen: Collection[int] = (),
    ) -> None:
        """Draw the whole picture.

        Args:
            current: row and column of the cell with a focus frame. hovered: those under the pointer; -1 for none.
            chosen: the chosen rows.
        """
        painter, picture = self._painter, self._layout.picture
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_grounds(hovered, chosen)
        for number, column in enumerate(picture.columns):
            self._paint_column(number, column)
        self._paint_rows()
        done = {(cell.row, cell.column): cell for cell in picture.cells}
        for row in range(len(picture.rows)):
            for place, column in enumerate(picture.columns):
                cell = done.get((row, place))
                if cell is None:
                    painter.setPen(Qt.PenStyle.NoPen)
                    painter.setBrush(theme().faint)
                    painter.drawEllipse(self._layout.cell(row, place).center(), _DOT_RADIUS_PX, _DOT_RADIUS_PX)
                else:
                    self._paint_cell(cell, column)
        if current is not None:
            painter.setPen(QPen(theme().accent, FOCUS))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self._layout.cell(*current).adjusted(2, 1, -2, -1), SMALL_RADIUS, SMALL_RADIUS)

    def _paint_grounds(self, hovered: tuple[int, int], chosen: Collection[int]) -> None:
        layout, painter = self._layout, self._painter
        right = layout.left + layout.step * len(layout.picture.columns)
        for rows, color in (({hovered[0]} - {-1}, theme().hover), (chosen, theme().selection)):
            for row in rows:
                painter.fillRect(QRectF(0, layout.tops[row], right, ROW_HEIGHT), color)
        if hovered[1] >= 0:
            painter.fillRect(layout.column(hovered[1]), theme().hover)

    def _paint_column(self, number: int, column: PictureColumn) -> None:
        painter, place = self._painter, self._layout.column(number)
        separates = column.separator is not None
        if column.separator is not None:
            self._paint_frame(place, self._separators[column.separator])
        painter.save()
        painter.translate(place.center().x(), self._layout.head - UNIT)
        painter.rotate(HEAD_SLANT)
        painter.setFont(ui_font(Bold, SMALL_SIZE) if separates else self._small)
        painter.setPen(theme().text if separates else theme().secondary)
        metrics = QFontMetrics(painter.font())
        title = head_title(column, metrics, int(self._layout.heads[number]) + 1)
        painter.drawText(QPointF(0, 0), title)
        painter.restore()

    def _paint_frame(self, place: QRectF, separator: Separator) -> None:
        """Frame a column that separates, in the colour of its outcome; its counts are on top."""
        painter, passing, failing = self._painter, separator.passing, separator.failing
        color = theme().accent
        if not self._by_version:
            color = outcome_color(passing.having * failing.of >= failing.having * passing.of)
        ground = QColor(color)
        ground.setAlphaF(_FRAME_ALPHA)
        painter.setPen(QPen(color, LINE))
        painter.setBrush(ground)
        painter.drawRoundedRect(place.adjusted(2, 0, -2, 0), RADIUS / 2, RADIUS / 2)
        painter.setPen(color)
        painter.setFont(ui_font(Bold, TINY_SIZE))
        words = f"{passing.having}/{passing.of}·{failing.having}/{failing.of}"
        if QFontMetrics(painter.font()).horizontalAdvance(words) > place.width():
            words = f"{passing.having}·{failing.having}"
        counts = QRectF(place.x(), place.y(), place.width(), COUNTS_HEIGHT)
        painter.drawText(counts, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_rows(self) -> None:
        painter, layout = self._painter, self._layout
        right = layout.left + layout.step * len(layout.picture.columns)
        metrics = QFontMetrics(ui_font())
        for row, entry in enumerate(layout.picture.rows):
            top = layout.tops[row]
            painter.setPen(QPen(theme().grid, LINE))
            painter.drawLine(QPointF(layout.left, top + ROW_HEIGHT), QPointF(right, top + ROW_HEIGHT))
            painter.setPen(theme().text)
            painter.setFont(ui_font())
            space = QRectF(GAP + UNIT, top, layout.names - 2 * GAP, ROW_HEIGHT)
            name = metrics.elidedText(self._names[row], Qt.TextElideMode.ElideMiddle, int(space.width()))
            painter.drawText(space, int(Qt.AlignmentFlag.AlignVCenter), name)
            paint_outcome(painter, QPointF(layout.names + MARK_WIDTH / 2 - GAP, top + ROW_HEIGHT / 2), entry.passed)
        painter.setPen(QPen(theme().secondary, LINE, Qt.PenStyle.DashLine))
        for y in layout.breaks:
            painter.drawLine(QPointF(layout.left, y), QPointF(right, y))

    def _paint_cell(self, cell: PictureCell, column: PictureColumn) -> None:
        painter, colors = self._painter, theme()
        center = self._layout.cell(cell.row, cell.column).center()
        body = QRectF(
            center.x() - _BODY_WIDTH_PX / 2, center.y() - _BODY_HEIGHT_PX / 2, _BODY_WIDTH_PX, _BODY_HEIGHT_PX
        )
        color, passed = colors.accent, None
        if column.acts:  # red and pointed: a call that no passing run made
            as_passing = cell.state is CellState.SAME and column.passing.having > 0
            passed = True if as_passing else self._layout.picture.rows[cell.row].passed
            color = outcome_color(passed)
        ink = color
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if cell.state is CellState.SAME:
            ground = QColor(color)
            if not column.acts:
                ground.setAlphaF(0.3)
                ink = colors.text
            else:
                ink = colors.on_mark
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
        elif cell.state is CellState.OTHER_ARGUMENTS:
            painter.setPen(QPen(color, 1.5))
        else:
            color = ink = colors.error
            painter.setPen(QPen(color, LINE, Qt.PenStyle.DashLine))
        painter.drawPath(_outline(body, column.acts, passed is False and cell.state is not CellState.ERROR))
        painter.setPen(ink)
        painter.setFont(ui_font(Bold, SMALL_SIZE))
        number = f"× {whole_number(cell.number)}" if cell.state is CellState.ERROR else whole_number(cell.number)
        painter.drawText(body, Qt.AlignmentFlag.AlignCenter, number)


def _outline(body: QRectF, acts: bool, is_pointed: bool) -> QPainterPath:
    """Return the outline of a cell: round for a reading call, else a rectangle, or one with a point at either side."""
    path = QPainterPath()
    if is_pointed:
        y, tip = body.center().y(), body.height() / 3
        path.moveTo(body.left(), y)
        for x, at in (
            (body.left() + tip, body.top()),
            (body.right() - tip, body.top()),
            (body.right(), y),
            (body.right() - tip, body.bottom()),
            (body.left() + tip, body.bottom()),
        ):
            path.lineTo(x, at)
        path.closeSubpath()
    else:
        radius = SMALL_RADIUS if acts else body.height() / 2
        path.addRoundedRect(body, radius, radius)
    return path


def column_title(column: PictureColumn) -> str:
    """Return the title of a column in one line, cut if it is very long."""
    return one_line(column.title, _MAX_TITLE_CHARACTERS)


def head_title(column: PictureColumn, metrics: QFontMetrics, length: int) -> str:
    """Return the head of a column in at most `length` pixels.

    If it is too long, the tool's name is cut first, because its first value distinguishes the call.
    """
    title = column_title(column)
    name, dot, values = title.partition(_VALUES_SEPARATOR)
    value = f"{dot}{values.partition(', ')[0]}"
    room = length - metrics.horizontalAdvance(value)
    if metrics.horizontalAdvance(title) > length and dot and room > length * _MIN_NAME_SHARE:
        return metrics.elidedText(name, Qt.TextElideMode.ElideRight, room) + value
    return metrics.elidedText(title, Qt.TextElideMode.ElideRight, length)
