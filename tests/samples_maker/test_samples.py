"""The bundled samples are what the agent's real runs give, and what they are said to be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from replay_gui.core.log.event import Event
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.verification.verify_log import verify
from replay_gui.samples import (
    DAMAGED,
    DAMAGED_EVENT,
    OTHERWISE,
    RECORDED,
    REFERENCE,
    RERUN,
    SAMPLES,
    BundledSample,
    write_samples,
)
from tests.helpers.paths import ROOT

_CHECKOUT = ROOT
LOGS = [log for sample in SAMPLES for log in sample.logs]
_MAKE = (
    "import sys, pathlib; from tests.samples_maker.making import make_samples; make_samples(pathlib.Path(sys.argv[1]))"
)


def _events(sample: BundledSample) -> list[Event]:
    with EventLog.open(sample.path) as log:
        return list(log)


@pytest.fixture(scope="module")
def reference() -> list[Event]:
    return _events(REFERENCE)


@pytest.fixture(scope="module")
def otherwise() -> list[Event]:
    return _events(OTHERWISE)


def test_what_is_bundled_is_what_is_made_now(tmp_path: Path) -> None:
    """Byte for byte; in another process, whose strings hash otherwise."""
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "TZ": "Asia/Kolkata"}
    subprocess.run([sys.executable, "-c", _MAKE, str(tmp_path)], env=environment, cwd=_CHECKOUT, check=True)
    root = REFERENCE.path.parent
    for log in [log for sample in SAMPLES if sample is not RECORDED for log in sample.logs]:
        assert (tmp_path / log.relative_to(root)).read_bytes() == log.read_bytes(), log


def test_write_samples_replaces_what_is_there(tmp_path: Path) -> None:
    old = tmp_path / "new folder" / DAMAGED.file
    old.parent.mkdir()
    old.write_bytes(b"something else")
    assert write_samples(old.parent) == [old.parent / log.relative_to(REFERENCE.path.parent) for log in LOGS]
    assert old.read_bytes() == DAMAGED.path.read_bytes()


def test_the_samples_are_small() -> None:
    assert sum(log.stat().st_size for log in LOGS) < 3_000_000


def test_the_reference_has_what_an_agent_does(reference: list[Event]) -> None:
    assert len(reference) == 1523
    kinds = {event.kind for event in reference}
    assert kinds >= {
        "AgentInit", "StateTransition", "ToolRequest", "ToolResponse", "CapabilityDenied", "Observation", "Decision",
        "MemoryWrite", "MemoryRead", "PatchProposal", "PatchApplied", "PatchRejected", "Error", "Snapshot",
    }  # fmt: skip
    tools = {event.tool for event in reference if event.kind == "ToolRequest"}
    assert tools == {"search", "query_db", "read_file", "write_file", "list_dir", "run_tests", "read_clock"}
    assert all(event.state_hash is not None for event in reference)


def test_it_takes_about_six_minutes_and_time_never_runs_back(reference: list[Event]) -> None:
    times = [event.time or 0 for event in reference]
    assert times == sorted(times)
    assert 300 < (times[-1] - times[0]) / 1e9 < 420


def test_calls_overlap_and_answers_name_their_request(reference: list[Event]) -> None:
    open_calls, most = 0, 0
    for event in reference:
        open_calls += {"ToolRequest": 1, "ToolResponse": -1}.get(event.kind, 0)
        most = max(most, open_calls)
        if event.kind == "ToolResponse":
            assert event.parent is not None
            request = reference[event.parent]
            assert (request.kind, request.tool) == ("ToolRequest", event.tool)
            assert request.time is not None
            assert event.time == request.time + (event.duration or 0)
    assert open_calls == 0
    assert most >= 3


def test_only_what_comes_in_has_no_cause(reference: list[Event]) -> None:
    assert {event.kind for event in reference if event.parent is None} == {"AgentInit", "Observation"}


def test_people_do_not_read_the_same_thing_again_and_again(reference: list[Event]) -> None:
    listed = [event.payload["reasoning"] or event.payload["data"] for event in reference if event.kind == "Decision"]
    assert len(set(listed)) > 0.75 * len(listed)


def test_the_rerun_has_equal_contents_and_nothing_else_in_common(reference: list[Event]) -> None:
    rerun = _events(RERUN)
    assert [event.content for event in rerun] == [event.content for event in reference]
    assert [event.state_hash for event in rerun] == [event.state_hash for event in reference]
    assert all(a.time != b.time and a.event_id != b.event_id for a, b in zip(rerun, reference, strict=True))
    assert sum(a.duration == b.duration for a, b in zip(rerun, reference, strict=True) if a.duration) < 20


def test_the_other_run_first_differs_where_search_answered_otherwise(
    reference: list[Event], otherwise: list[Event]
) -> None:
    first = next(n for n, (a, b) in enumerate(zip(reference, otherwise, strict=False)) if a.content != b.content)
    a, b = reference[first], otherwise[first]
    assert 400 <= first <= 430
    assert (a.kind, a.tool, b.kind, b.tool) == ("ToolResponse", "search") * 2
    assert a.payload["request_hash"] == b.payload["request_hash"]
    assert a.payload["output"] != b.payload["output"]


def test_the_other_run_goes_astray_and_comes_back(reference: list[Event], otherwise: list[Event]) -> None:
    common = {event.content for event in reference}
    rejected = [event for event in otherwise if event.kind == "PatchRejected" and event.content not in common]
    assert rejected
    assert len(otherwise) > len(reference)
    tail = 10
    assert [event.content for event in otherwise[-tail:]] == [event.content for event in reference[-tail:]]
    clocks = [
        [event.content for event in run if event.kind == "ToolResponse" and event.tool == "read_clock"]
        for run in (reference, otherwise)
    ]
    assert len(clocks[0]) == len(clocks[1])
    assert sum(a != b for a, b in zip(*clocks, strict=True)) > 5


def test_the_damage_is_one_bit_of_one_content(reference: list[Event]) -> None:
    whole, damaged = REFERENCE.path.read_bytes(), DAMAGED.path.read_bytes()
    changed = [(a, b) for a, b in zip(whole, damaged, strict=True) if a != b]
    assert len(changed) == 1
    assert (changed[0][0] ^ changed[0][1]).bit_count() == 1
    events = _events(DAMAGED)
    differing = [n for n, (a, b) in enumerate(zip(reference, events, strict=True)) if a.content != b.content]
    assert differing == [DAMAGED_EVENT]
    assert events[DAMAGED_EVENT].problem is None
    assert f"event {DAMAGED_EVENT + 1} " in DAMAGED.about  # as the verdict says it


EXPECTED = {REFERENCE.file: [], RERUN.file: [], OTHERWISE.file: [], DAMAGED.file: [DAMAGED_EVENT]}


@pytest.mark.parametrize("sample", [REFERENCE, RERUN, OTHERWISE, DAMAGED], ids=lambda sample: sample.file)
def test_verdicts(sample: BundledSample) -> None:
    with EventLog.open(sample.path) as log:
        report = verify(log)
    assert [finding.index for finding in report.failures] == EXPECTED[sample.file]
    assert (report.mismatches, report.seal, report.state_hashes_checked) == ((), "good", report.events)
    assert report.verdict == ("INVALID" if EXPECTED[sample.file] else "VALID")
