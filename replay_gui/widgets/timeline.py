"""The run on lanes over its events, with the position as one line: the scrubber."""

from __future__ import annotations

import html

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from replay_gui.core.run_index import RunIndex
from replay_gui.look.theme import AXIS, FOCUS, GAP, LABELS, LANE, LANE_LEAST, LINE, MARK, UNIT, theme, theme_events
from replay_gui.models.event_words import event_words
from replay_gui.models.lane_hit import event_near
from replay_gui.models.lanes import Lane, Lanes
from replay_gui.models.session import Session
from replay_gui.models.timeline_scale import TimelineScale
from replay_gui.widgets.timeline_layout import TimelineLayout, tools_that_fit
from replay_gui.widgets.timeline_painter import paint_position, still_picture

ZOOM_STEP = 1.25  # a notch of the wheel
KEY_PAN = 0.1  # of the visible range
NOTCH = 120.0  # eighths of a degree
HELP = (
    "Left and Right step by events, with Shift within the lane; Home and End go to the ends; "
    "W and S zoom, A and D pan, F shows the whole run."
)


class Timeline(QWidget):
    """All events of the session's run on lanes.

    Click or drag: go there. Shift and drag: zoom to an area. Middle button, or Ctrl or Alt, and drag: pan. Wheel: zoom
    at the pointer, with Shift pan. Keys: see HELP.

    All that does not depend on the position is drawn once into a pixmap; moving the position redraws the line alone.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._lanes = Lanes()
        self._rows: tuple[Lane, ...] = ()
        self._still: QPixmap | None = None
        self._pan_from: QPointF | None = None  # where the hand holds the plot while it pans
        self._area: tuple[float, float] | None = None  # x where Shift was pressed, x now
        self._scrubbing = False
        self._ring = False  # whether to show that the keys come here: not to a hand that has just clicked
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName("Timeline")
        self.setAccessibleDescription(HELP)
        session.run_changed.connect(self.on_run_changed)
        session.index_changed.connect(self.on_index_changed)
        session.position_changed.connect(self.on_position_changed)
        session.view_changed.connect(self.redraw)
        session.report_changed.connect(self.redraw)
        theme_events().changed.connect(self.redraw)
        self.on_run_changed()

    # ---- what is shown ----------------------------------------------------------------------------
    @property
    def scale(self) -> TimelineScale:
        return self._layout().scale(self._session.view)

    @property
    def rows(self) -> tuple[Lane, ...]:
        """The lanes from top to bottom."""
        return self._rows

    def x_of(self, position: float) -> float:
        """Where a position is, in pixels of this widget."""
        return self._layout().origin + self.scale.pixel(position)

    @Slot()
    def on_run_changed(self) -> None:
        self._lanes = Lanes()
        self.on_index_changed()

    @Slot()
    def on_index_changed(self) -> None:
        wanted = self._lanes.row_count()
        self._lanes = self._lanes.grown(self._index)
        if self._lanes.row_count() != wanted:
            self.updateGeometry()
        self._choose_rows()
        self.redraw()

    @Slot(object)
    def on_position_changed(self, position: int) -> None:
        scale = self.scale
        shown = scale.showing(position, self._index.count)
        if shown is not scale:
            self._session.set_view(shown.start, shown.end)
        self.update()

    @Slot()
    def redraw(self) -> None:
        self._still = None
        self.update()

    @property
    def _index(self) -> RunIndex:
        return self._session.index

    def _layout(self) -> TimelineLayout:
        return TimelineLayout(self.width(), self.height(), len(self._rows))

    def _choose_rows(self) -> None:
        tools = tools_that_fit(self.height(), self._lanes.row_count(0))
        self._rows = self._lanes.rows(self._index.tools, tools)

    def sizeHint(self) -> QSize:
        return QSize(6 * LABELS, UNIT + self._lanes.row_count() * LANE + AXIS)

    def minimumSizeHint(self) -> QSize:
        return QSize(2 * LABELS, UNIT + self._lanes.row_count(1) * LANE_LEAST + AXIS)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._choose_rows()
        self.redraw()

    # ---- painting -----------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if not self._index.count:
            painter.setPen(theme().secondary)
            words = "This run has no events." if self._index.complete else "No events yet."
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, words)
        else:
            painter.drawPixmap(0, 0, self._picture())
            paint_position(painter, self._layout(), self.scale, self._session.position)
        if self._area:
            _paint_area(painter, self._layout(), *self._area)
        if self._ring:
            painter.setPen(QPen(theme().accent, FOCUS))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(LINE, LINE, -LINE, -LINE), UNIT, UNIT)
        painter.end()

    def _picture(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        if self._still is None or self._still.devicePixelRatioF() != ratio:
            report = self._session.report
            broken = report.first_broken if report else None
            self._still = still_picture(self._layout(), self.scale, self._index, self._rows, broken, ratio)
        return self._still

    # ---- the pointer --------------------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        x, held = event.position().x(), event.modifiers()
        left = event.button() == Qt.MouseButton.LeftButton
        pans = held & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        if event.button() == Qt.MouseButton.MiddleButton or (left and pans):
            self._pan_from = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif left and held & Qt.KeyboardModifier.ShiftModifier:
            self._area = (x, x)
        elif left and x >= LABELS:
            self._scrubbing = True
            self._seek(x)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._pan_from:
            self._view(self.scale.panned(self._pan_from.x() - x, self._index.count))
            self._pan_from = event.position()
        elif self._area:
            self._area = (self._area[0], x)
            self.update()
        elif self._scrubbing:
            self._seek(x)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._area:
            self._zoom_to(*sorted(self._area))
        self._pan_from, self._area, self._scrubbing = None, None, False
        self.unsetCursor()
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        across, down = event.angleDelta().x(), event.angleDelta().y()
        if across or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            pixels = -(across or down) / NOTCH * KEY_PAN * self.scale.width
            self._view(self.scale.panned(pixels, self._index.count))
        else:
            self._zoom(ZOOM_STEP ** (-down / NOTCH), event.position().x() - self._layout().origin)
        event.accept()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            words = self.words_at(QPointF(event.pos()))
            # The tip is taken for rich text if it looks so: hand it over as such, with all that is markup escaped.
            escaped = html.escape(words).replace("\n", "<br>")
            QToolTip.showText(event.globalPos(), f"<qt>{escaped}</qt>" if words else "", self)
            return True
        return super().event(event)

    def words_at(self, point: QPointF) -> str:
        """What the tip says at `point`: the event there in plain words; the lane's name over a name that may be cut."""
        row = self._layout().row_at(point.y())
        if row is None or not self._index.count:
            return ""
        lane = self._rows[row]
        if point.x() < LABELS:
            return lane.title
        scale = self.scale
        position = scale.position(point.x() - self._layout().origin)
        found = event_near(lane, self._index, position, MARK / scale.pixels_per_event)
        return event_words(self._index, found) if found else ""

    def _seek(self, x: float) -> None:
        self._session.seek(self.scale.nearest(x - self._layout().origin, self._index.count))

    def _view(self, scale: TimelineScale) -> None:
        self._session.set_view(scale.start, scale.end)

    def _zoom(self, factor: float, pixel: float) -> None:
        self._view(self.scale.zoomed(factor, pixel, self._index.count))

    def _zoom_to(self, left: float, right: float) -> None:
        if right - left < GAP:
            return  # a click, or a slip of the hand
        scale, origin = self.scale, self._layout().origin
        start, end = scale.position(left - origin), scale.position(right - origin)
        self._view(TimelineScale(start, end, scale.width).clamped(self._index.count))

    # ---- keys, and a ring for who came by key ------------------------------------------------------
    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ring = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ring = False
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        scale, session = self.scale, self._session
        in_lane = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        middle = min(max(scale.pixel(session.position), 0.0), scale.width)
        match event.key():
            case Qt.Key.Key_Left | Qt.Key.Key_Right as key:
                delta = 1 if key == Qt.Key.Key_Right else -1
                if in_lane:
                    session.step_in_lane(delta)
                else:
                    session.step(delta)
            case Qt.Key.Key_Home:
                session.seek(0)
            case Qt.Key.Key_End:
                session.seek(self._index.count)
            case Qt.Key.Key_W:
                self._zoom(1 / ZOOM_STEP, middle)
            case Qt.Key.Key_S:
                self._zoom(ZOOM_STEP, middle)
            case Qt.Key.Key_A:
                self._view(scale.panned(-KEY_PAN * scale.width, self._index.count))
            case Qt.Key.Key_D:
                self._view(scale.panned(KEY_PAN * scale.width, self._index.count))
            case Qt.Key.Key_F:
                session.fit_view()
            case Qt.Key.Key_Escape if self._area:
                self._area = None
                self.update()
            case _:
                super().keyPressEvent(event)


def _paint_area(painter: QPainter, layout: TimelineLayout, x1: float, x2: float) -> None:
    """The area that letting go will zoom to."""
    accent = theme().accent
    veil = QColor(accent)
    veil.setAlphaF(0.2)
    area = QRectF(min(x1, x2), layout.plot.top(), abs(x2 - x1), layout.plot.height())
    painter.fillRect(area, veil)
    painter.setPen(QPen(accent, LINE))
    painter.drawRect(area)
