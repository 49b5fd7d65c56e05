"""The mouse gestures on the timeline: move the position, pan, draw an area to zoom to, or a range to sum up."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from replay_gui.core.log.positions import Position
from replay_gui.look.theme import GAP
from replay_gui.models.session import Session
from replay_gui.models.timeline.timeline_scale import TimelineScale
from replay_gui.widgets.timeline.timeline_layout import TimelineLayout

_PANS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


class TimelineGestures:
    """The gestures of the pointer in the plot and on the axis below it, but not over the names.

    On the axis, a click goes there, a drag chooses a range, and a double click in the range zooms to it. In the plot:
    see Timeline.

    Attributes: area: x at the start of an area, and x now; None while none is drawn.
    """

    def __init__(
        self,
        widget: QWidget,
        session: Session,
        get_scale: Callable[[], TimelineScale],
        get_layout: Callable[[], TimelineLayout],
        get_event: Callable[[QPointF], Position | None],
    ) -> None:
        """`get_event`: returns the position of the event at a point of the plot, or None."""
        self._widget, self._session = widget, session
        self._get_scale, self._get_layout, self._get_event = get_scale, get_layout, get_event
        self.area: tuple[float, float] | None = None
        self._pan_from: QPointF | None = None  # the point at which the plot is held while panning
        self._range_from: float | None = None  # x at which the button was pressed on the axis
        self._mark_from: float | None = None  # x at which the button was pressed on a mark
        self._scrubbing = False

    # ---- a button -----------------------------------------------------------------------------------
    def press(self, event: QMouseEvent) -> bool:
        """Begin to pan, to move the position, to draw an area or to choose a range; return whether one has begun."""
        x, held = event.position().x(), event.modifiers()
        left, right = event.button() == Qt.MouseButton.LeftButton, event.button() == Qt.MouseButton.RightButton
        if event.button() == Qt.MouseButton.MiddleButton or (left and held & _PANS):
            self._pan_from = event.position()
            self._widget.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif x < self._get_layout().names:
            return False
        elif right or (left and held & Qt.KeyboardModifier.ShiftModifier):
            self.area = (x, x)
        elif left and self.is_on_axis(event.position()):
            self._range_from = x
        elif left and (mark := self._get_event(event.position())) is not None:
            self._mark_from = x
            self._session.seek(mark)
        elif left:
            self._scrubbing = True
            self._seek(x)
        else:
            return False
        return True

    def move(self, event: QMouseEvent) -> bool:
        """Continue the gesture; return whether there is one."""
        x = event.position().x()
        if self._pan_from is not None:
            self.view(self._get_scale().panned(self._pan_from.x() - x, self._session.index.count))
            self._pan_from = event.position()
        elif self.area is not None:
            self.area = (self.area[0], x)
            self._widget.update()
        elif self._range_from is not None:
            if abs(x - self._range_from) >= GAP:  # less is a click with a small movement
                self._session.choose_range(self._position(self._range_from), self._position(x))
        elif self._mark_from is not None and abs(x - self._mark_from) < GAP:
            pass  # a click on a mark with a small movement
        elif self._mark_from is not None or self._scrubbing:
            self._mark_from, self._scrubbing = None, True
            self._seek(x)
        else:
            return False
        return True

    def release(self, event: QMouseEvent) -> None:
        """End the gesture: zoom to a drawn area, or go to the clicked point of the axis."""
        x = event.position().x()
        if self.area is not None:
            self._zoom_to(*sorted(self.area))
        elif self._range_from is not None and abs(x - self._range_from) < GAP:
            self._seek(x)
        self._pan_from, self.area, self._range_from, self._mark_from, self._scrubbing = None, None, None, None, False
        self._widget.unsetCursor()
        self._widget.update()

    def double_click(self, event: QMouseEvent) -> bool:
        """Zoom to a mark of the plot, or to the chosen range at a point of it on the axis; return whether it zoomed."""
        if event.button() == Qt.MouseButton.LeftButton and not event.modifiers():
            mark = self._get_event(event.position())
            if mark is not None:
                self._session.seek(mark)
                self._session.zoom_to_event(mark)
                return True
        chosen = self._session.chosen
        if chosen is None or not self.is_on_axis(event.position()):
            return False
        if not chosen[0] - 0.5 <= self._position(event.position().x()) <= chosen[1] + 0.5:
            return False
        self._session.zoom_to_range()
        return True

    def give_up(self) -> bool:
        """Cancel the area being drawn, or else the chosen range; return whether there was either."""
        if self.area is not None:
            self.area = None
            self._widget.update()
            return True
        if self._session.chosen is not None:
            self._session.forget_range()
            return True
        return False

    # ---- places -------------------------------------------------------------------------------------
    def is_on_axis(self, point: QPointF) -> bool:
        """Whether a point is on the axis below the lanes."""
        layout = self._get_layout()
        return not layout.compact and layout.axis.contains(point)

    def view(self, scale: TimelineScale) -> None:
        """Show the range of a scale."""
        self._session.set_view(*scale.view)

    def zoom(self, factor: float, pixel: float) -> None:
        """Zoom around a pixel of the scale."""
        self.view(self._get_scale().zoomed(factor, pixel, self._session.index.count))

    def _position(self, x: float) -> float:
        return self._get_scale().position(x - self._get_layout().origin)

    def _seek(self, x: float) -> None:
        pixel = x - self._get_layout().origin
        self._session.seek(self._get_scale().nearest(pixel, self._session.index.count))

    def _zoom_to(self, left: float, right: float) -> None:
        if right - left >= GAP:  # otherwise a click, or a small movement
            origin, scale = self._get_layout().origin, self._get_scale()
            self.view(scale.between(left - origin, right - origin, self._session.index.count))
