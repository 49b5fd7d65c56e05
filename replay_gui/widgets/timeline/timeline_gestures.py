"""The mouse gestures on the timeline: move the position, pan, draw an area to zoom to, or a range to sum up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from replay_gui.core.log.positions import Position
from replay_gui.look.theme import GAP
from replay_gui.models.session import Session
from replay_gui.models.timeline.timeline_scale import TimelineScale
from replay_gui.widgets.timeline.timeline_layout import TimelineLayout

_PAN_MODIFIERS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


@dataclass(frozen=True, slots=True)
class NoGesture:
    """No button is held."""


@dataclass(frozen=True, slots=True)
class Panning:
    """The plot is held at a point, and moves with the pointer."""

    held_at: QPointF


@dataclass(frozen=True, slots=True)
class DrawingArea:
    """An area to zoom to is drawn: x at its start, and x now."""

    start: float
    now: float


@dataclass(frozen=True, slots=True)
class ChoosingRange:
    """The button was pressed on the axis: a click goes to `x`, a drag chooses a range from it."""

    x: float


@dataclass(frozen=True, slots=True)
class PressingMark:
    """The button was pressed on a mark, at `x`; a drag moves the position."""

    x: float


@dataclass(frozen=True, slots=True)
class Scrubbing:
    """The position moves with the pointer."""


Gesture: TypeAlias = NoGesture | Panning | DrawingArea | ChoosingRange | PressingMark | Scrubbing


class TimelineGestures:
    """The gestures of the pointer in the plot and on the axis below it, but not over the names.

    On the axis, a click goes there, a drag chooses a range, and a double click in the range zooms to it. In the plot:
    see Timeline.
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
        self._gesture: Gesture = NoGesture()

    @property
    def area(self) -> tuple[float, float] | None:
        """x at the start of an area, and x now; None while none is drawn."""
        return (self._gesture.start, self._gesture.now) if isinstance(self._gesture, DrawingArea) else None

    # ---- a button -----------------------------------------------------------------------------------
    def press(self, event: QMouseEvent) -> bool:
        """Begin to pan, to move the position, to draw an area or to choose a range; return whether one has begun."""
        x, held = event.position().x(), event.modifiers()
        left, right = event.button() == Qt.MouseButton.LeftButton, event.button() == Qt.MouseButton.RightButton
        if event.button() == Qt.MouseButton.MiddleButton or (left and held & _PAN_MODIFIERS):
            self._gesture = Panning(event.position())
            self._widget.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif x < self._get_layout().names:
            return False
        elif right or (left and held & Qt.KeyboardModifier.ShiftModifier):
            self._gesture = DrawingArea(x, x)
        elif left and self.is_on_axis(event.position()):
            self._gesture = ChoosingRange(x)
        elif left and (mark := self._get_event(event.position())) is not None:
            self._gesture = PressingMark(x)
            self._session.seek(mark)
        elif left:
            self._gesture = Scrubbing()
            self._seek(x)
        else:
            return False
        return True

    def move(self, event: QMouseEvent) -> bool:
        """Continue the gesture; return whether there is one."""
        x = event.position().x()
        match self._gesture:
            case NoGesture():
                return False
            case Panning(held_at):
                self.view(self._get_scale().panned(held_at.x() - x, self._session.index.count))
                self._gesture = Panning(event.position())
            case DrawingArea(start):
                self._gesture = DrawingArea(start, x)
                self._widget.update()
            case ChoosingRange(start):
                if abs(x - start) >= GAP:  # less is a click with a small movement
                    self._session.choose_range(self._position(start), self._position(x))
            case PressingMark(start) if abs(x - start) < GAP:
                pass  # a click on a mark with a small movement
            case PressingMark() | Scrubbing():
                self._gesture = Scrubbing()
                self._seek(x)
            case _:
                assert_never(self._gesture)
        return True

    def release(self, event: QMouseEvent) -> None:
        """End the gesture: zoom to a drawn area, or go to the clicked point of the axis."""
        x = event.position().x()
        match self._gesture:
            case DrawingArea(start, now):
                self._zoom_to(*sorted((start, now)))
            case ChoosingRange(start) if abs(x - start) < GAP:
                self._seek(x)
            case _:
                pass
        self._gesture = NoGesture()
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
        if isinstance(self._gesture, DrawingArea):
            self._gesture = NoGesture()
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
