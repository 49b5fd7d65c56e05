from __future__ import annotations

import gc

import pytest
from PySide6.QtWidgets import QApplication

from replay_gui.windows.gc_control import GcControl


@pytest.mark.parametrize(
    ("young", "wanted"),
    [
        ([1_000_000], ["freeze"]),
        ([10], []),
        ([8_000], [0]),
        ([5_000, 5_000, 5_000, 5_000], [0, 0, 1, 0]),  # the third would leave 15,000 to the one after it
        ([39_000], [1]),
        ([11_000, 1_000_000, 8_000], [0, "freeze", 0]),
    ],
)
def test_no_pass_is_made_over_many_values(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, young: list[int], wanted: list[object]
) -> None:
    """One over the values of a large event held the event loop for 0.15 s."""
    made: list[object] = []
    control = GcControl()
    try:
        with monkeypatch.context() as patch:
            patch.setattr(gc, "collect", made.append)
            patch.setattr(gc, "freeze", lambda: made.append("freeze"))
            for count in young:
                patch.setattr(gc, "get_count", lambda count=count: (count, 0, 0))
                control._collect()
    finally:
        control.stop()
    assert made == wanted
