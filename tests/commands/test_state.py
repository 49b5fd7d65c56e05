"""state: at any position, whole or in part, and whether it is to be trusted."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from replay_gui import EventLog, Recorder, ReplayEngine
from tests.helpers.logs import damage, write_log
from tests.helpers.paths import VECTORS
from tests.helpers.reference import reference

CASES: dict[str, dict[str, Any]] = json.loads((VECTORS / "cases.json").read_text("utf-8"))
READABLE = sorted(name for name, case in CASES.items() if case["exit"] != 2)


@pytest.mark.parametrize("name", READABLE)
def test_final_state_hash_of_a_vector(name: str, command: Any) -> None:
    case = CASES[name]
    result = command("state", VECTORS / f"{name}.rlog", "--at", case["events"], "--json")
    assert result.code == 0
    assert list(result.object) == ["position", "state", "state_hash", "trusted"]
    assert result.object["state_hash"] == case["state_hash"]
    assert result.object["trusted"] == (case["state_hash"] is not None and not case["failures"] + case["mismatches"])
    assert (result.err == "") == result.object["trusted"]


@pytest.mark.parametrize("name", [*READABLE[::6], "every-kind", "names-with-dots", "pointers", "reducer-foreign"])
def test_states_are_those_of_the_independent_reader(name: str, command: Any) -> None:
    path, events = VECTORS / f"{name}.rlog", CASES[name]["events"]
    for position in {0, 1, events // 2, events}:
        found = command("state", path, "--at", position, "--json").object
        assert found["state"] == json.loads(json.dumps(reference.plain(reference.state_at(str(path), position))))
        assert found["position"] == position


def test_every_position_is_what_the_engine_says(command: Any, tmp_path: Path) -> None:
    path = write_log(tmp_path / "run.rlog", turns=3)
    with EventLog.open(path) as log:
        engine = ReplayEngine(log)
        for position in range(len(log) + 1):
            assert command("state", path, "--at", position, "--json").object["state"] == engine.seek(position)


def test_values_that_json_lacks(command: Any, tmp_path: Path) -> None:
    path = tmp_path / "run.rlog"
    with Recorder(path, "a", "1") as run:
        run.memory_write("raw", b"\x00\xff")
        run.memory_write("odd", [math.nan, math.inf, -math.inf, 2**63])
    memory = command("state", path, "--at", 3, "--path", "/memory", "--json").object["state"]
    odd = [{"$float": "nan"}, {"$float": "inf"}, {"$float": "-inf"}, 2**63]
    assert memory == {"odd": odd, "raw": {"$bytes": "AP8="}}


def test_a_path_leads_into_the_state(command: Any, tmp_path: Path) -> None:
    path = tmp_path / "run.rlog"
    with Recorder(path, "a", "1") as run:
        run.memory_write("a/b~c", [10, {"x": "y"}])
    for pointer, value in {
        "/memory/a~1b~0c/0": 10,
        "/memory/a~1b~0c/1/x": "y",
        "/memory/a~1b~0c/1": {"x": "y"},
    }.items():
        assert command("state", path, "--at", 2, "--path", pointer, "--json").object["state"] == value
        assert json.loads(command("state", path, "--at", 2, "--path", pointer).out) == value


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--at", 999], "no position 999: the log has 41 events"),
        (["--at", -1], "'-1' is not a position"),
        (["--at", "1.5"], "'1.5' is not a position"),
        (["--at", 41, "--path", "/agent/nobody"], "/agent has no member 'nobody'"),
        (["--at", 41, "--path", "/agent/config/tools/2"], "has 2 items, counted from 0, and no item '2'"),
        (["--at", 41, "--path", "/agent/config/tools/01"], "no item '01'"),
        (["--at", 41, "--path", "/agent/type/x"], "is neither a map nor a list"),
        (["--at", 41, "--path", "agent"], "begins with /"),
        (["--at", 41, "--path", "/agent~2"], "is not a JSON Pointer"),
        ([], "--at"),
    ],
)
def test_what_cannot_be_answered(command: Any, vectors: Path, arguments: list[object], why: str) -> None:
    result = command("state", vectors / "valid.rlog", *arguments)
    assert (result.code, result.out) == (2, "")
    assert why in result.err
    assert len(result.err.splitlines()) == 1


def test_a_damaged_log_says_from_where_its_state_is_untrusted(command: Any, tmp_path: Path) -> None:
    path = write_log(tmp_path / "run.rlog")
    damage(path)
    broken = command("verify", path, "--json").object["failures"][0]["position"]
    before = command("state", path, "--at", broken, "--json")
    after = command("state", path, "--at", broken + 1, "--json")
    assert (before.object["trusted"], before.err) == (True, "")
    assert after.object["trusted"] is False
    assert f"this state is untrusted: event {broken + 1}: " in after.err
    assert after.code == 0


def test_people_see_no_hostile_text(command: Any, tmp_path: Path) -> None:
    path = tmp_path / "run.rlog"
    with Recorder(path, "a", "1") as run:
        run.memory_write("k\x1b[2J\u202e", "one\ntwo\x7f\x9b31m\u2028 schön")
    result = command("state", path, "--at", 2)
    assert all(line.isprintable() for line in result.out.splitlines())
    assert json.loads(result.out)["memory"] == {"k\x1b[2J\u202e": "one\ntwo\x7f\x9b31m\u2028 schön"}
    assert "schön" in result.out
