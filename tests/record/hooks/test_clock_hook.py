"""Times are recorded where it is asked for, and answered again from the log."""

from __future__ import annotations

import copy
import datetime
import pickle
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from replay_gui import record
from replay_gui.record.surroundings.drawn_values import DRAWN, MAX_DRAWN
from tests.record.run_twice import events, recorded_and_again, tell

REAL_DATETIME = datetime.datetime


@pytest.fixture(autouse=True)
def _real_classes() -> Iterator[None]:
    yield
    datetime.datetime = REAL_DATETIME  # type: ignore[misc]


@record.tool
def timed() -> float:
    return time.time()


def test_times_are_answered_as_they_were_read(tmp_path: Path) -> None:
    def agent() -> list[Any]:
        times = [time.time(), time.time_ns(), time.monotonic(), time.perf_counter()]
        days = [datetime.datetime.now(), datetime.datetime.now(datetime.UTC), datetime.datetime.today()]
        tell(str([*times, *days]))
        return [*times, *days]

    first, second = recorded_and_again(tmp_path / "run.rlog", agent, ["clock"])
    assert first == second
    assert abs(first[0] - first[1] / 1e9) < 1


def test_a_clock_goes_on_from_its_last_recorded_time(tmp_path: Path) -> None:
    def agent(more: int) -> list[float]:
        times = [time.monotonic()]
        tell("now")
        return times + [time.monotonic() for _ in range(more)]

    with record.run(tmp_path / "run.rlog", also=["clock"]):
        (recorded,) = agent(0)
    with record.rerun(tmp_path / "run.rlog"):
        times = agent(3)
    assert times[0] == recorded
    assert times == sorted(times)
    assert times[-1] - recorded < 60


def test_what_a_tool_reads_belongs_to_the_tool(tmp_path: Path) -> None:
    def agent() -> list[float]:
        return [time.time(), timed(), time.time(), len(tell("end"))]

    first, second = recorded_and_again(tmp_path / "run.rlog", agent, ["clock"])
    assert first == second
    drawn = {event.kind: event.meta.get(DRAWN, []) for event in events(tmp_path / "run.rlog")}
    assert [source for _, source, _ in drawn["ToolRequest"]] == ["time.time"]
    with record.rerun(tmp_path / "run.rlog", live=["timed"]):
        assert agent() == first


def test_a_recorded_time_is_a_real_datetime(tmp_path: Path) -> None:
    with record.run(tmp_path / "run.rlog", also=["clock"]):
        now = datetime.datetime.now()
        made = datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)
    assert type(now) is REAL_DATETIME
    assert isinstance(now, datetime.datetime)
    assert pickle.loads(pickle.dumps(made)) == copy.deepcopy(made) == made
    assert datetime.datetime.fromisoformat(made.isoformat()) == made
    assert b"replay_gui" not in pickle.dumps(made)


def test_a_loop_on_the_clock_is_bounded_and_named(tmp_path: Path) -> None:
    with record.run(tmp_path / "run.rlog", also=["clock"]):
        for _ in range(MAX_DRAWN + 2):
            time.time()
        tell("end")
    last = events(tmp_path / "run.rlog")[-1]
    assert last.payload["what"].startswith("the time.time, between two calls")
    assert last.meta["times"] == 2


def test_nothing_is_recorded_that_was_not_asked_for(tmp_path: Path) -> None:
    with record.run(tmp_path / "run.rlog"):
        time.time()
        uuid.uuid4()
        tell("x")
    assert not any(DRAWN in event.meta for event in events(tmp_path / "run.rlog"))
