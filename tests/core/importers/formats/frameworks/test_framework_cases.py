"""Small inputs of frameworks that were read wrongly once, each with its right value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.importers.conversion import convert
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.replay_engine import ReplayEngine
from tests.helpers.foreign import read_all
from tests.helpers.importers.case_runs import answered, calls, read, results, said, tokens
from tests.helpers.paths import CASES


@pytest.mark.parametrize("name", ["temporal-child-failed", "temporal-http-api", "temporal-reverse"])
def test_a_child_workflow_that_failed(name: str) -> None:
    run = read(f"{name}/history.json", "temporal")
    child, workflow = run.of("Error")
    assert child.payload["message"] == workflow.payload["message"] == "SendInvoice failed: mail server refused"
    assert (child.payload["component"], workflow.payload["component"]) == ("SendInvoice", "workflow")
    (end,) = run.of("x:end")
    assert end.payload == {"how": "crash", "why": "SendInvoice failed: mail server refused"}
    assert [event.meta["event_id"] for event in run.events[:-1]] == ["1", "2", "3", "4", "5"]


def test_the_shapes_of_a_history_are_the_same_run() -> None:
    names = ("temporal-child-failed", "temporal-http-api", "temporal-reverse")
    runs = [read_all(CASES / name / "history.json")[0] for name in names]
    contents = [[(event.kind, event.payload) for event in run.events] for run in runs]
    assert contents[0] == contents[1] == contents[2]


def state_at(path: Path, folder: Path, position: int) -> Any:
    (made, *_) = convert(path, folder)
    with EventLog.open(made.path) as log:
        return ReplayEngine(log).seek(position)


def test_channels_that_are_kept_as_deltas(tmp_path: Path) -> None:
    path = CASES / "langgraph-delta-channel" / "a.sqlite"
    run = read("langgraph-delta-channel/a.sqlite", "langgraph")
    assert (said(run), calls(run), results(run)) == (
        ["Weather in Kiel?"],
        [("get_weather", {"city": "Kiel"})],
        [("get_weather", "9", True)],
    )
    assert tokens(run) == {"input": 50, "output": 12}
    for position, count in ((2, 0), (3, 1), (4, 1), (5, 2), (6, 2), (7, 3)):
        channels = state_at(path, tmp_path / str(position), position)["channels"]
        assert len(channels.get("messages", [])) == count
    assert channels["todos"] == ["x"]
    assert [message["kwargs"]["content"] for message in channels["messages"]] == ["Weather in Kiel?", "", "9"]


def test_errors_are_told_and_ids_are_not_compared() -> None:
    one, two = (read(f"langgraph-ids-and-error/{name}.sqlite", "langgraph") for name in "ab")
    assert said(one) == ["hi"]
    (error,) = one.of(Kind.ERROR)
    assert (error.payload["error_type"], error.payload["message"]) == ("ValueError", "ValueError('no key')")
    assert one.of("x:end")[0].payload == {"how": "crash", "why": "ValueError('no key')"}
    assert [event.payload for event in one.events] == [event.payload for event in two.events]


def test_a_database_in_a_read_only_folder(tmp_path: Path) -> None:
    """It opens, and no file is left beside it (root may write anywhere: the folder's listing is what is checked)."""
    path = tmp_path / "folder" / "checkpoints.sqlite"
    path.parent.mkdir()
    path.write_bytes((CASES / "langgraph-wal" / "checkpoints.sqlite").read_bytes())
    path.parent.chmod(0o500)
    (run,) = read_all(path)
    assert (said(run), calls(run)) == (["Weather in Kiel?"], [("get_weather", {"city": "Kiel"})])
    assert [one.name for one in path.parent.iterdir()] == ["checkpoints.sqlite"]
    path.parent.chmod(0o700)


def test_two_equal_epochs_are_the_same() -> None:
    one, two = read_all(CASES / "inspect-epoch-ids" / "log.json")
    assert [(event.kind, event.payload) for event in one.events] == [
        (event.kind, event.payload) for event in two.events
    ]
    assert answered(one) == ["2"]
    assert one.of("x:expected")[0].payload == {"data": "2"}
    assert one.of("x:outcome")[0].payload == {
        "passed": True, "score": 1.0, "by": "Inspect scorer s", "expected": "2", "label": "C"
    }  # fmt: skip


def test_a_sample_whose_id_has_a_slash() -> None:
    (run,) = read_all(CASES / "inspect-sample-id-slash" / "log.eval")
    assert "/" in str(run.run.source["id"])
    assert len(run.of("x:outcome")) == 1


def test_a_crew_that_failed_after_a_call_without_a_start(tmp_path: Path) -> None:
    at = "2026-01-01T00:00:0{}"
    records = [
        {"type": "crew_kickoff_started", "timestamp": at.format(0), "crew_name": "c"},
        {
            "type": "tool_usage_error",
            "timestamp": at.format(1),
            "tool_name": "f",
            "tool_args": {"a": 1},
            "error": "boom",
        },
        {"type": "crew_kickoff_failed", "timestamp": at.format(2), "error": "no"},
    ]
    path = tmp_path / "crew.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    (run,) = read_all(path)
    assert run.kinds[2:] == ["ToolRequest", "ToolResponse", "Error", "Error", "x:end"]
    assert (run.tools(), run.events[-1].payload) == ({"f": 1}, {"how": "crash", "why": "no"})
