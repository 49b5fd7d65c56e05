"""The picture of many runs, with tooltips and clickable cells."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QHelpEvent, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from replay_gui.core.contrast.runs_picture import CellState, PictureCell, PictureColumn, RunsPicture
from replay_gui.core.log.positions import position_after
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.core.translation.numbers import whole_number
from replay_gui.look.theme import GAP, SMALL_SIZE, UNIT, Bold, theme, theme_events, ui_font
from replay_gui.models.runs.picture_split import split_picture, split_words
from replay_gui.models.runs.run_names import names_of
from replay_gui.models.runs.runs_session import RunsSession
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.widgets.parts.direction import keep_left_to_right, left_to_right_painter
from replay_gui.widgets.parts.text.line_text import paint_hint
from replay_gui.widgets.runs.picture_layout import ROW_HEIGHT, PictureLayout
from replay_gui.widgets.runs.picture_painter import PicturePainter, column_title

_KEYS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
_MAX_CALL_CHARACTERS = 300
_STATES = {
    CellState.OTHER_ARGUMENTS: translatable("done with other arguments"),
    CellState.ERROR: translatable("answered with an error"),
}


class RunsPictureView(QAbstractScrollArea):
    """Shows the picture of the session's chosen runs. Arrows move through the cells, Enter opens one.

    A click on the head of a column, or S, splits the runs by its call. Ctrl and a click, or Space, chooses a row; two
    are compared.

    Signals: event_wanted(int, int): number of a run, and an EventIndex in it. run_wanted(int): number of a run.
    compare_wanted(int, int): numbers of two runs. column_chosen(int): number, from 0, of the column whose head was
    chosen. split_changed().
    Attributes: hint: the text shown if there is no picture. current: row and column of the chosen cell, or None.
    chosen: the chosen rows. split: the column by which the runs are split, or None.
    """

    event_wanted = Signal(int, int)
    run_wanted = Signal(int)
    compare_wanted = Signal(int, int)
    column_chosen = Signal(int)
    split_changed = Signal()

    def __init__(self, session: RunsSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        keep_left_to_right(self)
        self._session = session
        self._natural: PictureLayout | None = None
        self._layout: PictureLayout | None = None  # the same, fitted to the width
        self._cells: dict[tuple[int, int], PictureCell] = {}
        self._names: list[str] = []
        self._picture: RunsPicture | None = None  # in the session's order
        self._hovered = (-1, -1)
        self.current: tuple[int, int] | None = None
        self.chosen: list[int] = []
        self.split: int | None = None
        self.split_words = ""
        self.hint = ""
        self.setAccessibleName(tr("The runs, call by call"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        session.contrast_changed.connect(self._on_contrast_changed)
        theme_events().changed.connect(self.viewport().update)

    @Slot()
    def _on_contrast_changed(self) -> None:
        contrasted = self._session.contrasted
        picture = None if contrasted is None else contrasted.picture
        if picture is not self._picture:
            self._picture, self.split = picture, None
            self._lay_out()

    def split_by(self, column: int | None) -> None:
        """Put the runs that made the call of a column above the others; None: the original order."""
        if column != self.split and self._picture is not None:
            self.split = column
            self._lay_out()

    def _lay_out(self) -> None:
        picture, self.split_words = self._picture, ""
        self._natural, self._cells, self._names, self.chosen, self.current = None, {}, [], [], None
        if picture is not None and picture.columns:
            groups: Sequence[object] = [row.passed for row in picture.rows]
            if self.split is not None:
                split = split_picture(picture, self.split)
                picture, groups, self.split_words = split.picture, split.groups, split_words(split)
            self._names = names_of(self._session, [row.run for row in picture.rows])
            metrics = QFontMetrics(ui_font())
            width = max(map(metrics.horizontalAdvance, self._names)) + 3 * GAP
            small = QFontMetrics(ui_font(Bold, SMALL_SIZE))
            heads = [small.horizontalAdvance(column_title(column)) for column in picture.columns]
            self._natural = PictureLayout.of(picture, groups, width, heads)
            self._cells = {(cell.row, cell.column): cell for cell in picture.cells}
        self._fit()
        self._show_separating()
        self.split_changed.emit()
        self.viewport().update()

    def sizeHint(self) -> QSize:
        """The size of the whole picture."""
        return QSize() if self._layout is None else QSize(int(self._layout.width), int(self._layout.height))

    def _show_separating(self) -> None:
        """Scroll as little as needed to show the first column that separates, or the one that splits."""
        bar = self.horizontalScrollBar()
        columns = () if self._layout is None else self._layout.picture.columns
        marked = [number for number, column in enumerate(columns) if column.separator is not None]
        place = self.split if self.split is not None else next(iter(marked), None)
        if self._layout is not None and place is not None:
            column, inside = self._layout.column(place), self.viewport().width()
            if column.left() < bar.value() or column.right() > bar.value() + inside:
                bar.setValue(int(column.right()) - inside // 2)

    def head_center(self, column: int) -> QPoint:
        """Return a point in the head of a column, in the viewport; the corner if there is no picture."""
        if self._layout is None:
            return QPoint()
        return QPoint(int(self._layout.column(column).center().x()), int(self._layout.head) - UNIT) - self._offset

    def select_separator(self, separator: int) -> None:
        """Choose the column of this separator, if there is one."""
        if self._layout is None:
            return
        columns = self._layout.picture.columns
        column = next((number for number, entry in enumerate(columns) if entry.separator == separator), None)
        row = next((row for row, of in self._cells if of == column), None)
        if column is not None and row is not None:
            self._set_current((row, column))

    # ---- scrolling ----------------------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the scroll bars to the new size."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        size = self.viewport().size()
        self._layout = None if self._natural is None else self._natural.fitted(size.width())
        hint = self.sizeHint()
        for bar, inside, whole in (
            (self.horizontalScrollBar(), size.width(), hint.width()),
            (self.verticalScrollBar(), size.height(), hint.height()),
        ):
            bar.setPageStep(inside)
            bar.setRange(0, max(0, whole - inside))
        self.horizontalScrollBar().setSingleStep(0 if self._layout is None else int(self._layout.step))
        self.verticalScrollBar().setSingleStep(int(ROW_HEIGHT))

    @property
    def _offset(self) -> QPoint:
        return QPoint(self.horizontalScrollBar().value(), self.verticalScrollBar().value())

    def _set_current(self, current: tuple[int, int]) -> None:
        assert self._layout is not None  # there is a cell
        self.current = current
        place = self._layout.cell(*current).toRect()
        for bar, begin, end, inside in (
            (self.horizontalScrollBar(), place.left(), place.right(), self.viewport().width()),
            (self.verticalScrollBar(), place.top(), place.bottom(), self.viewport().height()),
        ):
            if begin < bar.value():
                bar.setValue(begin)
            elif end > bar.value() + inside:
                bar.setValue(end - inside)
        self.viewport().update()

    # ---- painting -----------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture, or the hint."""
        contrasted = self._session.contrasted
        if self._layout is None or contrasted is None:
            if self.hint:
                paint_hint(self.viewport(), self.hint)
            return
        painter = left_to_right_painter(self.viewport())
        painter.fillRect(event.rect(), theme().panel)
        painter.translate(-self._offset)
        separators = contrasted.separation.separators
        current = self.current if self.hasFocus() else None
        picture = PicturePainter(painter, self._layout, self._names, separators, contrasted.by_version)
        picture.paint(current, self._hovered, self.chosen)
        painter.end()

    # ---- mouse and keys -----------------------------------------------------------------------------
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Keep the release from the widgets below; the press was handled already."""
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open the event of a cell, split the runs by the head of a column, choose a row with Ctrl."""
        if self._layout is None or event.button() != Qt.MouseButton.LeftButton:
            return
        row, column = self._place(event.position())
        if row >= 0 and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._choose(row)
        elif row >= 0 and column >= 0:
            self._set_current((row, column))
            self._open_current()
        elif column >= 0 and event.position().y() + self._offset.y() < self._layout.head:
            self._on_head(column)
        elif row >= 0:
            self.run_wanted.emit(self._layout.picture.rows[row].run)

    def _on_head(self, column: int) -> None:
        self.split_by(None if column == self.split else column)
        self.column_chosen.emit(column)

    def _choose(self, row: int) -> None:
        """Choose a row, or remove it from the choice; two are compared."""
        assert self._layout is not None  # there is a row
        self.chosen = [other for other in self.chosen if other != row] + [row] * (row not in self.chosen)
        self.viewport().update()
        if len(self.chosen) == 2:
            a, b = (self._layout.picture.rows[chosen].run for chosen in self.chosen)
            self.chosen = []
            self.compare_wanted.emit(a, b)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Mark the row and the column under the pointer."""
        self._hover((-1, -1) if self._layout is None else self._place(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Remove the mark of the hovered row and column."""
        super().leaveEvent(event)
        self._hover((-1, -1))

    def _hover(self, place: tuple[int, int]) -> None:
        if place != self._hovered:
            self._hovered = place
            self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move from cell to cell; Enter opens the event, S splits by the column, Space chooses the row."""
        if self._layout is not None and event.key() in _KEYS:
            row, column = self.current or (0, 0)
            by_row, by_column = _KEYS[Qt.Key(event.key())] if self.current is not None else (0, 0)
            picture = self._layout.picture
            self._set_current(
                (
                    min(max(row + by_row, 0), len(picture.rows) - 1),
                    min(max(column + by_column, 0), len(picture.columns) - 1),
                )
            )
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current is not None:
            self._open_current()
        elif event.key() == Qt.Key.Key_S and self.current is not None:
            row, column = self.current
            self._on_head(column)
            self._set_current((row, column))
        elif event.key() == Qt.Key.Key_Space and self.current is not None:
            self._choose(self.current[0])
        else:
            super().keyPressEvent(event)

    def _open_current(self) -> None:
        cell = None if self.current is None else self._cells.get(self.current)
        if cell is not None and self._layout is not None:
            self.event_wanted.emit(self._layout.picture.rows[cell.row].run, cell.index)

    def _place(self, point: QPointF) -> tuple[int, int]:
        assert self._layout is not None  # there is a picture under the mouse
        at = point + QPointF(self._offset)
        return self._layout.row_at(at.y()), self._layout.column_at(at.x())

    def viewportEvent(self, event: QEvent) -> bool:
        """Describe the cell or column under the mouse in a tooltip."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self._layout is not None:
            QToolTip.showText(event.globalPos(), plain_tooltip(self._words_at(QPointF(event.pos()))), self)
            return True
        return super().viewportEvent(event)

    def _words_at(self, point: QPointF) -> str:
        assert self._layout is not None  # there is a picture under the mouse
        row, column = self._place(point)
        picture = self._layout.picture
        if column < 0:
            hint = tr("Click opens it; Ctrl+click chooses it, and two are compared")
            return f"{self._names[row]}\n{hint}" if row >= 0 else ""
        entry = picture.columns[column]
        lines = [one_line(f"{entry.tool}({entry.label})", _MAX_CALL_CHARACTERS)]
        cell = self._cells.get((row, column))
        if row >= 0:
            name = self._names[row]
            if cell is None:
                lines.append(tr("{run}: not done", run=name))
            else:
                lines.append(
                    tr(
                        "{run}: {state}, event {position}",
                        run=name,
                        state=state_words(cell.state, entry),
                        position=whole_number(position_after(cell.index)),
                    )
                )
        if entry.passing.of or entry.failing.of:
            passed, failed = entry.passing, entry.failing
            lines.append(
                tr(
                    "This very call, without an error: {passed}, {failed}",
                    passed=trn(
                        "{having} of {n} run that passed",
                        "{having} of {n} runs that passed",
                        passed.of,
                        having=whole_number(passed.having),
                    ),
                    failed=trn(
                        "{having} of {n} run that failed",
                        "{having} of {n} runs that failed",
                        failed.of,
                        having=whole_number(failed.having),
                    ),
                )
            )
        return "\n".join(lines)


def state_words(state: CellState, column: PictureColumn) -> str:
    """Return in words whether a run made a column's call, which perhaps no passing run made."""
    if state is not CellState.SAME:
        return tr(_STATES[state])
    return (
        tr("done as in most runs that passed")
        if column.passing.having
        else tr("done as in most runs that made such a call")
    )
