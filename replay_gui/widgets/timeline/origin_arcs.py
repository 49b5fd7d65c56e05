"""Arcs over a timeline: the events through which the values of a reason came, from first to last."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from replay_gui.core.index.event_groups import Positions
from replay_gui.core.index.run_index import NO_PAIR, RunIndex
from replay_gui.core.log.positions import EventIndex, Position, position_after
from replay_gui.look.theme import GAP, UNIT, theme
from replay_gui.models.timeline.lanes import Lane
from replay_gui.models.timeline.timeline_scale import TimelineScale
from replay_gui.models.timeline.timeline_scene import TimelineScene
from replay_gui.widgets.timeline.timeline_layout import TimelineLayout

_WIDTH_PX = 1.5
_RING_PX = UNIT + 1.0  # radius
_SMALL_RING_PX = 2.5
_HIGHLIGHT_RING_PX = 2 * UNIT - 0.5
_MAX_ARCS = 60


def paint_origin_arcs(painter: QPainter, layout: TimelineLayout, scale: TimelineScale, scene: TimelineScene) -> None:
    """Draw a thin dashed arc from each event to the next, and rings round the first and the last."""
    places = [
        place
        for event_index in scene.marks.origins[:_MAX_ARCS].tolist()
        if event_index < scene.index.count
        and (place := _place(layout, scale, scene, EventIndex(event_index))) is not None
    ]
    if not places:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    ink = theme().accent
    painter.setPen(QPen(ink, _WIDTH_PX, Qt.PenStyle.DashLine))
    for begin, end in pairwise(places):
        painter.drawPath(_arc(begin, end, layout))
    painter.setPen(QPen(ink, _WIDTH_PX))
    for number, place in enumerate(places):
        radius = _RING_PX if number in (0, len(places) - 1) else _SMALL_RING_PX
        painter.drawEllipse(place, radius, radius)
    painter.restore()


def paint_highlights(
    painter: QPainter,
    layout: TimelineLayout,
    scale: TimelineScale,
    scene: TimelineScene,
    highlighted: tuple[EventIndex, ...],
) -> None:
    """Draw a ring round each of these events, if its lane is shown."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme().text, _WIDTH_PX))
    for event_index in highlighted[:_MAX_ARCS]:
        place = _place(layout, scale, scene, event_index) if event_index < scene.index.count else None
        if place is not None and layout.plot.contains(place):
            painter.drawEllipse(place, _HIGHLIGHT_RING_PX, _HIGHLIGHT_RING_PX)


def _place(
    layout: TimelineLayout, scale: TimelineScale, scene: TimelineScene, event_index: EventIndex
) -> QPointF | None:
    """Return the point of an event; None if its lane is not shown."""
    row = lane_of(scene.lanes, scene.index, event_index)
    if row is None:
        return None
    return QPointF(layout.origin + scale.pixel(position_after(event_index)), layout.lane(row).center().y())


def lane_of(lanes: tuple[Lane, ...], index: RunIndex, event_index: EventIndex) -> int | None:
    """Return the row of the lane of an event, for an answer that of its request; None if there is none."""
    pair = int(index.pair[event_index])
    wanted = [position_after(event_index)]
    if pair != NO_PAIR and pair < event_index:
        wanted.append(position_after(EventIndex(pair)))
    for position in reversed(wanted):  # a failed answer is also on the lane of errors
        for row, lane in enumerate(lanes):
            if lane.spans is None and any(_holds(part.positions, position) for part in lane.parts):
                return row
    return None


def _holds(positions: Positions, position: Position) -> bool:
    at = int(np.searchsorted(positions, np.int32(position)))
    return at < len(positions) and int(positions[at]) == position


def _arc(begin: QPointF, end: QPointF, layout: TimelineLayout) -> QPainterPath:
    """Return a curve that rises above both ends, within the plot."""
    path = QPainterPath(begin)
    rise = min(abs(end.x() - begin.x()) / 3, 3 * layout.lane_height) + GAP
    top = max(min(begin.y(), end.y()) - rise, layout.plot.top() + UNIT)
    third = (end.x() - begin.x()) / 3
    path.cubicTo(QPointF(begin.x() + third, top), QPointF(end.x() - third, top), end)
    return path
