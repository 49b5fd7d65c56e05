"""A session of 150 MB is shown at once and converted with progress, within bounds of time and memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.import_numbers import SIZE, figures, opened
from tests.benchmarks.logs.log_maker import make_log
from tests.helpers.importers.large_session import write_session


@pytest.mark.long
def test_a_session_of_150_mb_is_shown_soon_and_takes_600_mb_at_most(tmp_path: Path) -> None:
    path = tmp_path / "large.jsonl"
    lines, calls = write_session(path, SIZE)
    assert path.stat().st_size >= SIZE
    make_log(tmp_path / "bare.rlog", 1_000, 100)
    found, memory = opened(path, tmp_path / "cache", tmp_path / "bare.rlog")
    # The beginning, a line each for what was said and thought, two for a call, two more for an edit
    assert found["events"] == 1 + lines + 2 * (calls // 3)
    broken = []
    for figure in figures(found, memory):
        print(figure)
        broken += [] if figure.kept else [str(figure)]
    assert broken == []
