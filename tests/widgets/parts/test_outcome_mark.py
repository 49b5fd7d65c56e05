"""The mark of an outcome: one shape for each, at every density."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from replay_gui.look.icons import PIXEL_RATIOS
from replay_gui.look.theme import ICON
from replay_gui.widgets.parts.outcome_mark import outcome_icon, outcomes_width, paint_outcomes


def _drawn(outcome: bool | None) -> frozenset[tuple[int, int]]:
    """Return the pixels of the icon that are more than half opaque, whatever their colour."""
    image = outcome_icon(outcome).pixmap(ICON, ICON).toImage()
    return frozenset(
        (x, y) for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y).alpha() > 127
    )


def test_every_outcome_has_its_own_shape(qapp: QApplication) -> None:
    passed, failed, unknown = map(_drawn, (True, False, None))
    assert len(passed) > len(failed) > len(unknown) > 0


@pytest.mark.parametrize("ratio", PIXEL_RATIOS)
def test_the_icon_is_sharp_on_a_dense_screen(qapp: QApplication, ratio: int) -> None:
    assert {size.width() for size in outcome_icon(True).availableSizes()} >= {ICON * ratio}


def drawn(outcomes: list[bool | None], width: int, most: int) -> QImage:
    image = QImage(width + 40, 24, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    paint_outcomes(painter, QRect(0, 0, width, 24), outcomes, most)
    painter.end()
    return image


def test_few_outcomes_are_drawn_in_order_and_many_are_counted(qapp: QApplication) -> None:
    assert drawn([True, False], 200, 6) != drawn([False, True], 200, 6)
    many: list[bool | None] = [True] * 110 + [False] * 80 + [None] * 10
    assert drawn(many, 400, 6) == drawn(many[::-1], 400, 6), "whatever runs come first"
    assert drawn(many, 400, 6) != drawn([*many[:-10], *[False] * 10], 400, 6)
    width = outcomes_width([4, 200], 6)
    assert drawn(many, width, 6).copy(width, 0, 40, 24) == drawn([], width, 6).copy(width, 0, 40, 24), "it fits"
    assert outcomes_width([], 6) == 0
