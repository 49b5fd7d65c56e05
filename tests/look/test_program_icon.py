"""The icon of the program, at every size."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage

from replay_gui.look.program_icon import SIDES, program_icon, program_icon_png


@pytest.mark.parametrize("side", SIDES)
def test_it_can_be_told_from_a_light_and_a_dark_ground(side: int) -> None:
    image = QImage.fromData(program_icon_png(side))
    assert image.size() == QSize(side, side)
    assert image.pixelColor(0, 0).alpha() == 0
    light = [QColor(image.pixelColor(x, y)).lightness() for x in range(side) for y in range(side)]
    assert max(light) > 200
    assert image.pixelColor(side // 2, side * 7 // 8).lightness() < 100


def test_windows_get_it_in_all_sizes(qapp: object) -> None:
    assert [size.width() for size in program_icon().availableSizes()] == list(SIDES)
