"""events: every event, those of a range, a kind, a tool."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from replay_gui import EventLog, Recorder
from replay_gui.cli import main
from tests.helpers.logs import write_log
from tests.helpers.paths import VECTORS

CASES: dict[str, dict[str, Any]] = json.loads((VECTORS / "cases.json").read_text("utf-8"))
MEMBERS = ["position", "event_id", "seq", "parent", "kind", "time", "payload", "meta", "state_hash", "hash"]


@pytest.mark.parametrize("name", sorted(name for name, case in CASES.items() if case["exit"] != 2))
def test_every_record_of_a_vector_is_an_event(name: str, command: Any) -> None:
    result = command("events", VECTORS / f"{name}.rlog", "--json")
    assert result.code == 0
    assert [event["position"] for event in result.objects] == list(range(CASES[name]["events"]))
    assert all(list(event) == MEMBERS for event in result.objects)
    assert len(command("events", VECTORS / f"{name}.rlog").out.splitlines()) == CASES[name]["events"]


def test_members_are_what_was_recorded(command: Any, tmp_path: Path) -> None:
    path = tmp_path / "run.rlog"
    with Recorder(path, "a", "1", run_id="r", created=5) as run:
        call = run.tool_request("search", {"b": b"\x01", "a": 1}, time=7)
        run.tool_response(call, None, time=9, cost=0.5)
    request, response = command("events", path, "--json", "--from", 1).objects
    assert request["payload"]["input"] == {"a": 1, "b": {"$bytes": "AQ=="}}
    assert list(request["payload"]["input"]) == ["a", "b"]
    assert (response["position"], response["event_id"], response["seq"]) == (2, "r:2", 2)
    assert (response["parent"], response["kind"], response["time"]) == (1, "ToolResponse", 9)
    assert response["meta"] == {"cost": 0.5, "duration": 2, "parent": 1, "seq": 2, "time": 9}
    with EventLog.open(path) as log:
        recorded = log[2]
    assert recorded.hash is not None
    assert recorded.state_hash is not None
    assert (response["hash"], response["state_hash"]) == (recorded.hash.hex(), recorded.state_hash.hex())


def places(command: Any, path: Path, *arguments: object) -> list[int]:
    return [event["position"] for event in command("events", path, "--json", *arguments).objects]


def test_a_range_is_what_lies_between_two_positions(command: Any, tmp_path: Path) -> None:
    path = write_log(tmp_path / "run.rlog", turns=2)  # 11 events
    assert places(command, path, "--from", 3, "--to", 5) == [3, 4]
    assert places(command, path, "--to", 2) == [0, 1]
    assert places(command, path, "--from", 9) == [9, 10]
    assert places(command, path, "--from", 11) == []
    assert places(command, path, "--from", 4, "--to", 4) == []
    assert places(command, path, "--to", 99) == list(range(11))


def test_a_range_that_is_none(command: Any, tmp_path: Path) -> None:
    path = write_log(tmp_path / "run.rlog", turns=2)
    beyond = command("events", path, "--from", 12)
    assert (beyond.code, beyond.out) == (2, "")
    assert "no position 12: the log has 11 events" in beyond.err
    assert command("events", path, "--from", 5, "--to", 4).code == 2


def test_filters(command: Any, tmp_path: Path) -> None:
    path = write_log(tmp_path / "run.rlog", turns=2)
    assert places(command, path, "--kind", "Decision") == [2, 7]
    assert places(command, path, "--tool", "search") == [8, 9]
    assert places(command, path, "--tool", "search", "--kind", "ToolResponse") == [9]
    assert places(command, path, "--kind", "Decision", "--kind", "Observation", "--to", 3) == [1, 2]
    assert command("events", path, "--kind", "Nothing") == command("events", path, "--tool", "none")
    assert command("events", path, "--kind", "Nothing").code == 0


def test_a_line_tells_people_what_happened(command: Any, tmp_path: Path) -> None:
    path = write_log(tmp_path / "run.rlog", turns=1)
    lines = command("events", path).out.splitlines()
    assert [line.split()[0] for line in lines] == ["1", "2", "3", "4", "5", "6"]
    assert "2023-11-14 22:13:23.000  read_file →" in lines[3]
    assert lines[3].endswith("q0")


def test_people_see_no_hostile_text(command: Any, tmp_path: Path) -> None:
    path = tmp_path / "run.rlog"
    with Recorder(path, "a", "1") as run:
        run.append("x:\x1b[31m\nfake", {"\u202ekey": "\x9b2J"})
        run.tool_request("tool\r\x07", "in\u2066put\nsecond")
    for arguments in ([], ["--json"]):
        result = command("events", path, *arguments)
        assert len(result.out.splitlines()) == 3
        assert all(line.isprintable() for line in result.out.splitlines())


def test_times_that_no_calendar_has(command: Any, tmp_path: Path) -> None:
    path = tmp_path / "run.rlog"
    with Recorder(path, "a", "1", created=2**64 - 1) as run:
        run.memory_write("k", 1, time=0)
    assert command("events", path).code == 0
    assert [event["time"] for event in command("events", path, "--json").objects] == [2**64 - 1, 0]


def test_a_long_log_is_never_held_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_log(tmp_path / "run.rlog", turns=1500, state_hash_every=0)
    main(["events", str(path), "--to", "1"])
    with Path(tmp_path, "out").open("w") as out:
        monkeypatch.setattr("sys.stdout", out)
        tracemalloc.start()
        assert main(["events", str(path), "--json"]) == 0
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert path.stat().st_size > 1 << 20
    assert peak < 4 << 20  # a block and its records, whatever the log's length; all records would be 9 MB
