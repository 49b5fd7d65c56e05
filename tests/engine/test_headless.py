"""Verification by workers without an engine thread gives the report that one process gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from replay_gui import EventLog, ReplayError
from replay_gui.core.verification.verify_log import verify
from replay_gui.engine.headless import verify_with_workers
from tests.helpers.logs import damage, write_log


@pytest.mark.parametrize("every", [0, 1, 200])
def test_the_same_report(tmp_path: Path, every: int) -> None:
    path = write_log(tmp_path / "run.rlog", turns=100, state_hash_every=every)
    seen: list[tuple[int, int]] = []
    for _ in range(2):
        with EventLog.open(path) as log:
            report = verify_with_workers(log, lambda done, total: seen.append((done, total)))
            assert report == verify(log)
        damage(path)
    assert report.verdict == "INVALID"
    assert all(0 <= done <= total for done, total in seen)
    assert seen[-1][0] > 0


def test_a_worker_that_cannot_read_the_file(tmp_path: Path) -> None:
    path = write_log(tmp_path / "run.rlog", turns=10)
    with EventLog.open(path) as log:
        path.unlink()
        with pytest.raises(ReplayError, match=r"run\.rlog: not verified: "):
            verify_with_workers(log, lambda done, total: None)


@pytest.mark.parametrize("every", [0, 1])
def test_a_log_that_is_replaced_meanwhile_gives_no_verdict(tmp_path: Path, every: int) -> None:
    """Both logs are VALID; hashes of the one and the head of the other would be no log's."""
    path = write_log(tmp_path / "run.rlog", turns=20, state_hash_every=every)
    other = write_log(tmp_path / "other.rlog", turns=30, state_hash_every=every)
    with EventLog.open(path) as log:
        other.rename(path)
        with pytest.raises(ReplayError, match="replaced by another file while it was read; open it again"):
            verify_with_workers(log, lambda done, total: None)
