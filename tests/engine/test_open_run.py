from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from replay_gui import ReplayEngine
from replay_gui.core.errors import LogRefused, LogUnreadable
from replay_gui.core.index.index_builder import IndexBuilder
from replay_gui.core.index.index_cache import IndexCache, write_table
from replay_gui.core.log import canonical, fast_events, large_values
from replay_gui.core.log.large_values import LARGE_BYTES, LargeValues
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import FIRST_EVENT, EventIndex, Position
from replay_gui.core.log.source import file_stamp
from replay_gui.core.recorder.recorder import Recorder
from replay_gui.core.replay import snapshot_codec
from replay_gui.core.replay.replayer import MAX_CHANGES
from replay_gui.core.state import first_keys
from replay_gui.engine import event_reader, open_run
from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.opening import Conversion, facts_of, open_file, open_log_run
from replay_gui.engine.panels.panel_answers import answer_panel
from replay_gui.engine.panels.panel_messages import EndRead, ReadEnd
from tests.helpers.forged_logs import forged, written
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


def test_states_are_those_of_a_replay(run: OpenRun, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_keys, "SHOWN_KEYS", 1)  # "wide" maps have more
    assert (run.index.complete, run.index.count) == (True, EVENTS)
    with EventLog.open(log) as reader:
        replay = ReplayEngine(reader)
        for position in (EVENTS, 0, 3, 17):
            found = run.position_state(Position(position))
            assert dict(found.state) == replay.seek(position)
            assert found.position == position
            assert (found.event is None) == (position == 0)
            assert dict(run.state_at(Position(position))) == dict(found.state)
            assert found.first_keys.get((), []) == (sorted(found.state) if position else [])
        end = answer_panel(run, ReadEnd())
        assert isinstance(end, EndRead)
        assert end == EndRead(Position(EVENTS), replay.seek(EVENTS), {(): sorted(replay.seek(EVENTS))})


@pytest.mark.parametrize(
    ("agent", "whose"), [("claude-code", "Claude Code"), ("iflow", "iFlow"), ("Qwen Code", "Qwen Code")]
)
def test_an_imported_run_is_of_the_program_that_wrote_it(tmp_path: Path, agent: str, whose: str) -> None:
    """Its form may be another program's."""
    with Recorder(tmp_path / "made.rlog", agent_type=agent, agent_version="", config={}):
        pass
    title = "Claude Code session"
    made = Conversion(path="", format="claude-code", notes=(), run="r", runs=("r",), title=title)
    with EventLog.open(tmp_path / "made.rlog") as log:
        assert facts_of(log, "session.jsonl", 9, made).imported_from == whose


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
    rows = run.rows(EventIndex(-5), EventIndex(EVENTS + 50))
    assert (rows.start, [row.position for row in rows.rows]) == (0, list(range(1, EVENTS + 1)))
    assert run.rows(EventIndex(EVENTS), EventIndex(EVENTS + 5)).rows == ()
    monkeypatch.setattr(open_run, "MAX_ROWS", 4)
    assert [row.position for row in run.rows(EventIndex(3), EventIndex(20)).rows] == [4, 5, 6, 7]


def test_a_large_record_is_not_decoded_for_its_row(run: OpenRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_reader, "MAX_ROW_RECORD_BYTES", 10)
    row = run.rows(EventIndex(1), EventIndex(2)).rows[0]
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


def test_no_large_value_is_decoded_or_freed_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python would let no other thread run meanwhile, and the window would stand still."""
    count = 12_000
    many = {f"key {n}": n for n in range(count)}
    call = {"tool_name": "t", "tool_version": "1"}
    contents: list[tuple[str, dict[str, Any]]] = [
        ("AgentInit", {"agent_type": "a", "agent_version": "1", "config": many}),
        ("MemoryWrite", {"key": "big", "value": many}),
        ("ToolRequest", {**call, "input": [*many], "capabilities": []}),
        ("x:ops", {"ops": [{"op": "add", "path": f"/{key}", "value": n} for key, n in many.items()]}),
        ("Observation", {"obs_type": "message", "source": "user", "data": [many]}),
    ]
    path = written(tmp_path / "large.rlog", forged(contents, state_hashes=False).bytes())
    cache = IndexCache(tmp_path / "cache")
    with EventLog.open(path) as reader:
        building = cache.make_building_folder()
        write_table(building, reader, IndexBuilder(reader, building).run(lambda offset: None))
        cache.adopt_folder(building, reader)
        expected = ReplayEngine(reader).seek(len(contents))
    sizes: list[int] = []

    def sized(function: Any) -> Any:
        def call_it(raw: Any) -> Any:
            sizes.append(memoryview(raw).nbytes)
            return function(raw)

        return call_it

    for module, names in (
        (canonical, ("_decode_tree", "_decode_any", "_decode_short_keys", "decode_shallow_event")),
        (fast_events, ("decode_fast_event", "decode_shallow", "decode_shallow_event")),
        (snapshot_codec, ("_decode_map", "_decode_raws")),
        (large_values, ("_decode_raw_map", "_decode_raw_list")),
    ):
        for name in names:
            monkeypatch.setattr(module, name, sized(getattr(module, name)))
    pauses: list[int] = []
    values = LargeValues(lambda: pauses.append(1))
    run = open_log_run(1, str(path), cache, pytest.fail, values=values)
    for position in (4, 1, 5):
        shown = run.position_state(Position(position))
        assert len(shown.changes) <= MAX_CHANGES
        assert (shown.more_changes > 0) == (position == 4)
        run.rows(FIRST_EVENT, EventIndex(5))
        values.release()
    assert shown.state == expected
    assert 0 < max(sizes) <= LARGE_BYTES
    run.close()
    values.forget_last()
    pauses.clear()
    del shown, run
    values.release()
    assert len(pauses) > count // 4096, "the states were freed in steps"
