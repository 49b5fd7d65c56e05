"""Times are recorded where it is asked for, and answered again from the log."""

from __future__ import annotations

import copy
import datetime
import pickle
import time
import uuid
from pathlib import Path
from typing import Any

import msgspec
import pytest

from replay_gui import record
from replay_gui.record.surroundings.drawn_values import DRAWN, MAX_DRAWN
from tests.record.run_twice import events, recorded_and_again, tell

REAL_DATETIME = datetime.datetime


@record.tool
def timed() -> float:
    return time.time()


def test_times_are_answered_as_they_were_read(tmp_path: Path) -> None:
    def agent() -> list[Any]:
        times = [time.time(), time.time_ns(), time.monotonic(), time.perf_counter()]
        days = [datetime.datetime.now(), datetime.datetime.now(datetime.UTC), datetime.datetime.today()]
        days += [datetime.datetime.utcnow(), datetime.datetime.combine(datetime.date.today(), datetime.time())]
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


class Moment(datetime.datetime):
    """A class of an agent's own."""


class Ticket(msgspec.Struct):
    opened: datetime.datetime


@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow")  # deprecated from Python 3.12 on
def test_the_class_stays_what_it_is(tmp_path: Path) -> None:
    with record.run(tmp_path / "run.rlog", also=["clock"]):
        now = datetime.datetime.now()
        made = Moment.now(datetime.UTC)
        ticket = msgspec.json.decode(b'{"opened": "2026-01-02T00:00:00Z"}', type=Ticket)
        tell(str(datetime.datetime.utcnow()))
    assert datetime.datetime is REAL_DATETIME
    assert (type(now), type(made), ticket.opened.year) == (REAL_DATETIME, Moment, 2026)
    assert pickle.loads(pickle.dumps(now)) == copy.deepcopy(now) == now
    assert datetime.datetime.utcnow().tzinfo is None
    assert abs(datetime.datetime.now(datetime.UTC) - made) < datetime.timedelta(minutes=1)


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
