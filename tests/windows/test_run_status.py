from __future__ import annotations

from pathlib import Path

from replay_gui.windows.run_status import RunStatus
from tests.helpers.journey import Journey, journey
from tests.helpers.logs import write_log

__all__ = ["journey"]


def test_a_long_name_does_not_widen_the_window(journey: Journey, tmp_path: Path) -> None:
    journey.open(write_log(tmp_path / f"{'long-name-' * 12}.rlog"))
    status = journey.window.findChild(RunStatus)
    assert isinstance(status, RunStatus)
    assert status.minimumSizeHint().width() < 200
    journey.window.resize(1900, 600)
    journey.until(lambda: status._left.shown == status._left.text())
    journey.window.resize(800, 600)
    assert journey.window.width() == 800
    assert status._left.shown.endswith("…")
