from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.models.timeline.aligned_axis import AlignedAxis
from replay_gui.models.timeline.timeline_scale import TimelineScale

# Of each row of an alignment, whether A and whether B has an event there.
ROWS = st.lists(st.sampled_from([(True, True), (True, False), (False, True)]), max_size=40)


def axes(rows: list[tuple[bool, bool]]) -> tuple[AlignedAxis, AlignedAxis]:
    sides = (np.flatnonzero([row[side] for row in rows]).astype(np.int32) for side in (0, 1))
    a, b = (AlignedAxis(side, len(rows)) for side in sides)
    return a, b


@given(ROWS, st.lists(st.floats(0, 60), max_size=20))
def test_positions_and_rows_are_the_same_places(rows: list[tuple[bool, bool]], some: list[float]) -> None:
    for side, axis in enumerate(axes(rows)):
        count = len(axis.rows)
        assert axis.coordinates(np.arange(count + 1)).tolist() == [0, *(row + 1 for row in axis.rows.tolist())]
        assert axis.extent(count) == max(len(rows), 1)
        assert axis.extent(count + 30) >= axis.coordinates(np.array([count + 30]))[0]  # events that came since
        coordinates = np.sort(np.array(some, np.float64))
        positions = axis.positions(coordinates)
        assert np.allclose(axis.coordinates(positions), coordinates)
        assert (np.diff(positions) >= 0).all()
        lacks = axis.lacks(np.arange(len(rows) + 1, dtype=np.float64) + 0.5)
        assert lacks.tolist() == [not row[side] for row in rows]


@given(ROWS)
def test_a_pixel_lacks_events_only_where_none_of_its_rows_has_one(rows: list[tuple[bool, bool]]) -> None:
    for side, axis in enumerate(axes(rows)):
        edges = np.arange(0.5, len(rows) + 0.5 + 1e-9, 2.0)  # two rows a pixel
        pairs = [rows[2 * n : 2 * n + 2] for n in range(len(edges) - 1)]
        assert axis.lacks(edges).tolist() == [not any(row[side] for row in pair) for pair in pairs]


def test_ticks_tell_the_last_event_at_round_rows() -> None:
    a, b = axes([(True, True)] * 4 + [(False, True)] * 6 + [(True, True)] * 10)
    scales = TimelineScale(0, 20, 200.0, a), TimelineScale(0, 20, 200.0, b)
    assert scales[0].ticks(50) == [(0.0, "0"), (50.0, "4"), (100.0, "4"), (150.0, "9"), (200.0, "14")]
    assert scales[1].ticks(50) == [(0.0, "0"), (50.0, "5"), (100.0, "10"), (150.0, "15"), (200.0, "20")]
