"""How much is painted for how many events, and where the pieces stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from replay_gui.core.index.run_index import NO_TIME, RunIndex
from replay_gui.core.log.positions import Position
from replay_gui.look.theme import GAP, LABELS, TICKS, UNIT, theme
from replay_gui.models.timeline.lanes import Lane, Lanes
from replay_gui.models.timeline.timeline_axis import NUMBERS
from replay_gui.models.timeline.timeline_choice import REST, TOOLS, LaneChoice
from replay_gui.models.timeline.timeline_marks import TimelineMarks
from replay_gui.models.timeline.timeline_scene import NO_MARKS, TimelineScene
from replay_gui.widgets.timeline import timeline_overlay
from replay_gui.widgets.timeline.timeline_lanes import LanePainter
from replay_gui.widgets.timeline.timeline_layout import TimelineLayout
from replay_gui.widgets.timeline.timeline_overlay import OverlayPainter
from replay_gui.widgets.timeline.timeline_painter import (
    axis_room,
    has_fold_triangle,
    names_picture,
    paint_area,
    paint_position,
    position_text,
    still_picture,
)
from tests.helpers.runs import synthetic_index

WIDTH, HEIGHT = 1_280, 400


class CountingPainter(QPainter):
    """Counts the shapes that are drawn, by method; of drawRects each rectangle."""

    def __init__(self, image: QImage) -> None:
        super().__init__(image)
        self.drawn: Counter[str] = Counter()

    def drawPixmap(self, *arguments: Any) -> None:
        self.drawn["pixmap"] += 1
        super().drawPixmap(*arguments)

    def drawRects(self, *arguments: Any) -> None:
        self.drawn["rect"] += len(arguments[0])
        super().drawRects(*arguments)

    def drawPolygon(self, *arguments: Any) -> None:
        self.drawn["polygon"] += 1
        super().drawPolygon(*arguments)

    def drawImage(self, *arguments: Any) -> None:
        self.drawn["image"] += 1
        super().drawImage(*arguments)

    def fillRect(self, *arguments: Any) -> None:
        self.drawn["fill"] += 1
        super().fillRect(*arguments)


@pytest.fixture
def painter(qapp: object) -> Iterator[CountingPainter]:
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = CountingPainter(image)
    yield painter
    painter.end()


def scene_of(index: RunIndex, choice: LaneChoice | None = None, marks: TimelineMarks = NO_MARKS) -> TimelineScene:
    lanes = Lanes.of(index)
    return TimelineScene(index=index, lanes=lanes.rows() if choice is None else lanes.rows(choice), marks=marks)


def layout_of(scene: TimelineScene, compact: bool = False) -> TimelineLayout:
    return TimelineLayout(WIDTH, HEIGHT, len(scene.lanes), compact)


@pytest.mark.parametrize("count", [20_000, 200_000])
def test_the_shapes_of_many_marks_are_bounded_by_the_pixels(painter: CountingPainter, count: int) -> None:
    every = np.arange(0, count, 2)
    scene = scene_of(synthetic_index(count), marks=TimelineMarks(found=every, causes=every, divergences=every))
    layout = layout_of(scene)
    overlay = OverlayPainter(painter, layout, layout.scale((0.0, float(count)), NUMBERS), scene, 1.0)
    overlay.paint_below()
    overlay.paint_above()
    assert 0 < sum(painter.drawn.values()) < 3 * WIDTH


def test_marks_are_found_for_the_pixels_as_they_are_when_each_is_placed(
    painter: CountingPainter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Placing a million snapshots held the event loop for 80 ms."""
    count = 300_000
    scene = scene_of(synthetic_index(count))
    layout = layout_of(scene)
    scale = layout.scale((1000.0, float(count)), NUMBERS)
    overlay = OverlayPainter(painter, layout, scale, scene, 1.0)
    gaps = np.array([*range(0, 90_000, 2), 100_000, *range(200_000, count)])
    found = overlay._columns(gaps, 6)
    monkeypatch.setattr(timeline_overlay, "_MAX_PLACED", count)
    placed = overlay._columns(gaps, 6)
    assert len(found) == pytest.approx(len(placed), abs=2)
    assert all(min(abs(x - other) for other in placed) < 6 for x in found)
    assert all(min(abs(x - other) for other in found) < 6 for x in placed)


@pytest.mark.parametrize("count", [20_000, 200_000])
def test_the_shapes_of_a_dense_lane_do_not_grow_with_its_events(painter: CountingPainter, count: int) -> None:
    scene = scene_of(synthetic_index(count), LaneChoice(folded=frozenset({TOOLS, REST})))
    layout = layout_of(scene)
    lanes = LanePainter(painter, layout, layout.scale((0.0, float(count)), NUMBERS), scene, 1.0)
    for row, lane in enumerate(scene.lanes):
        lanes.paint(lane, row)
    assert painter.drawn["image"] > 0, "dense lanes are drawn as one picture each"
    assert sum(painter.drawn.values()) < 3 * WIDTH


def test_a_triangle_stands_at_the_first_lane_of_a_group() -> None:
    def lane(key: str, group: str, folded: bool = False) -> Lane:
        return Lane(key, key, (), group=group, folded=folded)

    lanes = (lane("a", ""), lane("x", TOOLS), lane("y", TOOLS), lane("z", REST), lane("all", "other", folded=True))
    assert [has_fold_triangle(lanes, row) for row in range(len(lanes))] == [False, True, False, False, True]


def test_a_number_below_stays_within_the_axis(qapp: object) -> None:
    layout = layout_of(scene_of(synthetic_index(1_000)))
    for pixel in (-500.0, 0.0, 300.0, 5_000.0):
        room = axis_room(layout.axis, layout.origin + pixel, 60.0)
        assert layout.axis.left() <= room.left()
        assert room.right() <= layout.axis.right() + 1e-6
    assert axis_room(layout.axis, layout.origin + 300.0, 60.0).center().x() == layout.origin + 300.0


def test_the_pictures_are_of_the_size_of_the_screen(qapp: object) -> None:
    scene = scene_of(synthetic_index(1_000))
    layout = layout_of(scene)
    scale = layout.scale((0.0, 1_000.0), NUMBERS)
    still, names = still_picture(layout, scale, scene, 2.0), names_picture(layout, scene, 2.0)
    assert (still.width(), still.height(), still.devicePixelRatio()) == (2 * WIDTH, 2 * HEIGHT, 2.0)
    assert (names.width(), names.height()) == (2 * LABELS, 2 * HEIGHT)
    image = still.toImage()
    assert image.pixelColor(2 * LABELS - 20, 100).alpha() == 0, "nothing is drawn below the names"
    ticks = scale.ticks(TICKS)
    assert ticks
    assert all(image.pixelColor(2 * round(layout.origin + pixel), 2).alpha() > 0 for pixel, _ in ticks[1:])


def test_the_position_is_a_line_with_its_number_below(painter: CountingPainter) -> None:
    scene = scene_of(synthetic_index(1_000))
    for compact, number_is_drawn in ((False, True), (True, False)):
        layout = layout_of(scene, compact)
        scale = layout.scale((0.0, 1_000.0), NUMBERS)
        image = QImage(WIDTH, HEIGHT, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(0)
        counting = CountingPainter(image)
        paint_position(counting, layout, scale, Position(500), "500")
        counting.end()
        x = round(layout.origin + scale.pixel(500))
        assert image.pixelColor(x, 50) == theme().accent
        assert image.pixelColor(x - GAP, 50).alpha() == 0
        below = layout.axis.top() + GAP + UNIT + 2
        assert (image.pixelColor(x - 2 * GAP, round(below) + GAP).alpha() > 0) == number_is_drawn


def test_the_position_is_told_by_its_number_or_as_in_the_list() -> None:
    """The first event may be later than others: the new head of a session that was resumed."""
    index = RunIndex(kind=np.zeros(3, np.uint16), time=np.array([90, 10, 35]) * 10**9)
    assert [position_text(index, Position(at), "time") for at in (0, 1, 3)] == ["0", "+1:20.000", "+0:25.000"]
    assert position_text(index, Position(3), "number") == "3"
    untimed = RunIndex(kind=np.zeros(3, np.uint16), time=np.full(3, NO_TIME))
    assert position_text(untimed, Position(2), "time") == "2"


def test_a_position_out_of_sight_is_not_drawn(painter: CountingPainter) -> None:
    scene = scene_of(synthetic_index(1_000))
    layout = layout_of(scene)
    paint_position(painter, layout, layout.scale((0.0, 100.0), NUMBERS), Position(500), "500")
    assert not painter.drawn


def test_an_area_is_the_same_whichever_way_it_was_drawn(painter: CountingPainter) -> None:
    layout = layout_of(scene_of(synthetic_index(1_000)))
    images = []
    for ends in ((300.0, 600.0), (600.0, 300.0)):
        image = QImage(WIDTH, HEIGHT, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(0)
        counting = CountingPainter(image)
        paint_area(counting, layout, *ends)
        counting.end()
        images.append(image)
    assert images[0] == images[1]
    assert images[0].pixelColor(450, 100).alpha() > 0
    assert images[0].pixelColor(200, 100).alpha() == 0
    assert QRectF(layout.plot).contains(450, 100)
