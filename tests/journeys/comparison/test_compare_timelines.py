"""Both timelines of a comparison have one scale, along which equal events stand one above the other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from replay_gui.core.log.positions import Position
from replay_gui.core.recorder.recorder import Recorder
from replay_gui.look.theme import GAP, LABELS
from replay_gui.samples import OTHERWISE, REFERENCE
from replay_gui.widgets.timeline.timeline_painter import names_width
from tests.helpers.journey import Journey


def _record(path: Path, messages: list[str]) -> Path:
    with Recorder(path, "t", "1", {}, run_id=path.stem, created=1) as run:
        for number, words in enumerate(messages):
            run.decision("step", words, time=number + 2)
    return path


def test_no_name_of_either_run_is_cut_and_both_begin_at_one_edge(journey: Journey) -> None:
    journey.window.resize(1500, 900)
    journey.window.comparison.start(str(OTHERWISE.path), str(REFERENCE.path))
    comparison = journey.compared()
    timelines = [panel.timeline for panel in journey.window.compare_view.timelines]
    needed = max(names_width(timeline._shown()) for timeline in timelines)
    assert needed > LABELS
    journey.until(lambda: all(needed <= timeline._layout().names <= needed + GAP for timeline in timelines))
    comparison.end()
    journey.until(lambda: not comparison.active)
    assert comparison.a.names_needed_beside == 0


def test_equal_events_stand_one_above_the_other(journey: Journey, tmp_path: Path) -> None:
    """A lacks ten steps that B has from event 42 on."""
    listed = [f"step {number}" for number in range(100)]
    more = [f"only in B {number}" for number in range(10)]
    a, b = _record(tmp_path / "a.rlog", listed), _record(tmp_path / "b.rlog", [*listed[:40], *more, *listed[40:]])
    journey.window.comparison.start(str(b), str(a))
    comparison = journey.compared()
    upper, lower = (panel.timeline for panel in journey.window.compare_view.timelines)

    def apart() -> tuple[float, float]:
        """The pixels between the same step before what A lacks, and after it."""
        return upper.x_of(31) - lower.x_of(31), upper.x_of(61) - lower.x_of(71)

    assert apart() == pytest.approx((0, 0))
    assert comparison.a.shows_all
    assert comparison.b.shows_all
    QTest.mouseClick(upper, Qt.MouseButton.LeftButton, pos=QPoint(round(upper.x_of(61)), 12))
    assert (comparison.a.position, comparison.b.position) == (61, 71)
    comparison.b.set_view(50.0, 90.0)
    assert apart() == pytest.approx((0, 0))
    assert not comparison.a.shows_all
    assert comparison.a.view == pytest.approx((41 + 9 / 11, 80))
    comparison.a.fit_view()
    assert comparison.b.shows_all
    # Where only B has events, the timeline of A is hatched: no pixel of that place is as in an unhatched one.
    picture, other = upper.grab().toImage(), lower.grab().toImage()
    middle, y = round(lower.x_of(46)), 6
    row = [picture.pixelColor(middle + x, y + x % 8).name() for x in range(-12, 12)]
    assert len(set(row)) > 1 or row[0] != other.pixelColor(middle, y).name()

    comparison.end()
    journey.until(lambda: not comparison.active)
    ours = comparison.a
    assert ours.timeline_axis.coordinates(np.array([61.0])).tolist() == [61.0]
    ours.seek(Position(5))
    assert ours.shows_all
