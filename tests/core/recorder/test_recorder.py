"""The recorder writes what it is told, event by event, and leaves a log that opens however it is ended."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from replay_gui import EventLog, Recorder
from replay_gui.core.errors import EventInvalid, LogRefused
from replay_gui.core.log.chain import patch_hash, request_hash
from replay_gui.core.log.kinds import KINDS
from replay_gui.core.verification.verify_log import verify


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.rlog"


def test_every_kind(path: Path) -> None:
    with Recorder(path, "triage", "1.0", {"m": 1}, run_id="r", created=1000) as run:
        run.state_transition("start", "plan", time=1001)
        call = run.tool_request("search", {"q": (1, 2)}, tool_version="2", capabilities=["net"], time=1002, tokens=5)
        run.tool_response(call, [1], time=1010)
        run.capability_denied("net", "shell", "no", time=1011)
        run.observation("message", "user", "hi", time=1012)
        run.decision("plan", {"a": 1}, "why", time=1013)
        run.memory_write("k", 1, time=1014)
        run.memory_read("k", 1, time=1015)
        run.memory_delete("k", time=1016)
        patch = run.patch_proposal("diff", "f", ["+a"], time=1017)
        run.patch_applied(patch, time=1018)
        run.patch_rejected(patch, "bad", "test", time=1019)
        run.error("E", "m", "c", recoverable=False, time=1020)
        run.snapshot("mine", id="s1", time=1021)
        assert run.append("x:own", {"a": 1}, parent=0, time=1022) == 15
        assert (run.count, run.run_id) == (16, "r")
        run.seal(2000)
    with EventLog.open(path) as log:
        report = verify(log)
        events = list(log)
    assert (report.verdict, report.seal, report.state_hashes_checked) == ("VALID", "good", 16)
    assert {event.kind for event in events} == {*KINDS, "x:own"}
    assert [event.time for event in events[:4]] == [1000, 1001, 1002, 1010]
    request, response = events[2], events[3]
    assert request.payload == {
        "tool_name": "search",
        "tool_version": "2",
        "input": {"q": [1, 2]},
        "capabilities": ["net"],
    }
    assert request.meta["tokens"] == 5
    assert response.payload["request_hash"] == request_hash("search", "2", {"q": [1, 2]})
    assert (response.parent, response.duration) == (2, 8)
    assert events[10].payload["patch_hash"] == patch_hash("diff", "f", ["+a"])
    assert (events[11].parent, events[12].parent, events[15].parent) == (10, 10, 0)
    assert events[0].event_id == "r:0"
    assert str(response) == "r:3 ToolResponse search"


def test_what_a_grader_says_stands_at_the_end(path: Path) -> None:
    with Recorder(path, "triage", "1.0", run_id="r", created=1000) as run:
        run.outcome(passed=False, score=0.5, by="unit tests", parts=[{"name": "t1", "passed": False}], time=1001)
        run.outcome(passed=None, score=3, by="a reader", time=1002)
        run.seal(2000)
    with EventLog.open(path) as log:
        first, second = list(log)[1:]
    assert (first.kind, first.time) == ("x:outcome", 1001)
    assert first.payload == {
        "passed": False,
        "score": 0.5,
        "by": "unit tests",
        "parts": [{"name": "t1", "passed": False}],
    }
    assert second.payload == {"passed": None, "score": 3, "by": "a reader"}


def test_without_a_time_the_clock_is_taken(path: Path) -> None:
    with Recorder(path, "t", "1") as run:
        call = run.tool_request("search", 1)
        run.tool_response(call, 2)
    with EventLog.open(path) as log:
        times = [event.time for event in log]
        assert None not in times
        assert times == sorted(times)  # type: ignore[type-var]
        assert log.header.created == times[0]
        duration = log[2].duration
        assert duration is not None
        assert duration >= 0


def test_runs_have_ids_of_their_own(tmp_path: Path) -> None:
    ids = set()
    for n in range(3):
        run = Recorder(tmp_path / f"{n}.rlog", "t", "1")
        ids.add(run.run_id)
        run.close()
    assert len(ids) == 3


def test_a_config_that_cannot_be_written_lets_go_of_the_file(path: Path) -> None:
    with pytest.raises(EventInvalid):
        Recorder(path, "t", "1", {"bad": object()})
    Recorder.resume(path).close()


def test_resume(path: Path) -> None:
    run = Recorder(path, "t", "1", run_id="r")
    run.close()
    with pytest.raises(LogRefused, match="exists already"):
        Recorder(path, "t", "1")
    with Recorder.resume(path) as again:
        assert (again.count, again.run_id) == (1, "r")
        again.memory_write("k", 1)
    with EventLog.open(path) as log:
        assert verify(log).line == "Verification: 2/2 events verified, 0 failures, 0 mismatches - VALID"
    with pytest.raises(LogRefused, match="sealed"):
        Recorder.resume(path)


AGENT = """
import sys
from replay_gui import Recorder
run = Recorder(sys.argv[1], "t", "1", fsync=False)
n = 0
while True:
    print(run.memory_write(f"k{n % 50}", {"n": n, "text": "t" * (n % 3000)}), flush=True)
    n += 1
"""


def kill_at_some_moment(path: Path, generator: random.Random) -> None:
    """Lets an agent record, kills it in the middle of its work, and looks at what it left."""
    child = subprocess.Popen([sys.executable, "-c", AGENT, str(path)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    with child.stdout as text:
        heard = [text.readline() for _ in range(generator.randrange(1, 400))]
        os.kill(child.pid, signal.SIGKILL)
        heard += text.readlines()
    child.wait()
    acknowledged = max((int(line) for line in heard if line.endswith(b"\n")), default=0)
    with EventLog.open(path) as log:
        report = verify(log)
        assert report.verdict == "VALID"
        assert report.events > acknowledged
        assert [event.payload["value"]["n"] for event in log if event.kind == "MemoryWrite"] == list(
            range(report.events - 1)
        )
    with Recorder.resume(path) as again:
        again.memory_write("after", 1)
    with EventLog.open(path) as log:
        report = verify(log)
        assert (report.verdict, report.seal) == ("VALID", "good")


def test_a_killed_recorder_leaves_a_log_with_every_acknowledged_event(tmp_path: Path) -> None:
    generator = random.Random(7)
    for n in range(8):
        kill_at_some_moment(tmp_path / f"{n}.rlog", generator)


@pytest.mark.long
def test_a_recorder_killed_two_hundred_times(tmp_path: Path) -> None:
    generator = random.Random(8)
    for n in range(200):
        kill_at_some_moment(tmp_path / f"{n}.rlog", generator)
