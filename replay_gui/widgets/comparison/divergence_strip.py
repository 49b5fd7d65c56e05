"""The whole comparison in a narrow column: divergences, search hits, and the visible part, which can be dragged."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QScrollBar, QWidget

from replay_gui.core.translation.messages import tr
from replay_gui.look.theme import ICON, LINE, ROW, SMALL_RADIUS, theme, theme_events
from replay_gui.models.comparison.comparison_rows import ComparisonRows, RowTone
from replay_gui.models.comparison.comparison_search import ComparisonSearch
from replay_gui.widgets.parts.direction import keep_left_to_right, left_to_right_painter

_MIN_MARK_PX = 3  # of a mark
_HIT_PX = 3  # of a search hit, at the right edge
_MIN_WINDOW_PX = 12  # of the window, at least


class DivergenceStrip(QWidget):
    """Replaces the view's scroll bar. Click or drag scrolls there."""

    def __init__(
        self, rows: ComparisonRows, finder: ComparisonSearch, bar: QScrollBar, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        keep_left_to_right(self)
        self._rows = rows
        self._finder = finder
        self._bar = bar
        self._held = 0.0  # the grasped point, in pixels from the top of the window
        self._marks: NDArray[np.uint8] | None = None
        self.setFixedWidth(ICON)
        self.setAccessibleName(tr("Overview of all divergences"))
        self.setToolTip(
            tr(
                "All divergences. Left: only in A. Right: only in B. Middle: moved, or with another state after it."
                " Full width: changed. Right edge: search hits. Click or drag to go there."
            )
        )
        bar.valueChanged.connect(self.update)
        bar.rangeChanged.connect(self.update)
        rows.modelReset.connect(self._on_rows_changed)
        finder.started.connect(self.update)
        finder.progressed.connect(self.update)
        theme_events().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Return the width of an icon."""
        return QSize(ICON, 10 * ROW)

    @Slot()
    def _on_rows_changed(self) -> None:
        self._marks = None
        self.update()

    def marks(self) -> NDArray[np.uint8]:
        """Return the Tone of each pixel, from top to bottom: the greatest of the rows on that pixel."""
        height = max(self.height(), 1)
        if self._marks is None or len(self._marks) != height:
            self._marks = np.zeros(height, np.uint8)
            rows = self._rows.changes
            if len(rows) and self._rows.shown.count:
                pixels = self._rows.shown.lines(rows) * height // self._rows.shown.count
                np.maximum.at(self._marks, pixels, self._rows.tones(rows))
        return self._marks

    def hits(self) -> NDArray[np.int64]:
        """Return the pixels, from the top, of rows with a search hit; each once."""
        rows, count = self._finder.rows, self._rows.shown.count
        if not len(rows) or not count:
            return np.zeros(0, np.int64)
        return np.unique(self._rows.shown.lines(rows) * max(self.height(), 1) // count)

    def in_sight(self) -> tuple[float, float]:
        """Return top and bottom of the visible part, in pixels."""
        count = max(self._rows.shown.count, 1)
        page = self._bar.pageStep()
        top = self._bar.value() / count * self.height()
        size = min(page / count, 1.0) * self.height()
        if size < _MIN_WINDOW_PX:
            top, size = max(0.0, top - (_MIN_WINDOW_PX - size) / 2), _MIN_WINDOW_PX
        return min(top, self.height() - size), min(top, self.height() - size) + size

    # ---- mouse ----------------------------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Hold the window at the mouse, or centre it there."""
        if event.button() == Qt.MouseButton.LeftButton:
            top, bottom = self.in_sight()
            y = event.position().y()
            self._held = y - top if top <= y <= bottom else (bottom - top) / 2
            self._go(y)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scroll while the left button is held."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position().y())

    def _go(self, y: float) -> None:
        self._bar.setValue(round((y - self._held) / max(self.height(), 1) * self._rows.shown.count))

    # ---- painting -------------------------------------------------------------------------------------
    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the marks of the rows, the most important last, and the window of the visible part."""
        colors, painter = theme(), left_to_right_painter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        space = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(colors.line, LINE))
        painter.setBrush(colors.panel)
        painter.drawRoundedRect(space, SMALL_RADIUS, SMALL_RADIUS)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        marks = self.marks()
        for tone in [*RowTone][RowTone.IGNORED :]:
            color, (begin, end) = (
                tone_color(tone),
                (round(2 + share * (self.width() - 4)) for share in tone_reach(tone)),
            )
            for y in np.flatnonzero(marks == tone):
                painter.fillRect(begin, int(y), end - begin, _MIN_MARK_PX, color)
        for y in self.hits().tolist():
            painter.fillRect(self.width() - _HIT_PX - 1, y, _HIT_PX, _MIN_MARK_PX, colors.text)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top, bottom = self.in_sight()
        glass = QColor(colors.accent)
        glass.setAlphaF(0.16)
        painter.setBrush(glass)
        painter.setPen(QPen(colors.accent, 1.5))
        painter.drawRoundedRect(QRectF(1, top + 1, self.width() - 2, bottom - top - 2), SMALL_RADIUS, SMALL_RADIUS)
        painter.end()


def tone_reach(tone: RowTone) -> tuple[float, float]:
    """Return start and end of the mark of a tone, in shares of the width: on the side of the run that has it."""
    middle = (0.25, 0.75)
    reaches = {RowTone.ONLY_A: (0.0, 0.5), RowTone.ONLY_B: (0.5, 1.0), RowTone.MOVED: middle, RowTone.STATE: middle}
    return reaches.get(tone, (0.0, 1.0))


def tone_color(tone: RowTone) -> QColor:
    """Return the colour of the mark of a tone."""
    colors = theme()
    inks = {
        RowTone.CAUSE: colors.text,
        RowTone.CHANGED: colors.memory,
        RowTone.ONLY_A: colors.removed_text,
        RowTone.ONLY_B: colors.added_text,
        RowTone.MOVED: colors.moved,
    }
    inks[RowTone.IGNORED] = colors.line
    return inks.get(tone, colors.changed_text)
