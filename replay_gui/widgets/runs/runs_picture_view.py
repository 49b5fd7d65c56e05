"""The picture of many runs, to look at, to hover over and to click into."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from replay_gui.core.contrast.runs_picture import CellState, PictureCell
from replay_gui.core.log.positions import position_after
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import plural
from replay_gui.look.theme import theme, theme_events
from replay_gui.models.runs.failure_table import run_name
from replay_gui.models.runs.runs_session import RunsSession
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.widgets.parts.line_text import paint_hint
from replay_gui.widgets.runs.picture_layout import COLUMN_WIDTH, HEAD_HEIGHT, ROW_HEIGHT, PictureLayout
from replay_gui.widgets.runs.picture_painter import PicturePainter

_KEYS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
_MAX_CALL = 300  # characters
_STATES = {
    CellState.SAME: "done as in most runs that passed",
    CellState.OTHER_ARGUMENTS: "done with other arguments",
    CellState.ERROR: "answered with an error",
}


class RunsPictureView(QAbstractScrollArea):
    """Shows the picture of the session's chosen runs. Arrows walk through the cells, Enter opens one.

    Signals: event_wanted(int, int): number of a run, and an EventIndex in it. run_wanted(int): number of a run.
    column_chosen(int): the head of a column.
    Attributes: hint: what is shown where there is no picture. current: row and column of the chosen cell, or None.
    """

    event_wanted = Signal(int, int)
    run_wanted = Signal(int)
    column_chosen = Signal(int)

    def __init__(self, session: RunsSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._layout: PictureLayout | None = None
        self._cells: dict[tuple[int, int], PictureCell] = {}
        self.current: tuple[int, int] | None = None
        self.hint = ""
        self.setAccessibleName("The runs, call by call")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        session.contrast_changed.connect(self._on_contrast_changed)
        theme_events().changed.connect(self.viewport().update)

    @Slot()
    def _on_contrast_changed(self) -> None:
        contrasted = self._session.contrasted
        picture = None if contrasted is None else contrasted.picture
        if picture is None or not picture.columns:
            self._layout, self._cells = None, {}
        elif self._layout is None or self._layout.picture is not picture:
            self._layout = PictureLayout.of(picture)
            self._cells = {(cell.row, cell.column): cell for cell in picture.cells}
        self.current = None
        self._fit()
        self.viewport().update()

    def sizeHint(self) -> QSize:
        """The size of the whole picture."""
        return QSize() if self._layout is None else QSize(int(self._layout.width), int(self._layout.height))

    def select_separator(self, separator: int) -> None:
        """Choose the column that shows this separator, if one does."""
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
        size, hint = self.viewport().size(), self.sizeHint()
        for bar, inside, whole in (
            (self.horizontalScrollBar(), size.width(), hint.width()),
            (self.verticalScrollBar(), size.height(), hint.height()),
        ):
            bar.setPageStep(inside)
            bar.setRange(0, max(0, whole - inside))
        self.horizontalScrollBar().setSingleStep(int(COLUMN_WIDTH))
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
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), theme().panel)
        painter.translate(-self._offset)
        names = [self._name(row.run) for row in self._layout.picture.rows]
        separators = contrasted.separation.separators
        PicturePainter(painter, self._layout, names, separators).paint(self.current if self.hasFocus() else None)
        painter.end()

    def _name(self, number: int) -> str:
        """The name of a run, with its task where there are several."""
        run, contrasted = self._session.runs[number], self._session.contrasted
        name, task = run_name(run), run.identity.task
        return f"{task} · {name}" if contrasted is not None and contrasted.per_task and task is not None else name

    # ---- hands --------------------------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open the event of a cell, choose a column by its head."""
        if self._layout is None or event.button() != Qt.MouseButton.LeftButton:
            return
        row, column = self._place(event.position())
        if row >= 0 and column >= 0:
            self._set_current((row, column))
            self._open_current()
        elif column >= 0 and event.position().y() + self._offset.y() < HEAD_HEIGHT:
            self.column_chosen.emit(column)
        elif row >= 0:
            self.run_wanted.emit(self._layout.picture.rows[row].run)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk from cell to cell; Enter opens the event."""
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
        """Say in a tooltip what is under the mouse."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self._layout is not None:
            QToolTip.showText(event.globalPos(), plain_tooltip(self._words_at(QPointF(event.pos()))), self)
            return True
        return super().viewportEvent(event)

    def _words_at(self, point: QPointF) -> str:
        assert self._layout is not None  # there is a picture under the mouse
        row, column = self._place(point)
        picture = self._layout.picture
        if column < 0:
            return ""
        entry = picture.columns[column]
        lines = [one_line(f"{entry.tool}({entry.label})", _MAX_CALL)]
        cell = self._cells.get((row, column))
        if row >= 0:
            name = self._name(picture.rows[row].run)
            if cell is None:
                lines.append(f"{name}: not done")
            else:
                lines.append(f"{name}: {_STATES[cell.state]}, event {position_after(cell.index):,}")
        if entry.passing.of or entry.failing.of:
            lines.append(
                f"{entry.passing.having:,} of {plural(entry.passing.of, 'run')} that passed, "
                f"{entry.failing.having:,} of {plural(entry.failing.of, 'run')} that failed"
            )
        return "\n".join(lines)
