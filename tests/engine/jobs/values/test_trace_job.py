"""The trace of a value by a worker finds what a replay in one piece finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.replay.value_history import value_history
from replay_gui.engine.jobs.job_messages import decode_value, encode_value
from replay_gui.engine.jobs.values import trace_job
from replay_gui.engine.jobs.values.trace_job import trace_values
from replay_gui.engine.jobs.values.value_arguments import TraceArguments, TraceProgress
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
    monkeypatch.setattr(trace_job, "PART_INTERVAL", 0.0)  # a part at every event
    path, parts = write_log(tmp_path / "run.rlog", turns=30), Parts()
    last = trace_values(TraceArguments(str(path), (keys, ())), parts)
    with EventLog.open(path) as log:
        expected = [change.index for change in value_history(log.contents(0, len(log)), keys)]
    assert [index for part in [*parts.values, last] for index in part.indexes[0]] == expected
    assert bool(expected) == (keys != ("no",))
    assert [part.done for part in parts.values] == list(range(151))
    assert (last.done, last.total) == (151, 151)
