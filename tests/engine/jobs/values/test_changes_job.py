"""The list of a value's changes by a worker is that of a replay in one piece, up to where it stops."""

from __future__ import annotations

from pathlib import Path

import pytest

from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import FIRST_EVENT, EventIndex
from replay_gui.core.replay.value_history import ValueChange, value_history
from replay_gui.core.state.state import ABSENT
from replay_gui.engine.jobs.values import changes_job, reported_replay
from replay_gui.engine.jobs.values.changes_job import list_changes
from replay_gui.engine.jobs.values.value_arguments import ChangesArguments, ChangesProgress
from tests.helpers.logs import write_log


class Parts:
    """The reporter of a job, which keeps its parts."""

    def __init__(self) -> None:
        self.values: list[ChangesProgress] = []

    def progress(self, done: int, total: int) -> None:
        raise AssertionError("a list of changes speaks in parts")

    def part(self, value: ChangesProgress) -> None:
        self.values.append(value)


@pytest.mark.parametrize("limit", [3, 100_000])
def test_changes_are_handed_on_once_up_to_the_last_that_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(reported_replay, "PART_INTERVAL_S", 0.0)  # a part at every event
    monkeypatch.setattr(changes_job, "MAX_CHANGES", limit)
    path, parts = write_log(tmp_path / "run.rlog", turns=30), Parts()
    last = list_changes(ChangesArguments(str(path), ("memory",), str(tmp_path), 151), parts)
    with EventLog.open(path) as log:
        count = len(log)
        assert count == 151
        expected = [change.index for change in value_history(log.contents(FIRST_EVENT, EventIndex(count)), ("memory",))]
    assert len(expected) > 3
    assert [row.index for part in [*parts.values, last] for row in part.rows] == expected[:limit]
    assert (last.done, last.total) == (expected[2] + 1 if limit == 3 else count, count)
    assert [part.done for part in parts.values] == list(range(last.done))


def test_before_and_after_are_told_apart_in_words() -> None:
    steps = [{"name": f"step {n}", "status": "pending", "note": "n"} for n in range(12)]
    later = [*steps[:11], {**steps[11], "status": "done"}, {"name": "more"}]
    long = "the same words at first, and then something that is "
    for old, new, before, after in (
        (1, 2, "1", "2"),
        (ABSENT, [], None, "[]"),
        (f"{long}old", f"{long}new", "…mething that is old", "…mething that is new"),
        (steps, later[:12], "[11].status: pending", "[11].status: done"),
        (
            {"a": steps, "b": 1},
            {"a": later[:12], "b": 1},
            "a[11].status: pending",
            "a[11].status: done",
        ),
    ):
        row = changes_job._row(ValueChange(EventIndex(0), old, new))
        assert (row.old, row.new) == (before, after)
