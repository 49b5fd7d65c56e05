"""The trace of a value by a worker finds what a replay in one piece finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from replay_gui.core.index.index_builder import IndexBuilder
from replay_gui.core.index.index_cache import write_table
from replay_gui.core.index.kept_changes import CHANGES_FILE, keep_changes, read_kept_changes
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.replay.change_index import ChangeIndexBuilder
from replay_gui.core.replay.value_history import value_history
from replay_gui.engine.jobs.job_messages import decode_value, encode_value
from replay_gui.engine.jobs.values import reported_replay, trace_job
from replay_gui.engine.jobs.values.index_changes_job import index_changes
from replay_gui.engine.jobs.values.trace_job import trace_values
from replay_gui.engine.jobs.values.value_arguments import IndexChangesArguments, TraceArguments, TraceProgress
from tests.helpers.logs import write_log


class Parts:
    """The reporter of a job, which keeps its parts as they go over the pipe."""

    def __init__(self) -> None:
        self.values: list[TraceProgress] = []

    def progress(self, done: int, total: int) -> None:
        raise AssertionError("a trace speaks in parts")

    def part(self, value: TraceProgress) -> None:
        self.values.append(decode_value(encode_value(value), TraceProgress))


@pytest.mark.parametrize("keys", [("memory",), ("tools", "search", "calls"), ("messages", "3", "content"), ("no",)])
def test_each_change_is_handed_on_once_and_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: tuple[str, ...]
) -> None:
    monkeypatch.setattr(reported_replay, "PART_INTERVAL_S", 0.0)  # a part at every event
    path, parts = write_log(tmp_path / "run.rlog", turns=30), Parts()
    last = trace_values(TraceArguments(str(path), (keys, ()), str(tmp_path), 151), parts)
    with EventLog.open(path) as log:
        expected = [change.index for change in value_history(log.contents(), keys)]
    assert [index for part in [*parts.values, last] for index in part.indexes[0]] == expected
    assert bool(expected) == (keys != ("no",))
    assert [part.done for part in parts.values] == list(range(151))
    assert (last.done, last.total) == (151, 151)


def test_changes_that_were_indexed_are_looked_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, folder = write_log(tmp_path / "run.rlog", turns=30), tmp_path / "index"
    folder.mkdir()
    monkeypatch.setattr(reported_replay, "PART_INTERVAL_S", 1e9)  # all of it in one answer
    with EventLog.open(path) as log:
        builder = IndexBuilder(log, folder)
        write_table(folder, log, builder.run(lambda offset: None))
    paths: tuple[tuple[str, ...], ...] = (("memory",), ("tools", "search", "calls"), ("messages", "3"), ("no",), ())
    arguments = TraceArguments(str(path), paths, str(folder), 151)
    replayed = trace_values(arguments, Parts())
    index_changes(IndexChangesArguments(str(path), str(folder)), Parts())
    kept = (folder / CHANGES_FILE).stat()
    monkeypatch.setattr(trace_job, "_replay", None)
    assert trace_values(arguments, Parts()) == replayed
    assert [bool(indexes) for indexes in replayed.indexes] == [True, True, True, False, True]
    index_changes(IndexChangesArguments(str(path), str(folder)), Parts())
    assert (folder / CHANGES_FILE).stat().st_ino == kept.st_ino, "it is not made again"


def test_an_index_of_changes_that_is_damaged_or_of_a_shorter_log_is_not_used(tmp_path: Path) -> None:
    path, folder = write_log(tmp_path / "run.rlog", turns=3), tmp_path / "index"
    folder.mkdir()
    with EventLog.open(path) as log:
        builder = IndexBuilder(log, folder)
        write_table(folder, log, builder.run(lambda offset: None))
        keep_changes(folder, log, ChangeIndexBuilder().build())
        assert read_kept_changes(folder, log) is not None
        raw = (folder / CHANGES_FILE).read_bytes()
        (folder / CHANGES_FILE).write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
        assert read_kept_changes(folder, log) is None
        (folder / CHANGES_FILE).write_bytes(raw)
    with path.open("ab") as file:
        file.write(b"\x00")
    with EventLog.open(path) as log:
        assert read_kept_changes(folder, log) is None
