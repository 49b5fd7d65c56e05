"""The mark of an outcome: one shape for each, at every density."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from replay_gui.look.icons import PIXEL_RATIOS
from replay_gui.look.theme import ICON
from replay_gui.widgets.parts.outcome_mark import outcome_icon


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
