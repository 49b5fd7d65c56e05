"""Draws a lane with more events than pixels as columns whose height is the number of events, in one picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter

from replay_gui.look.theme import BAR, GAP, LINE, UNIT, theme
from replay_gui.models.timeline.lanes import Lane, indexes_before
from replay_gui.models.timeline.timeline_scale import TimelineScale


def paint_density(
    painter: QPainter, lane: Lane, scale: TimelineScale, *, count: int, at: QPointF, ratio: float, color: QColor
) -> None:
    """Paint a lane of a run of `count` events. `at`: pixel 0 of the scale, the lane's middle. Failed calls are red.

    The columns are fixed to the axis, and a height compares the column with the lane's mean, so that neither changes
    while the view is panned.
    """
    edges = column_edges(scale)
    bounds = scale.axis.positions(edges)
    counts, failed = np.zeros(len(edges) - 1), np.zeros(len(edges) - 1)
    for part in lane.parts:
        counts += np.diff(indexes_before(part.positions, bounds))
        if len(part.failed):
            failed += np.diff(indexes_before(part.failed, bounds))
    mean = max(lane.count * (edges[1] - edges[0]) / scale.axis.extent(count), 1.0)
    tall = round(BAR * ratio)
    height = np.where(counts > 0, np.maximum(tall * counts / (counts + mean) * 1.5, UNIT / 2 * ratio), 0.0)
    height = np.minimum(height, tall)
    red = np.where(failed > 0, np.maximum(height * failed / np.maximum(counts, 1), LINE * ratio), 0.0)
    red = np.minimum(red, height)

    left = np.round((scale.pixels_at(edges) + GAP) * ratio).astype(np.int64)
    left -= left[0]
    columns = np.repeat(np.arange(len(counts)), np.diff(left))
    gap = np.arange(left[-1]) >= left[1:][columns] - round(LINE * ratio)
    up = np.where(gap, 0.0, height[columns])
    y = np.arange(tall)[:, None] + 0.5
    top, bottom = (tall - up) / 2, (tall + up) / 2
    drawn = (y > top) & (y < bottom)
    hue, bad = np.uint32(color.rgba()), np.uint32(theme().error.rgba())
    pixels = np.where(drawn, np.where(y > bottom - red[columns], bad, hue), np.uint32(0))
    x = at.x() + float(scale.pixels_at(edges[:1])[0])
    _draw(painter, pixels, QPointF(round(x * ratio) / ratio, round((at.y() - BAR / 2) * ratio) / ratio), ratio)


def column_edges(scale: TimelineScale) -> NDArray[np.float64]:
    """Return the coordinates of columns UNIT pixels wide over the range of the scale and the gap at either side."""
    width = UNIT * scale.span / scale.width
    first, last = np.floor(scale.coordinate(-GAP) / width), np.ceil(scale.coordinate(scale.width + GAP) / width)
    return np.asarray(np.arange(first, last + 1) * width)


def _draw(painter: QPainter, pixels: NDArray[np.uint32], at: QPointF, ratio: float) -> None:
    pixels = np.ascontiguousarray(pixels, np.uint32)
    height, width = pixels.shape
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    painter.drawImage(at, image)
