from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.models.timeline.timeline_axis import MIN_SPAN_EVENTS
from replay_gui.models.timeline.timeline_scale import TimelineScale


@pytest.mark.parametrize(
    ("scale", "position", "pixel"),
    [
        (TimelineScale(0, 100, 1000), 0, 0),
        (TimelineScale(0, 100, 1000), 100, 1000),
        (TimelineScale(700, 950, 1250), 812, 560),
        (TimelineScale(700, 950, 1250), 690, -50),
        (TimelineScale(700, 950, 1250), 960, 1300),
        (TimelineScale(0, 10_000_000, 500), 5_000_000, 250),
    ],
)
def test_positions_and_pixels_answer_each_other(scale: TimelineScale, position: float, pixel: float) -> None:
    assert scale.pixel(position) == pytest.approx(pixel)
    assert scale.position(pixel) == pytest.approx(position)


@pytest.mark.parametrize(("pixel", "nearest"), [(-500, 0), (0, 0), (4, 0), (6, 1), (994, 99), (1000, 100), (9000, 100)])
def test_the_nearest_position_is_one_of_the_run(pixel: float, nearest: int) -> None:
    assert TimelineScale(0, 100, 1000).nearest(pixel, 100) == nearest


@pytest.mark.parametrize(
    ("scale", "factor", "pixel", "count", "start", "end"),
    [
        (TimelineScale(0, 1000, 500), 0.5, 250, 1000, 250, 750),  # about the middle
        (TimelineScale(0, 1000, 500), 0.5, 0, 1000, 0, 500),  # about the left edge
        (TimelineScale(0, 1000, 500), 0.5, 500, 1000, 500, 1000),  # about the right edge
        (TimelineScale(0, 1000, 500), 2.0, 250, 1000, 0, 1000),  # no further than the run
        (TimelineScale(100, 110, 500), 0.01, 250, 1000, 101, 109),  # no closer than MIN_SPAN
        (TimelineScale(900, 1000, 500), 4.0, 0, 1000, 600, 1000),  # pushed back inside
        (TimelineScale(0, 8, 500), 2.0, 250, 3, 0, 3),  # a run shorter than MIN_SPAN
    ],
)
def test_zoom(scale: TimelineScale, factor: float, pixel: float, count: int, start: float, end: float) -> None:
    zoomed = scale.zoomed(factor, pixel, count)
    assert [zoomed.start, zoomed.end] == pytest.approx([start, end])


@pytest.mark.parametrize(("pixels", "start"), [(50, 110), (-50, 90), (-9999, 0), (9999, 900)])
def test_pan_stops_at_the_ends(pixels: float, start: float) -> None:
    panned = TimelineScale(100, 200, 500).panned(pixels, 1000)
    assert [panned.start, panned.span] == pytest.approx([start, 100.0])


@pytest.mark.parametrize(
    ("position", "start"), [(150, 100), (100, 100), (200, 100), (300, 210), (50, 40), (0, 0), (1000, 900)]
)
def test_showing_moves_as_little_as_needed(position: float, start: float) -> None:
    assert TimelineScale(100, 200, 500).showing(position, 1000).start == pytest.approx(start)


def test_ticks() -> None:
    ticks = TimelineScale(699.5, 950, 1250).ticks(100)
    assert [text for _, text in ticks] == [str(number) for number in range(700, 951, 25)]
    assert [pixel for pixel, _ in ticks[:2]] == pytest.approx([0.5 * 1250 / 250.5, 25.5 * 1250 / 250.5])


@given(
    count=st.integers(0, 20_000_000),
    start=st.floats(-1e7, 3e7),
    span=st.floats(1e-3, 3e7),
    factor=st.floats(1e-3, 1e3),
    pixel=st.floats(0, 1400),
)
def test_whatever_is_done_the_scale_stays_in_the_run(
    count: int, start: float, span: float, factor: float, pixel: float
) -> None:
    scale = TimelineScale(start, start + span, 1400).clamped(count)
    for made in (
        scale,
        scale.zoomed(factor, pixel, count),
        scale.panned(pixel - 700, count),
        scale.showing(start, count),
    ):
        limit = max(float(count), 1.0)
        assert made.start >= 0
        assert made.end <= limit * (1 + 1e-9)
        assert min(MIN_SPAN_EVENTS, limit) * (1 - 1e-9) <= made.span <= limit * (1 + 1e-9)
        ticks = made.ticks(100)
        assert len(ticks) <= 15
        assert all(-1e-6 <= pixel <= 1400 + 1e-6 for pixel, _ in ticks)
