from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QImage

from replay_gui.core.errors import NotWritten
from replay_gui.core.report.model import Report
from replay_gui.core.report.runs.contrast_model import ContrastPart, PictureColumnPart, RunsPicturePart
from replay_gui.printout import png
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
def test_pictures_stand_below_one_another_as_far_as_they_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png, "_MAX_HEIGHT", 2_000.0)
    one, two, many = (QImage.fromData(png_report(report(*[PICTURE] * count))) for count in (1, 2, 40))
    assert one.width() == two.width() == many.width()
    assert one.height() < two.height() < many.height() < 6_000
    pixels = np.frombuffer(one.convertToFormat(QImage.Format.Format_ARGB32).constBits(), np.uint32)
    for color in (0xFFFFFFFF, 0xFF009E73, 0xFFE5382C):  # the ground, what passed, what failed
        assert (pixels == color).any()


def test_without_a_picture_nothing_is_written() -> None:
    with pytest.raises(NotWritten, match="there is no picture"):
        png_report(report())
