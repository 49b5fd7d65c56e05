from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from replay_gui import ReplayEngine
from replay_gui.core.errors import LogRefused, LogUnreadable
from replay_gui.core.index.index_builder import IndexBuilder
from replay_gui.core.index.index_cache import IndexCache, write_table
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex, Position
from replay_gui.core.log.source import file_stamp
from replay_gui.engine import open_run
from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.opening import open_file, open_log_run
from tests.helpers.logs import write_log

TURNS = 5
EVENTS = 1 + 5 * TURNS


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_log(tmp_path / "run.rlog", TURNS)


@pytest.fixture
def run(log: Path, tmp_path: Path) -> Iterator[OpenRun]:
    """A run whose index is in the cache."""
    cache = IndexCache(tmp_path / "cache")
    with EventLog.open(log) as reader:
        building = cache.make_building_folder()
        write_table(building, reader, IndexBuilder(reader, building).run(lambda offset: None))
        cache.adopt_folder(building, reader)
    run = open_log_run(1, str(log), cache, pytest.fail)
    yield run
    run.close()


def test_states_are_those_of_a_replay(run: OpenRun, log: Path) -> None:
    assert (run.index.complete, run.index.count) == (True, EVENTS)
    with EventLog.open(log) as reader:
        replay = ReplayEngine(reader)
        for position in (EVENTS, 0, 3, 17):
            found = run.position_state(Position(position))
            assert dict(found.state) == replay.seek(position)
            assert found.position == position
            assert (found.event is None) == (position == 0)
            assert dict(run.state_at(Position(position))) == dict(found.state)


def test_links_name_the_request_the_response_and_the_cause(run: OpenRun) -> None:
    request = next(p for p in range(1, EVENTS + 1) if run.position_state(Position(p)).event.kind == "ToolRequest")  # type: ignore[union-attr]
    asked = run.position_state(Position(request))
    answered = run.position_state(Position(request + 1))
    assert ("answered in", request + 1) in [(link.label, link.position) for link in asked.related]
    assert request in [link.position for link in answered.related]
    assert asked.pair is not None
    assert (asked.pair.index, answered.pair and answered.pair.index) == (request, request - 1)


def test_events_from_the_first_broken_one_on_are_not_trusted(run: OpenRun) -> None:
    assert run.position_state(Position(9)).trusted
    run.first_broken = EventIndex(7)
    assert [run.position_state(Position(position)).trusted for position in (6, 7, 8, 9)] == [True, True, False, False]


def test_rows_are_clamped_and_limited(run: OpenRun, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = run.rows(-5, EVENTS + 50)
    assert (rows.start, [row.position for row in rows.rows]) == (0, list(range(1, EVENTS + 1)))
    assert run.rows(EVENTS, EVENTS + 5).rows == ()
    monkeypatch.setattr(open_run, "MAX_ROWS", 4)
    assert [row.position for row in run.rows(3, 20).rows] == [4, 5, 6, 7]


def test_a_large_record_is_not_decoded_for_its_row(run: OpenRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_run, "MAX_ROW_RECORD_BYTES", 10)
    row = run.rows(1, 2).rows[0]
    assert row.text.endswith("MB)")
    assert run.position_state(Position(2)).event is not None


def test_a_file_that_changes_is_noticed(run: OpenRun, log: Path) -> None:
    assert not run.change_on_disk()
    with log.open("ab") as file:
        file.write(b"x")
    assert run.change_on_disk()
    log.unlink()
    assert run.change_on_disk()


def test_an_index_that_was_never_complete_is_removed(log: Path, tmp_path: Path) -> None:
    run = open_log_run(1, str(log), IndexCache(tmp_path / "empty"), pytest.fail)
    assert (run.index.complete, run.index.count) == (False, 0)
    assert run.folder.exists()
    run.close()
    assert not run.folder.exists()


def test_a_file_is_opened_once(log: Path, tmp_path: Path) -> None:
    opened = open_file(str(log))
    assert isinstance(opened, EventLog)
    opened.close()
    foreign = tmp_path / "foreign.json"
    foreign.write_text("{}")
    assert open_file(str(foreign)) == file_stamp(foreign.stat())
    with pytest.raises(LogUnreadable):
        open_file(str(tmp_path / "gone"))
    log.write_bytes(log.read_bytes()[:20])
    with pytest.raises(LogRefused):
        open_file(str(log))
