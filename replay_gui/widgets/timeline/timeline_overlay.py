"""Draws over the lanes: snapshots, damage, gaps that were cut out, search hits and divergences."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPolygonF

from replay_gui.core.log.positions import position_after
from replay_gui.look.bookmark import BOOKMARK_PX, paint_bookmark
from replay_gui.look.marks import MARGIN, Mark, mark_pixmap
from replay_gui.look.theme import BAR, GAP, LINE, MARK, UNIT, theme
from replay_gui.models.timeline.aligned_axis import AlignedAxis
from replay_gui.models.timeline.timeline_scale import TimelineScale
from replay_gui.models.timeline.timeline_scene import TimelineScene
from replay_gui.widgets.parts.hatching import paint_hatching
from replay_gui.widgets.timeline.origin_arcs import paint_origin_arcs
from replay_gui.widgets.timeline.timeline_layout import TimelineLayout

_MAX_PLACED = 20_000  # events whose coordinates are computed
MIN_SNAPSHOT_SPACING_PX = 3 * GAP  # least pixels between two shown snapshots


class OverlayPainter:
    """Draws over the lanes of one scene at one scale. `ratio`: device pixels per logical one."""

    def __init__(
        self, painter: QPainter, layout: TimelineLayout, scale: TimelineScale, scene: TimelineScene, ratio: float
    ) -> None:
        self._painter, self._layout, self._scale, self._scene, self._ratio = painter, layout, scale, scene, ratio

    def paint_below(self) -> None:
        """Paint the background of the lanes."""
        self._paint_gaps()
        if isinstance(self._scale.axis, AlignedAxis):
            self._paint_missing_events(self._scale.axis)
        if not self._scene.marks.shows_origins:
            self._paint_bands(self._scene.marks.causes)

    def paint_above(self) -> None:
        """Draw snapshots, damage, hits, marks, and divergences with their causes, or the origins of a reason."""
        if not self._layout.compact:
            self._paint_snapshots()
        if self._scene.broken is not None:
            self._paint_damage(self._layout.origin + self._scale.pixel(position_after(self._scene.broken)))
        marks = self._scene.marks
        if marks.shows_origins:
            paint_origin_arcs(self._painter, self._layout, self._scale, self._scene)
        else:
            self._paint_ticks(marks.divergences, theme().memory)
        self._paint_ticks(marks.found, theme().changed_text)
        self._paint_dots(marks.value_changes)
        if not marks.shows_origins:
            self._paint_triangles(marks.causes)
        for x in self._columns(marks.run_marks, BOOKMARK_PX[0]):
            paint_bookmark(self._painter, QPointF(round(x), 0))
        for first, last in marks.noted_ranges[:_MAX_PLACED].tolist():
            left, right = (self._layout.origin + self._scale.pixel(end + 1) for end in (first, last))
            self._painter.fillRect(QRectF(left, 0, right - left, LINE * 2), theme().accent)
        for x in self._columns(marks.notes, BOOKMARK_PX[0]):
            paint_bookmark(self._painter, QPointF(round(x), 0), theme().accent)

    def _columns(self, event_indexes: NDArray[np.int64], apart: float) -> list[float]:
        """Return the x coordinates of events; of those closer than `apart` pixels only some."""
        if not len(event_indexes):
            return []
        scale = self._scale
        bounds = scale.position(-GAP) - 1, scale.position(scale.width + GAP)
        visible = event_indexes[slice(*np.searchsorted(event_indexes, bounds))]
        if len(visible) > _MAX_PLACED:  # placing a million would block the event loop: find the first after each place
            places = scale.axis.positions(scale.coordinates(np.arange(-GAP, scale.width + GAP, apart)))
            first = np.unique(np.searchsorted(visible, places - 1))
            visible = visible[first[first < len(visible)]]
        pixels = scale.pixels(visible + 1)
        at: list[float] = (self._layout.origin + _thinned(pixels, apart)).tolist()
        return at

    def _paint_gaps(self) -> None:
        """Paint a dark band with torn edges for time that was cut out."""
        axis, scale, plot = self._scale.axis, self._scale, self._layout.plot
        width = axis.gap * scale.width / scale.span
        begins = scale.pixels_at(axis.gaps)
        begins = begins[(begins > -width - GAP) & (begins < scale.width + GAP)]
        begins = _thinned(begins, UNIT) + self._layout.origin
        colors, painter = theme(), self._painter
        if width <= 2 * UNIT:  # too narrow for torn edges
            for begin in begins.tolist():
                painter.fillRect(QRectF(begin, plot.top(), max(width, LINE), plot.height()), colors.line)
            return
        steps = np.arange(0.0, plot.height() + UNIT, UNIT).tolist()
        painter.setPen(QPen(colors.line, LINE))
        for begin in begins.tolist():
            painter.fillRect(QRectF(begin, plot.top(), width, plot.height()), colors.window)
            for edge in (begin, begin + width):
                torn = [QPointF(edge + (LINE if n % 2 else -LINE), y) for n, y in enumerate(steps)]
                painter.drawPolyline(torn)

    def _paint_missing_events(self, axis: AlignedAxis) -> None:
        """Hatch the ranges in which only the other run of a comparison has events."""
        scale, plot = self._scale, self._layout.plot
        pixels = np.arange(0.0, np.ceil(scale.width) + 1)
        lacks = axis.lacks(scale.coordinates(pixels))
        edges = np.flatnonzero(np.diff(np.concatenate(([False], lacks, [False])).astype(np.int8)))
        for first, last in edges.reshape(-1, 2).tolist():
            if last - first >= UNIT:
                left = round(self._layout.origin + first)
                hatched = QRect(left, round(plot.top()), last - first, round(plot.height()))
                paint_hatching(self._painter, hatched)

    def _paint_snapshots(self) -> None:
        """Paint a small shield below the lanes for each snapshot; if they are close, only for some."""
        shield = mark_pixmap(Mark.SHIELD, MARK, theme().faint, self._ratio)
        y = self._layout.plot.bottom() - MARK / 2
        for x in self._columns(self._scene.index.snapshot_positions - 1, MIN_SNAPSHOT_SPACING_PX):
            self._painter.drawPixmap(QPointF(x - MARK / 2 - MARGIN, y), shield)

    def _paint_damage(self, x: float) -> None:
        """Paint a broken line at the first damage, and faint hatching over the untrusted part after it."""
        plot, painter = self._layout.plot, self._painter
        if x < plot.left():
            x = plot.left() - 2 * GAP  # the damage is further left: only the hatching is visible
        elif x > plot.right():
            return
        damage = theme().damage
        veil, stripes = QColor(damage), QColor(damage)
        veil.setAlphaF(0.05)
        stripes.setAlphaF(0.16)
        untrusted = QRectF(max(x, plot.left()), plot.top(), plot.right() - max(x, plot.left()), plot.height())
        painter.fillRect(untrusted, veil)
        painter.fillRect(untrusted, QBrush(stripes, Qt.BrushStyle.BDiagPattern))
        step = float(GAP)
        steps = int(plot.height() / step) + 1
        painter.setPen(QPen(damage, 1.5))
        painter.drawPolyline([QPointF(x + (UNIT / 2 if n % 2 else -UNIT / 2), n * step) for n in range(steps + 1)])
        side = BAR + UNIT
        badge = QRectF(x - side / 2, plot.top(), side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().panel)
        painter.drawEllipse(badge)
        size = side - 2 * MARGIN
        painter.drawPixmap(badge.topLeft(), mark_pixmap(Mark.BREAK, size, damage, self._ratio))

    def _paint_ticks(self, event_indexes: NDArray[np.int64], color: QColor) -> None:
        """Paint short lines at the top edge."""
        ticks = [QRectF(round(x) - LINE, 0, 2 * LINE, GAP) for x in self._columns(event_indexes, 3 * LINE)]
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(color)
        self._painter.drawRects(ticks)

    def _paint_dots(self, event_indexes: NDArray[np.int64]) -> None:
        """Paint dots at the top edge."""
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(theme().accent)
        for x in self._columns(event_indexes, UNIT):
            self._painter.drawEllipse(QPointF(x, UNIT), UNIT / 2 + LINE / 2, UNIT / 2 + LINE / 2)

    def _paint_bands(self, event_indexes: NDArray[np.int64]) -> None:
        """Paint a faint band from top to bottom."""
        veil = QColor(theme().error)
        veil.setAlphaF(0.25)
        height = self._layout.plot.height()
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # it would take most of the time
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(veil)
        self._painter.drawRects(
            [QRectF(round(x - UNIT / 2), 0, UNIT, height) for x in self._columns(event_indexes, GAP)]
        )
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _paint_triangles(self, event_indexes: NDArray[np.int64]) -> None:
        """Paint triangles that point down from the top edge."""
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(theme().error)
        for x in self._columns(event_indexes, GAP):
            self._painter.drawPolygon(
                QPolygonF([QPointF(x - UNIT - LINE, 0), QPointF(x + UNIT + LINE, 0), QPointF(x, GAP)])
            )


def _thinned(pixels: NDArray[np.float64], apart: float) -> NDArray[np.float64]:
    """Return the first of the ascending pixels in each interval of `apart` pixels."""
    return pixels[np.flatnonzero(np.diff(pixels // apart, prepend=-np.inf))]
