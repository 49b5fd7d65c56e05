from __future__ import annotations

import pytest
from PySide6.QtGui import QImage

from replay_gui.core.errors import NotWritten
from replay_gui.core.report.model import Report
from replay_gui.core.report.runs.contrast_model import ContrastPart, PictureColumnPart, RunsPicturePart
from replay_gui.printout.png import png_report

PICTURE = RunsPicturePart(
    task="refund",
    columns=(
        PictureColumnPart(
            call="cancel(Z7)", title="cancel · Z7", acts=True, passing=(1, 1), failing=(0, 1), separates=True,
            separated=((1, 1), (0, 1)),
        ),
    ),
    rows=(("trial 0", "failed", ("·",)), ("trial 1", "passed", ("■ 2",)), ("trial 2", "unknown", ("✗ 3",))),
    more=(0, 0),
)  # fmt: skip


def report(*pictures: RunsPicturePart) -> Report:
    part = ContrastPart(
        passed=1, failed=1, unknown=1, note="Few.", separators=(), tasks=(), pictures=pictures, failures=(), runs=(),
        total=3,
    )  # fmt: skip
    return Report(version="1", made=0, command="replay-gui contrast x", runs=(), contrast=part)


@pytest.mark.usefixtures("qapp")
def test_pictures_stand_below_one_another_as_far_as_they_fit() -> None:
    one, two, many = (QImage.fromData(png_report(report(*[PICTURE] * count))) for count in (1, 2, 200))
    assert one.width() == two.width() == many.width()
    assert one.height() < two.height() < many.height() < 26_000
    colors = {one.pixelColor(x, y).name() for x in range(0, one.width(), 2) for y in range(0, one.height(), 2)}
    assert {"#ffffff", "#009e73", "#e5382c"} <= colors  # the ground, what passed, what failed


def test_without_a_picture_nothing_is_written() -> None:
    with pytest.raises(NotWritten, match="there is no picture"):
        png_report(report())
