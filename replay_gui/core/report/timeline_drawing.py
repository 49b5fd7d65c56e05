"""The geometry of the timeline in a report: the HTML report and the printed page draw the same bars."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from replay_gui.core.log.kinds import KindGroup, group_of
from replay_gui.core.log.positions import position_after
from replay_gui.core.report.model import TimelineCounts, TimelineLane
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number

# In the units of the SVG picture:
_WIDTH, _NAMES_WIDTH, _NUMBERS_WIDTH = 960, 130, 56
_LANE_HEIGHT, _BAR_HEIGHT, _TOP, _AXIS_HEIGHT = 20, 14, 6, 20
_MIN_BAR_WIDTH, _BAR_GAP = 1.4, 0.6

_MAX_TITLE_LENGTH = 22  # characters
_FAILED_HEIGHT = 0.4  # height of the bar of failed calls, relative to that of all calls

_COLORED_GROUPS = frozenset(
    {
        KindGroup.OBSERVATION,
        KindGroup.DECISION,
        KindGroup.TOOL,
        KindGroup.MEMORY,
        KindGroup.PATCH,
        KindGroup.ERROR,
        KindGroup.DAMAGE,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneDrawing:
    """One lane. `bars`, `failed_bars`: data of an SVG path, "" for no bars. `base`, `text_y`: y coordinates."""

    title: str
    color_class: str
    bars: str
    failed_bars: str
    total: str
    base: int
    text_y: int


@dataclass(frozen=True, slots=True)
class AxisLabel:
    """A text below the lanes."""

    css_class: str
    x: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineDrawing:
    """All shapes that the SVG template draws.

    Attributes:
        left, right: x coordinates of the area with the bars. top, bottom: its y coordinates.
        broken_x: x of the first event that failed, as text; None if none failed.
        distrusted_width: width of the area from there on.
    """

    width: int
    height: int
    left: int
    right: float
    top: int
    bottom: int
    lanes: tuple[LaneDrawing, ...]
    axis: tuple[AxisLabel, ...]
    broken_x: str | None
    distrusted_width: str


def timeline_drawing(timeline: TimelineCounts) -> TimelineDrawing:
    """Return the geometry of the picture of a timeline."""
    bottom = _TOP + _LANE_HEIGHT * len(timeline.lanes)
    broken_x = None if timeline.broken is None else _x(timeline.broken / timeline.events)
    return TimelineDrawing(
        width=_WIDTH,
        height=bottom + _AXIS_HEIGHT,
        left=_NAMES_WIDTH,
        right=_x(1),
        top=_TOP,
        bottom=bottom,
        lanes=tuple(_lane(lane, _TOP + row * _LANE_HEIGHT) for row, lane in enumerate(timeline.lanes)),
        axis=tuple(_axis(timeline)),
        broken_x=None if broken_x is None else f"{broken_x:.1f}",
        distrusted_width="" if broken_x is None else f"{_x(1) - broken_x:.1f}",
    )


def color_class_of(kind: str) -> str:
    """Return the name of the CSS class that colours a lane with events of this kind."""
    group = group_of(kind)
    return group.value if group in _COLORED_GROUPS else KindGroup.AGENT.value


def bars(counts: tuple[int, ...]) -> Iterator[tuple[float, float, float]]:
    """Yield (begin, end, height) of the bar of each bin that is not empty, all from 0 to 1."""
    highest = max(counts, default=0)
    for at, number in enumerate(counts):
        if number:
            yield at / len(counts), (at + 1) / len(counts), 0.3 + 0.7 * number / highest


def _x(share: float) -> float:
    return _NAMES_WIDTH + share * (_WIDTH - _NAMES_WIDTH - _NUMBERS_WIDTH)


def _lane(lane: TimelineLane, top: int) -> LaneDrawing:
    base = top + _LANE_HEIGHT - 3
    return LaneDrawing(
        title=one_line(lane.shown_title, _MAX_TITLE_LENGTH),
        color_class=color_class_of(lane.kind),
        bars=_path(bars(lane.counts), base, 1.0),
        failed_bars=_path(bars(lane.failed), base, _FAILED_HEIGHT),
        total=whole_number(sum(lane.counts)),
        base=base,
        text_y=base - 3,
    )


def _path(shapes: Iterator[tuple[float, float, float]], base: int, scale: float) -> str:
    """Return one path for all bars: a picture of few elements."""
    parts = []
    for begin, end, height in shapes:
        x, width = _x(begin), max(_MIN_BAR_WIDTH, _x(end) - _x(begin) - _BAR_GAP)
        tall = height * scale * _BAR_HEIGHT
        parts.append(f"M{x:.1f} {base}v{-tall:.1f}h{width:.1f}v{tall:.1f}z")
    return "".join(parts)


def _axis(timeline: TimelineCounts) -> Iterator[AxisLabel]:
    """Yield the labels: the middle ones are left out if they would overlap."""
    yield AxisLabel("axis", f"{_NAMES_WIDTH}", "1")
    broken = timeline.broken
    share = None if broken is None else broken / timeline.events
    if share is None or not 0.35 < share < 0.65:
        yield AxisLabel("axis middle", f"{_x(0.5)}", tr("events"))
    if broken is not None and share is not None and 0.08 < share < 0.9:
        yield AxisLabel("axis middle", f"{_x(share):.1f}", whole_number(position_after(broken)))
    yield AxisLabel("axis end", f"{_x(1)}", whole_number(timeline.events))
