from __future__ import annotations

from pathlib import Path

import pytest

from replay_gui.core.errors import ReplayError
from replay_gui.engine.jobs import search_job
from replay_gui.engine.jobs.job_types import SearchArguments, SearchProgress
from replay_gui.engine.jobs.search_job import find_text
from tests.helpers.logs import write_log


class Parts:
    """The reporter of a job, which keeps its parts."""

    def __init__(self) -> None:
        self.values: list[SearchProgress] = []

    def progress(self, done: int, total: int) -> None:
        raise AssertionError("a search speaks in parts")

    def part(self, value: SearchProgress) -> None:
        self.values.append(value)


def test_every_hit_is_handed_on_once_and_in_order(tmp_path: Path) -> None:
    path, parts = write_log(tmp_path / "run.rlog", turns=30), Parts()
    last = find_text(SearchArguments(str(path), "BECAUSE", False), parts)
    assert last.done == last.total == path.stat().st_size
    hits = [hit for part in [*parts.values, last] for hit in part.hits]
    assert last.count == len(hits) == 30
    assert [hit.index for hit in hits] == sorted({hit.index for hit in hits})
    assert all(hit.text[hit.start_character : hit.stop_character].casefold() == "because" for hit in hits)
    reached = [part.done for part in parts.values]
    assert reached == sorted(reached)


def test_case_can_count(tmp_path: Path) -> None:
    path = write_log(tmp_path / "run.rlog")
    assert find_text(SearchArguments(str(path), "BECAUSE", True), Parts()).count == 0
    assert find_text(SearchArguments(str(path), "because", True), Parts()).count == 10


def test_hits_beyond_what_is_kept_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_job, "MAX_HITS", 4)
    path, parts = write_log(tmp_path / "run.rlog"), Parts()
    last = find_text(SearchArguments(str(path), "because", True), parts)
    assert last.count == 10
    assert len([hit for part in [*parts.values, last] for hit in part.hits]) == 4


def test_a_file_that_is_no_log_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "no.rlog"
    path.write_bytes(b"nothing")
    with pytest.raises(ReplayError):
        find_text(SearchArguments(str(path), "a", True), Parts())
