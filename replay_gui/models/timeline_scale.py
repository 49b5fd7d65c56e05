"""Where a position is on the screen: the geometry of the timeline as a pure value."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

MIN_SPAN = 8.0  # events: no closer zoom


@dataclass(frozen=True, slots=True)
class TimelineScale:
    """Positions start … end (floats, start < end) shown over `width` logical pixels (> 0)."""

    start: float
    end: float
    width: float

    @property
    def span(self) -> float:
        return self.end - self.start

    @property
    def pixels_per_event(self) -> float:
        return self.width / self.span

    def pixel(self, position: float) -> float:
        """Pixels right of the left edge; negative, or beyond the width, for what is not shown."""
        return (position - self.start) * self.width / self.span

    def position(self, pixel: float) -> float:
        return self.start + pixel * self.span / self.width

    def nearest(self, pixel: float, count: int) -> int:
        """The whole position nearest to `pixel`, within a run of `count` events."""
        return min(max(round(self.position(pixel)), 0), count)

    def zoomed(self, factor: float, pixel: float, count: int) -> TimelineScale:
        """`factor` < 1 shows fewer events; what is under `pixel` stays there as far as the run allows."""
        fixed, span = self.position(pixel), _clamped_span(self.span * factor, count)
        start = fixed - span * pixel / self.width
        return replace(self, start=start, end=start + span).clamped(count)

    def panned(self, pixels: float, count: int) -> TimelineScale:
        """Shifted so that what was `pixels` right of the left edge is now at it; stops at the ends of the run."""
        shift = pixels * self.span / self.width
        return replace(self, start=self.start + shift, end=self.end + shift).clamped(count)

    def clamped(self, count: int) -> TimelineScale:
        """The nearest scale that stays within a run of `count` events and shows at least MIN_SPAN positions."""
        span = _clamped_span(self.span, count)
        start = min(max(self.start, 0.0), max(float(count), MIN_SPAN) - span)
        return replace(self, start=start, end=start + span)

    def showing(self, position: float, count: int) -> TimelineScale:
        """Itself where `position` is shown, else moved by as little as brings it a tenth of the span inside."""
        if self.start <= position <= self.end:
            return self
        margin = self.span / 10
        start = position - margin if position < self.start else position + margin - self.span
        return replace(self, start=start, end=start + self.span).clamped(count)

    def ticks(self, spacing: float) -> range:
        """Round positions (nice_step apart) within the scale, at least `spacing` pixels apart."""
        step = nice_step(spacing * self.span / self.width)
        return range(math.ceil(self.start / step) * step, math.floor(self.end) + 1, step)


def nice_step(at_least: float) -> int:
    """The smallest whole 1, 2, 2.5 or 5 times a power of ten that is not less than `at_least`."""
    if at_least <= 1:
        return 1
    power = 10 ** math.floor(math.log10(at_least))
    steps = (power, 2 * power, 5 * power // 2 if power > 1 else 5, 5 * power, 10 * power)
    return next((step for step in steps if step >= at_least), 10 * power)


def _clamped_span(span: float, count: int) -> float:
    return min(max(span, MIN_SPAN), max(float(count), MIN_SPAN))
