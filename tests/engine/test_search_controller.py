from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.errors import ReplayError
from replay_gui.engine.jobs import search_job
from replay_gui.engine.jobs.search_job import find_text
from tests.helpers.logs import write_log


class Parts:
    """The Report of a job, kept."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def progress(self, done: int, total: int) -> None:
        raise AssertionError("a search speaks in parts")

    def part(self, value: Any) -> None:
        self.values.append(value)


def test_every_hit_is_handed_on_once_and_in_order(tmp_path: Path) -> None:
    path, parts = write_log(tmp_path / "run.rlog", turns=30), Parts()
    size, of, count, last = find_text({"path": str(path), "text": "BECAUSE", "match_case": False}, parts)
    assert size == of == path.stat().st_size
    hits = [hit for value in parts.values for hit in value[3]] + last
    assert count == len(hits) == 30
    assert [place for place, *_ in hits] == sorted({place for place, *_ in hits})
    assert all(text[start:stop].casefold() == "because" for _, text, start, stop in hits)
    reached = [value[0] for value in parts.values]
    assert reached == sorted(reached)


def test_case_can_count(tmp_path: Path) -> None:
    path = write_log(tmp_path / "run.rlog")
    assert find_text({"path": str(path), "text": "BECAUSE", "match_case": True}, Parts())[2] == 0
    assert find_text({"path": str(path), "text": "because", "match_case": True}, Parts())[2] == 10


def test_hits_beyond_what_is_kept_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_job, "MAX_HITS", 4)
    path, parts = write_log(tmp_path / "run.rlog"), Parts()
    *_, count, last = find_text({"path": str(path), "text": "because", "match_case": True}, parts)
    assert count == 10
    assert len([hit for value in parts.values for hit in value[3]] + last) == 4


def test_a_file_that_is_no_log_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "no.rlog"
    path.write_bytes(b"nothing")
    with pytest.raises(ReplayError):
        find_text({"path": str(path), "text": "a", "match_case": True}, Parts())
