"""The geometry of the timeline as a pure value: from positions to pixels and back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from replay_gui.core.log.positions import Position
from replay_gui.core.numpy_on_demand import np
from replay_gui.models.timeline.timeline_axis import NUMBERS, TimelineAxis

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from replay_gui.models.timeline.timeline_axis import FloatArray


@dataclass(frozen=True, slots=True)
class TimelineScale:
    """Coordinates start … end (floats, start < end) of `axis`, shown over `width` logical pixels (> 0).

    On the axis of event numbers a coordinate is a position.
    """

    start: float
    end: float
    width: float
    axis: TimelineAxis = NUMBERS

    @classmethod
    def showing_range(cls, view: tuple[float, float], width: float, axis: TimelineAxis) -> TimelineScale:
        """Return the scale that shows the positions of `view`."""
        start, end = axis.coordinates(np.array(view)).tolist()
        # Events at the same instant have the same coordinate, but a scale needs a span.
        return cls(start, end if end > start else start + 1.0, width, axis)

    @property
    def span(self) -> float:
        """The shown span, in coordinates."""
        return self.end - self.start

    @property
    def view(self) -> tuple[float, float]:
        """The positions shown."""
        start, end = self.axis.positions(np.array([self.start, self.end])).tolist()
        return start, end

    def pixel(self, position: float) -> float:
        """Return the pixels from the left edge; negative, or more than the width, if the position is not visible."""
        return float(self.pixels(np.array([position]))[0])

    def pixels(self, positions: NDArray[np.generic]) -> FloatArray:
        """Return the place of each position, in logical pixels from the plot's left edge; it may be outside."""
        return self.pixels_at(self.axis.coordinates(positions))

    def pixels_at(self, coordinates: FloatArray) -> FloatArray:
        """Return the pixels of these coordinates; see `pixels`."""
        return (coordinates - self.start) * (self.width / self.span)

    def position(self, pixel: float) -> float:
        """Return the position at a pixel; between two events it is not whole."""
        return float(self.axis.positions(np.array([self.coordinate(pixel)]))[0])

    def coordinate(self, pixel: float) -> float:
        """Return the coordinate at a pixel."""
        return self.start + pixel * self.span / self.width

    def coordinates(self, pixels: FloatArray) -> FloatArray:
        """Return the coordinates at these pixels."""
        return self.start + pixels * (self.span / self.width)

    def nearest(self, pixel: float, count: int) -> Position:
        """Return the whole position nearest to `pixel`, within a run of `count` events."""
        return Position(min(max(round(self.position(pixel)), 0), count))

    def zoomed(self, factor: float, pixel: float, count: int) -> TimelineScale:
        """Return a zoomed scale; `factor` < 1 shows fewer events. The event at `pixel` stays there if possible."""
        fixed, span = self.coordinate(pixel), self._clamped_span(self.span * factor, count)
        start = fixed - span * pixel / self.width
        return replace(self, start=start, end=start + span).clamped(count)

    def panned(self, pixels: float, count: int) -> TimelineScale:
        """Return a scale whose left edge is `pixels` further right; it stops at the ends of the run."""
        shift = pixels * self.span / self.width
        return replace(self, start=self.start + shift, end=self.end + shift).clamped(count)

    def between(self, left: float, right: float, count: int) -> TimelineScale:
        """Return the scale of the part between two pixels, but not less than the shortest span."""
        start, end = self.coordinate(left), self.coordinate(right)
        return replace(self, start=start, end=end).clamped(count)

    def clamped(self, count: int) -> TimelineScale:
        """Return the nearest scale within a run of `count` events that shows at least the shortest span."""
        span = self._clamped_span(self.span, count)
        start = min(max(self.start, 0.0), self.axis.extent(count) - span)
        return replace(self, start=start, end=start + span)

    def showing(self, position: float, count: int) -> TimelineScale:
        """Return this scale if `position` is visible, else one moved so that it is a tenth of the span inside."""
        at = self.start + self.pixel(position) * self.span / self.width
        if self.start <= at <= self.end:
            return self
        margin = self.span / 10
        start = at - margin if at < self.start else at + margin - self.span
        return replace(self, start=start, end=start + self.span).clamped(count)

    def ticks(self, spacing_px: float) -> list[tuple[float, str]]:
        """Return (pixel, text) of round values within the scale, at least `spacing_px` apart."""
        ticks = self.axis.ticks(self.start, self.end, spacing_px * self.span / self.width)
        pixels = self.pixels_at(np.array([at for at, _ in ticks])).tolist()
        return [(pixel, text) for pixel, (_, text) in zip(pixels, ticks, strict=True)]

    def _clamped_span(self, span: float, count: int) -> float:
        extent = self.axis.extent(count)
        return min(max(span, min(self.axis.min_span(count), extent)), extent)
