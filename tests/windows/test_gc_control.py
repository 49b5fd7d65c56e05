from __future__ import annotations

import gc

import pytest
from PySide6.QtWidgets import QApplication

from replay_gui.windows.gc_control import GcControl


@pytest.mark.parametrize(
    ("young", "passes", "wanted"), [(1_000_000, 30, "freeze"), (30_000, 30, 1), (30_000, 0, 0), (10, 0, None)]
)
def test_no_pass_is_made_over_a_million_values(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, young: int, passes: int, wanted: object
) -> None:
    """One over the values of a large event held the event loop for 0.15 s."""
    made: list[object] = []
    control = GcControl()
    try:
        with monkeypatch.context() as patch:
            patch.setattr(gc, "get_count", lambda: (young, passes, 0))
            patch.setattr(gc, "collect", made.append)
            patch.setattr(gc, "freeze", lambda: made.append("freeze"))
            control._on_timeout()
    finally:
        control.stop()
    assert made == ([] if wanted is None else [wanted])
