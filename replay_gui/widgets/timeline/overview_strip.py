"""The whole run at a glance, with the visible range as a window to drag."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QBrush, QColor, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from replay_gui.core.log.positions import position_after
from replay_gui.core.translation.messages import tr
from replay_gui.engine.bridge import QuietTurn
from replay_gui.look.theme import GAP, STRIP, UNIT, theme, theme_events
from replay_gui.models.session import Session
from replay_gui.models.timeline.overview import Overview
from replay_gui.models.timeline.timeline_scale import TimelineScale
from replay_gui.widgets.parts.text.plain_label import PlainLabel
from replay_gui.widgets.timeline.timeline_layout import names_px

FOUND_HEIGHT = 0.4  # of the strip, of a search hit; an error reaches to the top
CHANGE_HEIGHT = 0.25  # of a change of the chosen value
COLUMN_PX = 2  # pixels per column of the overview
EDGE_PX, MIN_EDGE_PX = 24, 3  # pixels: width of the area in which an edge of the window can be grasped
MIN_WINDOW_PX = 10.0  # a narrower window could not be grasped


class _Strip(pg.ViewBox):  # type: ignore[misc]  # pyqtgraph has no types
    """The strip behind the window.

    Signals:
        drawn(float, float): a drag with the left button selects a range, from the lesser coordinate to the greater.
    """

    drawn = Signal(float, float)

    def mouseDragEvent(self, event: pg.GraphicsScene.mouseEvents.MouseDragEvent, axis: int | None = None) -> None:  # noqa: ARG002  pyqtgraph's name
        """Select a range."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        event.accept()
        start, end = sorted(self.mapSceneToView(at).x() for at in (event.buttonDownScenePos(), event.scenePos()))
        if end > start:
            self.drawn.emit(start, end)


class _Window(pg.LinearRegionItem):  # type: ignore[misc]
    """The visible range. `is_whole`: it cannot move, and a drag on it selects a range on the strip behind it."""

    is_whole = False

    def mouseDragEvent(self, event: pg.GraphicsScene.mouseEvents.MouseDragEvent) -> None:
        """Move, or leave the drag to the strip."""
        if self.is_whole:
            event.ignore()
        else:
            super().mouseDragEvent(event)

    def hoverEvent(self, event: pg.GraphicsScene.mouseEvents.HoverEvent) -> None:
        """Accept the next drags, or leave them to the strip."""
        if not self.is_whole:
            super().hoverEvent(event)


class OverviewStrip(QWidget):
    """Height: the rate of events. Red: errors. The window: the range that the timeline shows.

    Drag the window, or one of its edges. Drag elsewhere, or anywhere if it is the whole run: select another range.
    Click elsewhere: centre it there. Double click: the whole run.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._next_turn = QuietTurn(self)
        self._next_turn.reached.connect(self.on_index_changed)
        self._drawn_end = 0.0  # the coordinate at which the drawing ends
        self._shown: tuple[float, float] = (0.0, 1.0)  # the drawn window, never too narrow to grasp
        self.setFixedHeight(STRIP)
        self.setAccessibleName(tr("Overview of the whole run"))
        self.setAccessibleDescription(tr("The window is the range that the timeline shows; drag it or its edges."))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._label = PlainLabel(tr("Whole run"), role="secondary")

        self.graphics = pg.GraphicsView(background=None)
        self.graphics.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.graphics.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._box = _Strip(enableMouse=False, enableMenu=False, defaultPadding=0.0)
        self.graphics.setCentralItem(self._box)
        self._pace = pg.PlotCurveItem(fillLevel=0.0, antialias=True)
        self._errors, self._divergences, self._causes, self._found, self._value_changes = (
            pg.PlotCurveItem([0.0, 1.0], [0.0], stepMode="center", fillLevel=0.0) for _ in range(5)
        )
        self._untrusted = pg.LinearRegionItem(movable=False)
        self._window = _Window(swapMode="push")
        # Under the pointer, the lines of the window become the areas in which its edges are grasped.
        self._edges = pg.InfiniteLine(movable=False), pg.InfiniteLine(movable=False)
        for item in (self._pace, *self._marks, self._untrusted, self._window, *self._edges):
            self._box.addItem(item, ignoreBounds=True)

        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(GAP + UNIT, 0, 0, 0)
        self._row.setSpacing(0)
        self._row.addWidget(self._label)
        self._row.addWidget(self.graphics, 1)

        self._window.sigRegionChanged.connect(self.on_window_dragged)
        self._box.drawn.connect(self._show)
        self.graphics.scene().sigMouseClicked.connect(self.on_clicked)
        for signal in (session.events_changed, session.marks_changed, session.axis_changed):
            signal.connect(self.on_index_changed)
        for signal in (session.run_changed, session.index_changed):
            signal.connect(self._next_turn.await_turn)  # in this turn the rest of the window takes the new events
        session.view_changed.connect(self.on_view_changed)
        session.report_changed.connect(self.on_report_changed)
        session.names_changed.connect(self.on_names_changed)
        theme_events().changed.connect(self.on_theme_changed)
        self.on_theme_changed()
        self.on_index_changed()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Sum the columns again for the new width, in the next turn: in this one the rest of the window is painted."""
        super().resizeEvent(event)
        self._fit_label()
        self._next_turn.await_turn()

    @Slot()
    def on_names_changed(self) -> None:
        self._fit_label()
        self._row.activate()  # the columns depend on the width of the strip
        self._next_turn.await_turn()

    def _fit_label(self) -> None:
        """Align the strip with the lanes."""
        names = names_px(self._session.names_width, self.width(), self._session.names_needed)
        self._label.setFixedWidth(round(names) - GAP - UNIT)

    def x_of(self, position: float) -> float:
        """Return the x coordinate of a position, in pixels of `graphics`."""
        return GAP + self._whole.pixel(position)

    @Slot()
    def on_index_changed(self) -> None:
        session, columns = self._session, self.graphics.width() // COLUMN_PX
        overview = Overview.of(session.index, columns, session.timeline_axis, session.marks)
        pace = np.append(overview.pace, overview.pace[-1])
        self._pace.setData(overview.edges, pace, connect=np.ones(len(pace), np.int32))  # "all" is filled with seams
        found, changes = FOUND_HEIGHT * overview.found, CHANGE_HEIGHT * overview.value_changes
        heights = (overview.errors, overview.divergences, overview.causes, found, changes)
        for item, columns_of in zip(self._marks, heights, strict=True):
            item.setVisible(bool(columns_of.any()))  # painting an empty curve takes as long as any other
            if item.isVisible():
                item.setData(overview.mark_edges, columns_of, stepMode="center")
        self._drawn_end = self._whole.end
        margin = GAP * self._whole.span / self._whole.width  # as beside the lanes, to be below the events
        self._box.setRange(xRange=(-margin, self._whole.end + margin), yRange=(0.0, 1.0), padding=0.0)
        self.setToolTip(
            tr("Height: how quickly events came. Red: errors.") if overview.has_pace else tr("Red: errors.")
        )
        self.on_report_changed()
        self.on_view_changed()
        self.graphics.scene().prepareForPaint()  # while it paints, pyqtgraph would then paint again

    @Slot()
    def on_view_changed(self) -> None:
        if self._drawn_end != self._whole.end:  # of a longer run, or the clock of a running one
            self._next_turn.await_turn()  # the columns end here again
            return
        first, last = self._session.view
        self._window.is_whole = first <= 0 and last >= self._session.index.count
        start, end = self._coordinates(*self._session.view)
        short = MIN_WINDOW_PX * self._whole.span / self._whole.width - (end - start)
        if short > 0:
            start, end = start - short / 2, end + short / 2
        self._shown = (start, end)
        self._window.blockSignals(True)
        self._window.setRegion(self._shown)
        for edge, place in zip(self._edges, self._shown, strict=True):
            edge.setPos(place)
        self._window.blockSignals(False)
        self._fit_edges((end - start) * self._whole.width / self._whole.span)

    def _fit_edges(self, width: float) -> None:
        """Set the areas in which the edges of a window `width` pixels wide are grasped; its middle moves it."""
        shade = QColor(theme().accent)
        shade.setAlphaF(0.3)
        reach = round(min(max(2 * width / 3, MIN_EDGE_PX), EDGE_PX))
        for line in self._window.lines:
            line.setHoverPen(pg.mkPen(shade, width=reach))
            line.viewTransformChanged()  # its area is that of the pen

    @Slot()
    def on_report_changed(self) -> None:
        broken = self._session.report.first_broken if self._session.report else None
        self._untrusted.setVisible(broken is not None)
        if broken is not None:
            position = position_after(broken)
            self._untrusted.setRegion((self._coordinates(position, position)[0], self._whole.end))

    @Slot()
    def on_window_dragged(self) -> None:
        start, end = self._window.getRegion()
        before = self._shown
        moved = abs((end - start) - (before[1] - before[0])) < 1e-6 * (end - start)
        if moved:  # moved as a whole: the range keeps its span, though the window may be drawn wider
            shift = start - before[0]
            start, end = self._coordinates(*self._session.view)
            start, end = start + shift, end + shift
        self._show(start, max(end, start + 1e-9))
        self.on_view_changed()  # the window stops at the end of the range

    @Slot(object)
    def on_clicked(self, click: pg.GraphicsScene.mouseEvents.MouseClickEvent) -> None:
        if click.button() != Qt.MouseButton.LeftButton:
            return
        at = self._box.mapSceneToView(click.scenePos()).x()
        if click.double():
            self._session.fit_view()
        elif not self._shown[0] <= at <= self._shown[1]:
            start, end = self._coordinates(*self._session.view)
            half = (end - start) / 2
            self._show(at - half, at + half)

    @Slot(float, float)
    def _show(self, start: float, end: float) -> None:
        """Make these coordinates the visible range, clamped to the run."""
        scale = TimelineScale(start, end, 1.0, self._session.timeline_axis).clamped(self._session.index.count)
        self._session.set_view(*scale.view)

    def _coordinates(self, start: float, end: float) -> tuple[float, float]:
        first, last = self._session.timeline_axis.coordinates(np.array([start, end])).tolist()
        return first, last

    @Slot()
    def on_theme_changed(self) -> None:
        colors = theme()
        glass, clear, hatch = QColor(colors.accent), QColor(Qt.GlobalColor.transparent), QColor(colors.damage)
        glass.setAlphaF(0.22)
        hatch.setAlphaF(0.5)
        self._box.setBackgroundColor(colors.raised)
        self._pace.setBrush(colors.density)
        self._pace.setPen(clear)
        for item, color in zip(
            self._marks, (colors.error, colors.memory, colors.error, colors.changed_text, colors.accent), strict=True
        ):
            item.setBrush(color)
            item.setPen(clear)
        self._untrusted.setBrush(QBrush(hatch, Qt.BrushStyle.BDiagPattern))
        self._window.setBrush(glass)
        self._window.setHoverBrush(glass)
        for line in (*self._window.lines, *self._edges):
            line.setPen(pg.mkPen(colors.accent, width=1.5))
        for line in self._untrusted.lines:
            line.setPen(clear)
        self.on_view_changed()

    @property
    def _marks(self) -> tuple[pg.PlotCurveItem, ...]:
        return self._errors, self._divergences, self._causes, self._found, self._value_changes

    @property
    def _whole(self) -> TimelineScale:
        count, width = self._session.index.count, max(self.graphics.width() - 2.0 * GAP, 1.0)
        return TimelineScale(0.0, 1e300, width, self._session.timeline_axis).clamped(count)
