"""What is recorded beside calls is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from replay_gui import record
from replay_gui.core.errors import RerunRefused


def test_an_unknown_surrounding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RerunRefused, match="“weather” cannot be recorded"):
        record.start(tmp_path / "run.rlog", also=["weather"])
    assert not (tmp_path / "run.rlog").exists()
