"""Draws the lanes of the timeline: shapes if there is room for them, else the density of events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from replay_gui.core.index.event_groups import Positions
from replay_gui.core.index.run_index import NO_DURATION, NO_PAIR, NO_TIME
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.positions import Position
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import duration_text
from replay_gui.core.translation.messages import tr
from replay_gui.look.marks import MARGIN, Mark, mark_of, mark_pixmap
from replay_gui.look.theme import (
    BAR,
    GAP,
    LINE,
    MARK,
    SMALL_MARK,
    SMALL_RADIUS,
    SMALL_SIZE,
    TINY_SIZE,
    UNIT,
    Medium,
    kind_color,
    theme,
    ui_font,
)
from replay_gui.models.timeline.lane_hit import calls_between
from replay_gui.models.timeline.lanes import Lane, LanePart, indexes_before
from replay_gui.models.timeline.step_spans import stand_alone, step_pixels, steps_between
from replay_gui.models.timeline.timeline_axis import TimeAxis
from replay_gui.models.timeline.timeline_scale import TimelineScale
from replay_gui.models.timeline.timeline_scene import TimelineScene
from replay_gui.models.timeline.timeline_stacking import stack_calls
from replay_gui.widgets.timeline.timeline_density import paint_density
from replay_gui.widgets.timeline.timeline_layout import TimelineLayout

MIN_MARK_SPACING_PX = 4.0  # pixels per event, below which a lane shows density
FILTERED_OPACITY = 0.25  # opacity of events that do not pass the filter of the list
_MAX_SAMPLED = 4096  # sampled events of a part of a dense lane, to check whether any passes
STEP_BAR = BAR - LINE  # thickness of a step that is not a call
MIN_NAMED_PX = 4 * GAP  # least pixels of a bar or a phase with words in it


class LanePainter:
    """Draws lanes of one scene at one scale. `ratio`: device pixels per logical one."""

    def __init__(
        self, painter: QPainter, layout: TimelineLayout, scale: TimelineScale, scene: TimelineScene, ratio: float
    ) -> None:
        self._painter, self._layout, self._scale, self._scene, self._ratio = painter, layout, scale, scene, ratio
        self._index = scene.index
        # Marks a little outside the scale are visible in the gap beside it.
        self._first = scale.position(-GAP - MARK)
        self._last = scale.position(scale.width + GAP + MARK)

    def paint(self, lane: Lane, row: int) -> None:
        """Draw one lane at a row: phases, spans, marks, or their density if there are too many marks."""
        middle = self._layout.lane(row).center().y()
        if lane.is_agent and self._index.phases:
            self._paint_phases(middle)
            return
        if lane.spans is not None:
            self._paint_spans(lane.spans, middle)
            return
        room = self._scale.width / MIN_MARK_SPACING_PX
        shown = [int(np.diff(indexes_before(part.positions, (self._first, self._last)))[0]) for part in lane.parts]
        if sum(shown) > room:
            color = kind_color(lane.parts[0].kind, lane.parts[0].tool)
            at = QPointF(self._layout.origin, middle)
            self._painter.setOpacity(1.0 if self._any_passes(lane) else FILTERED_OPACITY)
            paint_density(
                self._painter, lane, self._scale, count=self._index.count, at=at, ratio=self._ratio, color=color
            )
            self._painter.setOpacity(1.0)
        elif lane.is_calls:
            self._paint_calls(lane, middle)
            return
        size = self._mark_size(lane)
        parts = [
            part
            for part, count in zip(lane.parts, shown, strict=True)  # errors are visible even among dense events
            if sum(shown) <= room or (len(lane.parts) > 1 and part.kind == Kind.ERROR and count <= room)
        ]
        self._paint_parts(parts, middle, size)

    def _pixels(self, positions: NDArray[np.integer]) -> NDArray[np.float64]:
        return np.asarray(self._layout.origin + self._scale.pixels(positions))

    # ---- marks ----------------------------------------------------------------------------------------
    def _mark_size(self, lane: Lane) -> float:
        """Return the size in pixels: smaller for dense lanes, by mean spacing, so that panning does not change it."""
        scale = self._scale
        apart = scale.width * scale.axis.extent(self._index.count) / scale.span / max(lane.count, 1)
        return float(np.clip(round(1.4 * apart), SMALL_MARK, MARK))

    def _paint_parts(self, parts: list[LanePart], middle: float, size: float) -> None:
        """Paint the marks of a lane, and the steps behind them; words only in bars over which no other bar lies."""
        found = [self._steps(part, middle, min_px=size) for part in parts]
        bars = np.concatenate([np.empty((0, 4)), *(bars for _, bars in found)])
        alone = stand_alone(bars[:, 0], bars[:, 0] + bars[:, 2])
        ends = np.cumsum([len(bars) for _, bars in found], dtype=int).tolist()
        for part, (steps, bars), end in zip(parts, found, ends, strict=True):
            self._paint_steps(part, steps, bars, alone[end - len(bars) : end])
            self._paint_marks(part, middle, size)

    def _paint_marks(self, part: LanePart, middle: float, size: float) -> None:
        positions = part.positions[slice(*indexes_before(part.positions, (self._first, self._last)))]
        color = kind_color(part.kind, part.tool)
        pixmap = mark_pixmap(mark_of(part.kind), size, color, self._ratio, theme().panel)
        half = size / 2 + MARGIN
        draw, top = self._painter.drawPixmap, middle - half
        for which in self._faint_first(self._scene.passes(positions)):
            for x in (self._pixels(positions[which]) - half).tolist():
                draw(QPointF(x, top), pixmap)

    def _steps(self, part: LanePart, middle: float, min_px: float) -> tuple[Positions, NDArray[np.float64]]:
        """Return steps in sight, and the bars of their durations; leave out bars under `min_px`, which would blur."""
        steps = steps_between(part, self._index, self._first, self._last)
        if not len(steps):
            return steps, np.empty((0, 4))
        left, right = step_pixels(self._scale, self._index, steps)
        thick = min(STEP_BAR, self._layout.lane_height - UNIT)
        tops = np.full(len(steps), middle - thick / 2)
        bars = np.column_stack((left + self._layout.origin, tops, right - left, np.full(len(steps), thick)))
        in_sight = (bars[:, 0] <= self._layout.width) & (bars[:, 2] >= min_px)
        return steps[in_sight], bars[in_sight]

    def _paint_steps(
        self, part: LanePart, steps: Positions, bars: NDArray[np.float64], alone: NDArray[np.bool_]
    ) -> None:
        color = kind_color(part.kind, part.tool)
        for which in self._faint_first(self._scene.passes(steps)):
            self._bars(bars[which], _faint(color), color)
            room = bars[which & alone] - np.array([0.0, 0.0, MARK, 0.0])  # the mark is at its end
            took: list[int] = self._index.duration[steps[which & alone] - 1].tolist()
            self._write_durations(room, partial(_step_words, took), theme().text)

    def _faint_first(self, passes: NDArray[np.bool_]) -> Iterator[NDArray[np.bool_]]:
        """Yield which events to draw at once: those that do not pass the filter, faintly, then those that do."""
        for which, opacity in ((~passes, FILTERED_OPACITY), (passes, 1.0)):
            if which.any():
                self._painter.setOpacity(opacity)
                yield which
        self._painter.setOpacity(1.0)

    def _any_passes(self, lane: Lane) -> bool:
        """Return whether any visible event of the lane passes the filter; sample _MAX_SAMPLED events of each part."""
        for part in lane.parts:
            visible = part.positions[slice(*indexes_before(part.positions, (self._first, self._last)))]
            if self._scene.passes(visible[:: len(visible) // _MAX_SAMPLED + 1]).any():
                return True
        return False

    # ---- calls ----------------------------------------------------------------------------------------
    def _paint_calls(self, lane: Lane, middle: float) -> None:
        goes_on = self._scene.goes_on
        starts, stops = calls_between(lane, self._index, self._first, self._last, goes_on=goes_on)
        row, rows = stack_calls(starts, stops)
        shown = stops >= self._first
        starts, stops, row, rows = starts[shown], stops[shown], row[shown], rows[shown]
        if not len(starts):
            return
        room = min(self._layout.lane_height - UNIT, BAR + UNIT)
        thick = np.where(rows > 1, (room - (rows - 1) * LINE) / rows, BAR)
        top = np.where(rows > 1, middle - room / 2 + row * (thick + LINE), middle - BAR / 2)
        left, right = self._pixels(starts), self._pixels(stops)
        pending = (self._index.pair[starts - 1] == NO_PAIR) & goes_on
        right = np.maximum(right + np.where(pending, MARK, 0.0), left + UNIT)  # after the last event: still running
        bars = np.column_stack((left, top, right - left, thick))

        failed = np.zeros(len(starts), bool)
        for part in lane.parts:
            failed |= np.isin(stops, part.failed[slice(*indexes_before(part.failed, (self._first, stops.max() + 1)))])
        failed &= ~pending  # the last event of the run is the response to another call
        passes = self._scene.passes(starts) | self._scene.passes(np.minimum(stops, self._index.count))
        for which in self._faint_first(passes):
            self._draw_calls(starts[which], stops[which], bars[which], failed=failed[which], pending=pending[which])

    def _draw_calls(
        self,
        starts: NDArray[np.integer],
        stops: NDArray[np.integer],
        bars: NDArray[np.float64],
        *,
        failed: NDArray[np.bool_],
        pending: NDArray[np.bool_],
    ) -> None:
        waiting = (self._index.pair[starts - 1] == NO_PAIR) & ~failed
        tool, bad, wide = self._index.tool[starts - 1], theme().error, bars[:, 2] >= GAP  # an outline needs room inside
        for which in np.unique(tool).tolist():
            of_tool, color = tool == which, kind_color(Kind.TOOL_REQUEST, which)
            self._bars(bars[of_tool & ~failed & ~waiting], color, None)
            self._bars(bars[of_tool & waiting & ~pending], None, color)
            self._bars(bars[of_tool & pending], _faint(color), color)
            self._bars(bars[of_tool & failed & wide], _faint(color), bad)
        self._bars(bars[failed & ~wide], bad, None)
        is_faint = failed | pending
        for alike, ink in ((is_faint, theme().text), (~is_faint, theme().on_mark)):
            ends: list[list[int]] = np.column_stack((starts, stops))[alike].tolist()
            self._write_durations(bars[alike], partial(self._call_words, ends), ink)
        cross = mark_pixmap(Mark.CROSS, MARK - 1, bad, self._ratio, theme().panel)
        half = (MARK - 1) / 2 + MARGIN
        for x, y, width, height in bars[failed].tolist():
            self._painter.drawPixmap(QPointF(x + width + LINE, y + height / 2 - half), cross)

    def _bars(self, spans: NDArray[np.float64], fill: QColor | None, edge: QColor | None) -> None:
        if not len(spans):
            return
        inset = 0.75 if edge else 0.0
        self._painter.setPen(QPen(edge, 1.5) if edge else Qt.PenStyle.NoPen)
        self._painter.setBrush(fill or Qt.BrushStyle.NoBrush)
        spans = spans + np.array([inset, inset, -2 * inset, -2 * inset])
        round_ = spans[:, 2] >= GAP  # in shorter ones it is hardly visible, and one call draws them all
        self._painter.drawRects([QRectF(*span) for span in spans[~round_].tolist()])
        for span in spans[round_].tolist():
            self._painter.drawRoundedRect(QRectF(*span), SMALL_RADIUS / 2, SMALL_RADIUS / 2)

    def _write_durations(self, bars: NDArray[np.float64], words: Callable[[int], str], ink: QColor) -> None:
        """Write the duration into each bar with enough room; `words`: the text of a bar by its number."""
        with_room = np.flatnonzero((bars[:, 2] >= MIN_NAMED_PX) & (bars[:, 3] >= STEP_BAR)).tolist()
        if not with_room:
            return  # the first use of a font takes 8 ms
        painter, font = self._painter, ui_font(Medium, TINY_SIZE)
        painter.setFont(font)
        painter.setPen(ink)
        measure, plot = QFontMetricsF(font), self._layout.plot
        for which in with_room:
            bar = QRectF(*bars[which].tolist()).intersected(plot)
            text = words(which)
            if text and measure.horizontalAdvance(text) + 2 * UNIT <= bar.width():
                painter.drawText(bar, Qt.AlignmentFlag.AlignCenter, text)

    def _call_words(self, ends: list[list[int]], call: int) -> str:
        (start, stop), index, axis = ends[call], self._index, self._scale.axis
        is_running = stop > index.count
        stop = min(stop, index.count)
        took = int(index.duration[start - 1])
        if took == NO_DURATION and stop > start and NO_TIME not in (index.time[start - 1], index.time[stop - 1]):
            took = int(index.time[stop - 1] - index.time[start - 1])
            if is_running and isinstance(axis, TimeAxis):
                took += axis.time_since(Position(stop))  # by the running clock
        if took <= 0:
            return ""  # no duration for equal times
        words = duration_text(took)
        return tr("over {duration}", duration=words) if is_running else words

    # ---- subagents ------------------------------------------------------------------------------------
    def _paint_spans(self, spans: NDArray[np.int32], middle: float) -> None:
        """Paint the times of a subagent; of stretches within one pixel only the last; no gap if two are adjacent."""
        begin = int(np.searchsorted(spans[:, 1], np.ceil(self._first)))
        end = int(np.searchsorted(spans[:, 0], np.floor(self._last), "right"))
        left, right = self._pixels(spans[begin:end, 0]) - UNIT / 2, self._pixels(spans[begin:end, 1]) + UNIT / 2
        if len(left):
            new = np.append(True, left[1:] > right[:-1] + LINE)
            first = np.flatnonzero(new)
            last = np.append(first[1:] - 1, len(left) - 1)
            left = np.maximum(left[first], self._layout.plot.left())
            right = np.minimum(right[last], self._layout.width)
            height = np.full(len(first), BAR - UNIT)
            bars = np.column_stack((left, np.full(len(first), middle - height[0] / 2), right - left, height))
            self._bars(bars, kind_color(Kind.AGENT_INIT), None)

    # ---- phases ---------------------------------------------------------------------------------------
    def _paint_phases(self, middle: float) -> None:
        phase_indexes = self._index.phase_indexes
        begin, end = np.searchsorted(phase_indexes, (self._first, self._last)).tolist()
        begin = max(begin - 1, 0)  # the phase before extends into the view
        if begin == end:
            return
        left = self._pixels(phase_indexes[begin:end] + 1)
        until = int(phase_indexes[end]) + 1 if end < len(phase_indexes) else self._index.count
        right = np.append(left[1:], self._layout.origin + self._scale.pixel(until))
        # Of the phases that begin within the same few pixels only the last, which lasts longest, can be seen.
        column = np.floor(left / (UNIT / 2))
        kept = np.flatnonzero((np.append(column[1:], np.inf) > column) & (right > 0) & (left < self._layout.width))
        left, right = np.maximum(left[kept], self._layout.plot.left() + UNIT / 2), right[kept]
        height = min(self._layout.lane_height - UNIT, BAR + UNIT)
        width = np.maximum(right - left - UNIT / 2, LINE)
        spans = np.column_stack((left, np.full(len(kept), middle - height / 2), width, np.full(len(kept), height)))
        self._bars(spans, theme().band, None)
        self._painter.setFont(ui_font(size=SMALL_SIZE))
        self._painter.setPen(theme().secondary)
        metrics = self._painter.fontMetrics()
        for which in np.flatnonzero(width > MIN_NAMED_PX).tolist():
            room = QRectF(*spans[which].tolist()).adjusted(GAP, 0, -UNIT, 0)
            name = one_line(self._index.phases[begin + int(kept[which])][1])
            name = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(room.width()))
            self._painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)


def _step_words(took: list[int], step: int) -> str:
    return duration_text(took[step])


def _faint(color: QColor) -> QColor:
    faint = QColor(color)
    faint.setAlphaF(0.25)
    return faint
