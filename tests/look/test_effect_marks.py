from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from replay_gui.core.effects.effect import Effect
from replay_gui.look.effect_marks import EFFECT_PX, paint_effect
from replay_gui.look.theme import apply_theme

SIDE = 2 * round(EFFECT_PX)


def shape(effect: Effect) -> frozenset[tuple[int, int]]:
    """Which pixels have ink, whatever its colour."""
    image = QImage(SIDE, SIDE, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    paint_effect(painter, effect, QPointF(SIDE / 2, SIDE / 2))
    painter.end()
    return frozenset((x, y) for x in range(SIDE) for y in range(SIDE) if image.pixelColor(x, y).alpha() > 100)


@pytest.mark.parametrize("choice", ["dark", "light"])
def test_each_effect_has_a_shape_of_its_own(qapp: QApplication, choice: str) -> None:
    apply_theme(qapp, choice)
    shapes = {effect: shape(effect) for effect in Effect}
    assert all(len(pixels) > 5 for pixels in shapes.values())
    alike = [(one, other) for one, other in combinations(Effect, 2) if len(shapes[one] ^ shapes[other]) < 10]
    assert alike == []
