"""The trace of a value by a worker finds what a replay in one piece finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from replay_gui.core.index.index_cache import IndexCache
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.replay.value_history import value_history
from replay_gui.engine.jobs.job_messages import decode_value, encode_value
from replay_gui.engine.jobs.values import reported_replay
from replay_gui.engine.jobs.values.trace_job import trace_values
from replay_gui.engine.jobs.values.value_arguments import TraceArguments, TraceProgress
from tests.helpers.kept_indexes import keep
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


def test_with_an_index_only_events_that_may_have_changed_a_value_are_replayed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_log(tmp_path / "run.rlog", turns=30)
    folder = keep(IndexCache(tmp_path / "cache"), path)
    paths: tuple[tuple[str, ...], ...] = (("memory",), ("tools", "search", "calls"), ("messages", "3"), ("no",))
    replayed = trace_values(TraceArguments(str(path), paths, str(tmp_path), 151), Parts())
    assert [len(indexes) for indexes in replayed.indexes] == [30, 15, 1, 0]
    monkeypatch.setattr(reported_replay, "PART_INTERVAL_S", 0.0)  # a part at every event
    for keys, expected, events in zip(paths, replayed.indexes, (30, 30, 30, 0), strict=True):
        parts = Parts()
        last = trace_values(TraceArguments(str(path), (keys,), str(folder), 151), parts)
        assert tuple(index for part in [*parts.values, last] for index in part.indexes[0]) == expected
        assert len(parts.values) == events
