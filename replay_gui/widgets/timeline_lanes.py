"""Draws one lane of the timeline: shapes where there is room for them, else how many events each pixel column holds."""

from __future__ import annotations

import math
from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from replay_gui.core.plain_text import one_line
from replay_gui.core.run_index import NO_PAIR, RunIndex
from replay_gui.look.marks import Mark, mark_of, mark_pixmap
from replay_gui.look.theme import BAR, GAP, MARK, SMALL_RADIUS, SMALL_SIZE, UNIT, kind_color, theme, ui_font
from replay_gui.models.lanes import Lane, Positions, places_of
from replay_gui.models.timeline_scale import TimelineScale
from replay_gui.widgets.timeline_layout import TimelineLayout

PIXELS_A_MARK = 3.0  # with less room an event, a lane shows density
LOOK_BACK = 256  # calls begun before the view of which some may reach into it
ROUNDED = 200  # so many bars of a lane get round corners; more are too short for it to be seen


class LanePainter:
    """Draws lanes of one index at one scale. `ratio`: device pixels a logical one."""

    def __init__(
        self, painter: QPainter, layout: TimelineLayout, scale: TimelineScale, index: RunIndex, ratio: float
    ) -> None:
        self._painter, self._layout, self._scale, self._index, self._ratio = painter, layout, scale, index, ratio
        # What stands a little outside the scale shows in the gap beside it.
        self._first = scale.position(-GAP - MARK)
        self._last = scale.position(scale.width + GAP + MARK)

    def paint(self, lane: Lane, row: int) -> None:
        middle = self._layout.lane(row).center().y()
        if lane.is_agent and self._index.phases:
            self._paint_phases(middle)
            return
        begin, end = places_of(lane.positions, (self._first, self._last))
        if (end - begin) * PIXELS_A_MARK > self._scale.width:
            self._paint_density(lane, middle)
        elif lane.is_calls:
            self._paint_calls(lane, int(begin), int(end), middle)
        else:
            self._paint_marks(lane, lane.positions[begin:end], middle)

    def _pixels(self, positions: Positions) -> NDArray[np.float64]:
        scale = self._scale
        return self._layout.origin + (positions.astype(np.float64) - scale.start) * (scale.width / scale.span)

    def _paint_marks(self, lane: Lane, positions: Positions, middle: float) -> None:
        pixmap = mark_pixmap(mark_of(lane.kind), MARK, kind_color(lane.kind, lane.tool), self._ratio)
        half = MARK / 2 + 1
        draw, top = self._painter.drawPixmap, middle - half
        for x in (self._pixels(positions) - half).tolist():
            draw(QPointF(x, top), pixmap)

    def _paint_calls(self, lane: Lane, begin: int, end: int, middle: float) -> None:
        starts = lane.positions[max(begin - LOOK_BACK, 0) : end]
        pairs = self._index.pair[starts - 1]
        stops = np.where(pairs == NO_PAIR, starts, pairs + 1)
        shown = stops >= self._first
        starts, pairs, stops = starts[shown], pairs[shown], stops[shown]
        failed = np.isin(stops, lane.failed[slice(*places_of(lane.failed, (self._first, stops.max(initial=0) + 1)))])
        left, right = self._pixels(starts), self._pixels(stops)
        right = np.maximum(right, left + UNIT)
        colour, bad = kind_color(lane.kind, lane.tool), theme().error
        waiting = (pairs == NO_PAIR) & ~failed
        self._bars(left, right, ~failed & ~waiting, middle, colour, None)
        self._bars(left, right, waiting, middle, None, colour)
        self._bars(left, right, failed, middle, _faint(colour), bad)
        cross = mark_pixmap(Mark.CROSS, MARK - 1, bad, self._ratio)
        for x in right[failed].tolist():
            self._painter.drawPixmap(QPointF(x + 2, middle - MARK / 2), cross)

    def _bars(
        self,
        left: NDArray[np.float64],
        right: NDArray[np.float64],
        which: NDArray[np.bool_],
        middle: float,
        fill: QColor | None,
        edge: QColor | None,
    ) -> None:
        inset = 0.75 if edge else 0.0
        top, height = middle - BAR / 2 + inset, BAR - 2 * inset
        spans = zip((left[which] + inset).tolist(), (right[which] - inset).tolist(), strict=True)
        bars = [QRectF(a, top, b - a, height) for a, b in spans]
        self._painter.setPen(QPen(edge, 1.5) if edge else Qt.PenStyle.NoPen)
        self._painter.setBrush(fill or Qt.BrushStyle.NoBrush)
        if len(bars) > ROUNDED:
            self._painter.drawRects(bars)
            return
        for bar in bars:
            self._painter.drawRoundedRect(bar, SMALL_RADIUS / 2, SMALL_RADIUS / 2)

    def _paint_density(self, lane: Lane, middle: float) -> None:
        plot = self._layout.plot
        counts = self._columns(lane.positions)
        hue = np.uint32(kind_color(lane.kind, lane.tool).rgb() & 0xFFFFFF)
        strength = np.sqrt(counts / max(int(counts.max(initial=1)), 1))
        alpha = np.where(counts > 0, 70 + 185 * strength, 0).astype(np.uint32)
        self._strip(alpha << np.uint32(24) | hue, QRectF(plot.left(), middle - BAR / 2, plot.width(), BAR))
        if len(lane.failed):
            bad = np.where(self._columns(lane.failed) > 0, theme().error.rgba(), 0).astype(np.uint32)
            self._strip(bad, QRectF(plot.left(), middle + BAR / 2, plot.width(), UNIT / 2))

    def _columns(self, positions: Positions) -> NDArray[np.int64]:
        """How many of `positions` each column of device pixels of the plot holds."""
        plot = self._layout.plot
        columns = math.ceil(plot.width() * self._ratio)
        scale = self._scale
        pixels = np.arange(columns + 1) / self._ratio - GAP
        edges = scale.start + pixels * (scale.span / scale.width)
        return np.diff(places_of(positions, edges))

    def _strip(self, colours: NDArray[np.uint32], target: QRectF) -> None:
        colours = np.ascontiguousarray(colours, np.uint32)
        image = QImage(colours.data, len(colours), 1, colours.nbytes, QImage.Format.Format_ARGB32)
        self._painter.drawImage(target, image)

    def _paint_phases(self, middle: float) -> None:
        every = self._index.phases
        begin = max(bisect_left(every, self._first, key=_place) - 1, 0)  # the one before reaches into the view
        end = bisect_left(every, self._last, key=_place)
        phases = every[begin:end]
        if not phases:
            return
        now, painter = theme(), self._painter
        left = self._pixels(np.fromiter((place + 1 for place, _ in phases), np.int32, len(phases)))
        until = every[end][0] + 1 if end < len(every) else self._index.count
        right = np.append(left[1:], self._layout.origin + self._scale.pixel(until))
        # Of the phases that begin in the same column of pixels only the longest-lived, the last, can be seen.
        whole = np.floor(left)
        kept = np.flatnonzero((np.append(whole[1:], np.inf) > whole) & (right > 0) & (left < self._layout.width))
        painter.setFont(ui_font(size=SMALL_SIZE))
        height = min(self._layout.lane_height - UNIT, BAR + UNIT)
        edge = self._layout.plot.left()
        for which in kept.tolist():
            begin = max(left[which], edge)
            band = QRectF(begin, middle - height / 2, max(right[which] - begin - UNIT / 2, 1), height)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(now.band)
            painter.drawRoundedRect(band, SMALL_RADIUS / 2, SMALL_RADIUS / 2)
            room = band.adjusted(GAP, 0, -UNIT, 0)
            if room.width() > 2 * GAP:
                painter.setPen(now.secondary)
                name = painter.fontMetrics().elidedText(
                    one_line(phases[which][1]), Qt.TextElideMode.ElideRight, int(room.width())
                )
                painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)


def _place(phase: tuple[int, str]) -> int:
    return phase[0]


def _faint(colour: QColor) -> QColor:
    faint = QColor(colour)
    faint.setAlphaF(0.25)
    return faint
