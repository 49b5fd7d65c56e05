"""The numbers of a value of the state, along the same range as the timeline. Loads pyqtgraph."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from replay_gui.core.log.positions import Position
from replay_gui.core.translation.messages import tr
from replay_gui.look.theme import GAP, TICKS, theme, theme_events
from replay_gui.models.session import Session
from replay_gui.models.timeline.timeline_scale import TimelineScale
from replay_gui.models.values.change_table import ChangeTable
from replay_gui.widgets.parts.direction import keep_left_to_right

_HEIGHT_PX = 20 * GAP
_VALUE_WIDTH_PX = 8 * GAP  # width of the numbers at the left
_FEW_POINTS = 400  # up to this many changes are also drawn as dots


class ChangePlot(QWidget):
    """A line of steps; a gap if the value is absent or not a number. A click goes to the position there.

    Hidden while fewer than two of the changes are to numbers.
    """

    def __init__(self, table: ChangeTable, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        keep_left_to_right(self)
        self._table, self._session = table, session
        self.setFixedHeight(_HEIGHT_PX)
        self.setAccessibleName(tr("Plot of the value"))
        self.plot = pg.PlotWidget()
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.setMenuEnabled(False)
        self.plot.setMouseEnabled(x=False, y=False)
        self.plot.hideButtons()
        self.plot.getAxis("left").setWidth(_VALUE_WIDTH_PX)
        self._steps = pg.PlotCurveItem(connect="finite")
        self._dots = pg.ScatterPlotItem(size=5, pen=None)
        self._line = pg.InfiniteLine(angle=90)
        for item in (self._steps, self._dots, self._line):
            self.plot.addItem(item)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.plot)
        self.plot.scene().sigMouseClicked.connect(self.on_clicked)
        table.changed.connect(self.on_changed)
        session.view_changed.connect(self.on_view_changed)
        session.axis_changed.connect(self.on_changed)
        session.position_changed.connect(self._on_position_changed)
        theme_events().changed.connect(self.on_theme_changed)
        self.on_theme_changed()
        self.on_changed()

    @property
    def _scale(self) -> TimelineScale:
        width = max(self.width() - _VALUE_WIDTH_PX, 1)
        return TimelineScale.showing_range(self._session.view, width, self._session.timeline_axis)

    @Slot()
    def on_changed(self) -> None:
        positions, values = self._table.numbers()
        known = np.isfinite(values)
        self.setVisible(int(known.sum()) > 1)
        if self.isHidden():
            return
        at = self._session.timeline_axis.coordinates(np.append(positions, self._session.index.count))
        x = np.repeat(at, 2)[1:-1]  # each value lasts from its change to the next
        self._steps.setData(x, np.repeat(values, 2))
        shows_dots = len(positions) <= _FEW_POINTS
        self._dots.setData(at[:-1][known], values[known]) if shows_dots else self._dots.clear()
        low, high = float(values[known].min()), float(values[known].max())
        margin = (high - low) / 10 or max(abs(high), 1.0) / 10
        self.plot.setYRange(low - margin, high + margin, padding=0)
        self.on_view_changed()

    @Slot()
    def on_view_changed(self) -> None:
        scale = self._scale
        self.plot.setXRange(scale.start, scale.end, padding=0)
        ticks = [(scale.coordinate(pixel), words) for pixel, words in scale.ticks(TICKS)]
        self.plot.getAxis("bottom").setTicks([ticks])
        self._on_position_changed(self._session.position)

    @Slot(object)
    def _on_position_changed(self, position: Position) -> None:
        self._line.setValue(float(self._session.timeline_axis.coordinates(np.array([position]))[0]))

    @Slot(object)
    def on_clicked(self, click: pg.GraphicsScene.mouseEvents.MouseClickEvent) -> None:
        if click.button() == Qt.MouseButton.LeftButton:
            at = self.plot.getViewBox().mapSceneToView(click.scenePos()).x()
            position = round(float(self._session.timeline_axis.positions(np.array([at]))[0]))
            self._session.seek(Position(max(position, 0)))

    @Slot()
    def on_theme_changed(self) -> None:
        colors = theme()
        self.plot.setBackground(colors.panel)
        for side in ("left", "bottom"):
            self.plot.getAxis(side).setPen(pg.mkPen(colors.line))
            self.plot.getAxis(side).setTextPen(pg.mkPen(colors.secondary))
        self._steps.setPen(pg.mkPen(colors.accent, width=1.5))
        self._dots.setBrush(pg.mkBrush(QColor(colors.accent)))
        self._line.setPen(pg.mkPen(colors.text, width=1))
