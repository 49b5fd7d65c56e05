"""Uuids are recorded where it is asked for, and made again from the log."""

from __future__ import annotations

import uuid
from pathlib import Path

from tests.record.run_twice import recorded_and_again, tell


def test_uuids_are_made_again(tmp_path: Path) -> None:
    first, second = recorded_and_again(
        tmp_path / "run.rlog", lambda: [tell(str(uuid.uuid4())), uuid.uuid1(), tell("x")], ["uuid"]
    )
    assert first == second
