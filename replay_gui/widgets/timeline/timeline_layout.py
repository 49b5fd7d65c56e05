"""The layout of the timeline: names on the left, lanes, the axis below. A pure value in logical pixels."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF

from replay_gui.look.theme import AXIS, GAP, LABELS, LANE, LANE_MIN, LANE_TIGHT, UNIT
from replay_gui.models.timeline.timeline_axis import TimelineAxis
from replay_gui.models.timeline.timeline_scale import TimelineScale

TOP_PX = UNIT  # room for marks above the first lane
ZOOM_STEP = 1.25  # a notch of the wheel
WHEEL_NOTCH = 120.0  # eighths of a degree
MIN_NAMES_PX = 10 * GAP  # width of the column of names
MAX_USUAL_NAMES_SHARE = 0.2  # of the timeline's width, for that column if the user has not chosen its width
COMPACT_BOTTOM_PX = GAP  # below the last one, if there is no axis


@dataclass(frozen=True, slots=True)
class TimelineLayout:
    """The parts of a widget of `width` times `height` with `lanes` lanes. Marks keep GAP from the plot's side edges.

    `compact`: without numbers below, and lower lanes if there is little room. `names`: width of the column of names.
    """

    width: float
    height: float
    lanes: int
    compact: bool = False
    names: float = LABELS

    @property
    def lane_height(self) -> float:
        """The height of a lane, in logical pixels: as much as there is room for, within limits."""
        room = self.height - bottom_px(self.compact) - TOP_PX
        return min(max(room / max(self.lanes, 1), LANE_TIGHT if self.compact else LANE_MIN), LANE)

    @property
    def plot(self) -> QRectF:
        """The lanes without their names."""
        return QRectF(self.names, 0, max(self.width - self.names, 1), TOP_PX + self.lanes * self.lane_height)

    @property
    def axis(self) -> QRectF:
        """The rectangle of the axis below the plot."""
        return QRectF(self.names, self.plot.bottom(), self.plot.width(), bottom_px(self.compact))

    @property
    def origin(self) -> float:
        """The x coordinate of pixel 0 of the scale."""
        return self.names + GAP

    def scale(self, view: tuple[float, float], axis: TimelineAxis) -> TimelineScale:
        """The scale that shows a view, in positions, over the plot's width."""
        return plot_scale(self.width, view, axis, self.names)

    def lane(self, row: int) -> QRectF:
        """Return the rectangle of a lane, with its name."""
        return QRectF(0, TOP_PX + row * self.lane_height, self.width, self.lane_height)

    def triangle(self, row: int) -> QRectF:
        """Return the area of the triangle that folds and unfolds, larger than it is drawn so that it is easy to hit."""
        lane = self.lane(row)
        return QRectF(0, lane.top(), GAP + UNIT, lane.height())

    def row_at(self, y: float) -> int | None:
        """Return the row of lanes at a height in logical pixels; None outside the lanes."""
        row = int((y - TOP_PX) // self.lane_height)
        return row if 0 <= row < self.lanes else None


def bottom_px(compact: bool) -> float:
    """Return the height of the part below the lanes."""
    return COMPACT_BOTTOM_PX if compact else AXIS


def height_of(lanes: int, compact: bool, lane: float = LANE) -> int:
    """Return the height in pixels of a timeline with so many lanes."""
    return round(TOP_PX + lanes * lane + bottom_px(compact))


def tools_that_fit(height: float, others: int, max_tools: int, compact: bool = False) -> int:
    """Return the number of tool lanes that fit into this height with `others` above them, at most `max_tools`."""
    return min(max(int((height - bottom_px(compact) - TOP_PX) // LANE_MIN) - others, 1), max_tools)


def names_px(chosen: int | None, width: float, needed: int = 0) -> float:
    """Return the width of the column of names in a widget `width` pixels wide.

    `chosen`: by the user, of which at most half of the widget is taken. `needed`: without a choice, for the longest
    name; at most a fifth.
    """
    if chosen is None:
        return max(LABELS, min(needed, round(MAX_USUAL_NAMES_SHARE * width)))
    return min(max(chosen, MIN_NAMES_PX), max(width / 2, LABELS))


def plot_scale(width: float, view: tuple[float, float], axis: TimelineAxis, names: float = LABELS) -> TimelineScale:
    """Return the scale of a widget `width` pixels wide that shows the positions of `view` beside a column of names."""
    return TimelineScale.showing_range(view, max(width - names - 2 * GAP, 1), axis)


def wheel_factor(angle: float) -> float:
    """Return the zoom factor for a turn of the wheel by `angle` eighths of a degree."""
    return float(ZOOM_STEP ** (-angle / WHEEL_NOTCH))
