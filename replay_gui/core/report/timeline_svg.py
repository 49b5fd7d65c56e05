"""The timeline as an inline SVG picture. Colours are the style sheet's, by class."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from replay_gui.core.log.kinds import KindGroup, group_of
from replay_gui.core.report.model import Timeline, TimelineLane
from replay_gui.core.text.plain_text import one_line

WIDTH, LABELS, NUMBERS = 960, 130, 56  # in the picture's own units, as all that follows
LANE, BAR, TOP, AXIS = 20, 14, 6, 20
_TITLE = 22  # characters of a lane's name

_COLOURED_GROUPS = frozenset(
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


def hue_of(kind: str) -> str:
    """Return the name of the CSS class that colours a lane with events of this kind."""
    group = group_of(kind)
    return group.value if group in _COLOURED_GROUPS else KindGroup.AGENT.value


def timeline_svg(timeline: Timeline, words: str) -> str:
    """The picture; `words` for who cannot see it."""
    height = TOP + LANE * len(timeline.lanes) + AXIS
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(words)}">',
        *_distrusted(timeline),
        *(part for row, lane in enumerate(timeline.lanes) for part in _lane(timeline, lane, TOP + row * LANE)),
        *_broken_line(timeline),
        *_axis(timeline, TOP + LANE * len(timeline.lanes)),
        "</svg>",
    ]
    return "\n".join(parts)


def bars(counts: tuple[int, ...]) -> Iterator[tuple[float, float, float]]:
    """(begin, end, height) of the bar of each bin that is not empty, all from 0 to 1."""
    most = max(counts, default=0)
    for at, number in enumerate(counts):
        if number:
            yield at / len(counts), (at + 1) / len(counts), 0.3 + 0.7 * number / most


def _x(share: float) -> float:
    return LABELS + share * (WIDTH - LABELS - NUMBERS)


def _lane(timeline: Timeline, lane: TimelineLane, top: int) -> Iterator[str]:
    base = top + LANE - 3
    yield f'<text x="0" y="{base - 3}">{escape(one_line(lane.title, _TITLE))}</text>'
    yield f'<line class="rule" x1="{LABELS}" y1="{base}.5" x2="{_x(1)}" y2="{base}.5"/>'
    yield f'<path class="{hue_of(lane.kind)}" d="{_path(bars(lane.counts), base, 1.0)}"/>'
    if any(lane.failed):
        yield f'<path class="failed" d="{_path(bars(lane.failed), base, 0.4)}"/>'
    yield f'<text class="number" x="{WIDTH}" y="{base - 3}">{sum(lane.counts):,}</text>'


def _path(heights: Iterator[tuple[float, float, float]], base: int, scale: float) -> str:
    """One path for all bars: a picture of few elements."""
    parts = []
    for begin, end, height in heights:
        x, width, tall = _x(begin), max(1.4, _x(end) - _x(begin) - 0.6), height * scale * BAR
        parts.append(f"M{x:.1f} {base}v{-tall:.1f}h{width:.1f}v{tall:.1f}z")
    return "".join(parts)


def _distrusted(timeline: Timeline) -> Iterator[str]:
    if timeline.broken is not None:
        x, height = _x(timeline.broken / timeline.events), LANE * len(timeline.lanes)
        yield f'<rect class="distrusted" x="{x:.1f}" y="{TOP}" width="{_x(1) - x:.1f}" height="{height}"/>'


def _broken_line(timeline: Timeline) -> Iterator[str]:
    if timeline.broken is not None:
        x, bottom = _x(timeline.broken / timeline.events), TOP + LANE * len(timeline.lanes)
        yield f'<line class="broken" x1="{x:.1f}" y1="{TOP - 4}" x2="{x:.1f}" y2="{bottom + 4}"/>'


def _axis(timeline: Timeline, top: int) -> Iterator[str]:
    yield f'<text class="axis" x="{LABELS}" y="{top + 15}">1</text>'
    broken = timeline.broken
    share = None if broken is None else broken / timeline.events
    if share is None or not 0.35 < share < 0.65:
        yield f'<text class="axis middle" x="{_x(0.5)}" y="{top + 15}">events</text>'
    if broken is not None and share is not None and 0.08 < share < 0.9:
        yield f'<text class="axis middle" x="{_x(share):.1f}" y="{top + 15}">{broken + 1:,}</text>'
    yield f'<text class="axis end" x="{_x(1)}" y="{top + 15}">{timeline.events:,}</text>'
