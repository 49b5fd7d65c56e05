from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from replay_gui.core.importers.conversion import convert
from replay_gui.core.importers.formats.frameworks.omen import BROKEN_RULES, WRONG_HASHES, payload_hash
from replay_gui.core.importers.imported_run import MAX_LISTED_FAILURES
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.verification.foreign_verification import build_foreign_report
from replay_gui.core.verification.verification_report import VerificationReport
from tests.helpers.foreign import Read, read_all
from tests.helpers.importers.omen_events import event

INIT = event(0, "AgentInit", agent_type="a", agent_version="1", config={"z": "1", "b": "2"})
ASKED = event(
    1, "ToolRequest", 0, tool_name="t", tool_version="2", request_hash="h", capabilities=["c"], input='{"q":1}'
)
TOLD = event(
    2, "ToolResponse", 1, tool_name="t", request_hash="h", response_hash="r", output="[1]", success=True, error=None,
    duration_ms=5,
)  # fmt: skip


def read(folder: Path, *events: Any) -> Read:
    path = folder / "events.jsonl"
    path.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in events))
    (one,) = read_all(path)
    assert (one.format, one.run.run_id) == ("oracle.omen", str(2**63 + 1))
    return one


def test_payload_hashes_are_those_of_the_format() -> None:
    init = {"AgentInit": {"config": {}, "agent_version": "1.0.0", "agent_type": "test"}}
    assert payload_hash(init) == "7fe0a2c385eaafc4b6c96f0196a2e3592457c811f1fc601c36a4a75ec01c573c"
    seen = {"Observation": {"source": "test", "data": {}, "obs_type": "test"}}
    assert payload_hash(seen) == "6a18fb51059fc08f216aaef654dd7af293b12cd55be0456b0bcd3d009df66185"


def test_events_keep_their_order_their_parents_and_their_hashes(tmp_path: Path) -> None:
    one = read(tmp_path, INIT, ASKED, TOLD, event(3, "Decision", 2, decision_type="d", data={}, reasoning=None))
    assert one.kinds == ["AgentInit", "ToolRequest", "ToolResponse", "Decision"]
    request, response = one.events[1:3]
    assert (request.payload["input"], request.payload["tool_version"]) == ({"q": 1}, "2")
    assert (response.payload["output"], response.meta["duration"], response.meta["parent"]) == ([1], 5_000_000, 1)
    assert one.events[0].meta["hashes"] == {"payload_hash": INIT["payload_hash"]}
    assert one.run.notes.sentences() == ()


def test_a_payload_that_its_hash_does_not_fit_is_told_of(tmp_path: Path) -> None:
    changed = json.loads(json.dumps(TOLD))
    changed["payload"]["ToolResponse"]["output"] = "[2]"
    assert read(tmp_path, INIT, ASKED, changed).run.notes[WRONG_HASHES] == 1


def test_gaps_other_runs_and_parents_to_come_break_the_rules(tmp_path: Path) -> None:
    other = {**event(1, "Snapshot"), "id": {"run_id": 5, "sequence": 1}}
    ahead = event(1, "Snapshot", 1)
    assert read(tmp_path, INIT, TOLD).run.notes[BROKEN_RULES] == 1
    assert read(tmp_path, INIT, other).run.notes[BROKEN_RULES] == 1
    assert read(tmp_path, INIT, ahead).run.notes[BROKEN_RULES] == 1


def test_custom_kinds_and_garbage_are_kept(tmp_path: Path) -> None:
    custom = {**event(1, "Raw"), "kind": {"Custom": "raw"}}
    one = read(tmp_path, INIT, custom, "garbage")
    assert one.kinds[1:] == ["x:omen/custom", "x:omen/unreadable-line"]


def verdict(folder: Path, *events: Any) -> VerificationReport:
    read(folder, *events)
    path = folder / "events.jsonl"
    (made,) = convert(path, folder / f"{len(list(folder.iterdir()))}.rlog")
    with EventLog.open(made.path) as log:
        return build_foreign_report(str(path), log.header, made.events, made.notes, made.own_hashes)


def test_a_file_is_verified_by_its_own_hashes(tmp_path: Path) -> None:
    report = verdict(tmp_path, INIT, ASKED, TOLD)
    assert (report.verdict, report.origin, report.verified, report.events) == ("VALID", "imported", 3, 3)
    assert report.line == "Verification: 3/3 events verified, 0 failures, 0 mismatches - VALID"
    changed = json.loads(json.dumps(TOLD))
    changed["payload"]["ToolResponse"]["output"] = "[2]"
    report = verdict(tmp_path, INIT, ASKED, changed)
    (failure,) = report.failures
    assert (report.verdict, report.verified, failure.index, failure.event_id) == ("INVALID", 2, 2, f"{2**63 + 1}:2")
    assert (failure.expected, failure.actual) == (changed["payload_hash"], payload_hash(changed["payload"]))
    first_lines = "\n".join(json.dumps(one) for one in (INIT, ASKED))
    assert failure.offset == len(first_lines) + 1


def test_broken_rules_and_lines_that_are_no_events_are_failures(tmp_path: Path) -> None:
    report = verdict(tmp_path, INIT, TOLD, "garbage")
    assert report.verdict == "INVALID"
    assert [failure.index for failure in report.failures] == [1, 2]
    assert "number" in report.failures[0].problem
    assert (report.failures[0].expected, report.failures[0].actual) == ("1", "2")


def test_more_failures_than_a_header_holds_are_counted(tmp_path: Path) -> None:
    report = verdict(tmp_path, INIT, *["garbage"] * (MAX_LISTED_FAILURES + 5))
    assert (len(report.failures), report.unlisted) == (MAX_LISTED_FAILURES, (5, 0))
