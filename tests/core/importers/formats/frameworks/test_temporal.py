from __future__ import annotations

import base64
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.formats.frameworks.temporal import normalised
from tests.helpers.foreign import Read, read_all, real_files, written


def payloads(*values: Any, encoding: str = "json/plain") -> dict[str, Any]:
    name = base64.b64encode(encoding.encode()).decode()
    data = [base64.b64encode(json.dumps(value).encode()).decode() for value in values]
    return {"payloads": [{"metadata": {"encoding": name}, "data": one} for one in data]}


def read(folder: Path, *events: tuple[str, dict[str, Any]]) -> Read:
    """A history: (type, attributes), one a second."""
    found = []
    for number, (kind, attributes) in enumerate(events, 1):
        time = f"2022-08-17T16:27:{number:02}.000Z"
        head = {"eventId": str(number), "eventTime": time, "eventType": kind, "taskId": str(1000 + number)}
        found.append({**head, "someEventAttributes": attributes})
    (one,) = read_all(written(folder, {"events": found}))
    assert one.format == "temporal"
    return one


STARTED = (
    "WorkflowExecutionStarted",
    {"workflowType": {"name": "Hello"}, "input": payloads({"a": 1}), "identity": "me"},
)


def scheduled(name: str, *given: Any) -> tuple[str, dict[str, Any]]:
    return "EVENT_TYPE_ACTIVITY_TASK_SCHEDULED", {"activityType": {"name": name}, "input": payloads(*given)}


def test_names_of_both_forms_are_the_same() -> None:
    assert (
        normalised("EVENT_TYPE_WORKFLOW_TASK_STARTED") == normalised("WorkflowTaskStarted") == "WORKFLOW_TASK_STARTED"
    )


def test_payloads_are_decoded_and_what_is_volatile_is_set_aside(tmp_path: Path) -> None:
    (init,) = read(tmp_path, STARTED).events
    assert init.payload == {"agent_type": "Hello", "agent_version": "", "config": {"input": {"a": 1}}}
    assert init.meta["fields"] == {"identity": "me"}
    assert init.meta["task_id"] == "1001"


def test_an_activity_is_a_call(tmp_path: Path) -> None:
    one = read(
        tmp_path,
        STARTED,
        scheduled("say", "x", 2),
        ("ActivityTaskCompleted", {"scheduledEventId": "2", "startedEventId": "9", "result": payloads("hello")}),
        scheduled("say"),
        ("ActivityTaskFailed", {"scheduledEventId": "4", "failure": {"message": "no"}}),
    )
    assert one.kinds == ["AgentInit", "ToolRequest", "ToolResponse", "ToolRequest", "ToolResponse", "Error"]
    assert one.events[1].payload["input"] == ["x", 2]
    assert (one.events[2].payload["output"], one.events[2].meta["parent"]) == ("hello", 1)
    assert one.events[2].meta["duration"] == 1_000_000_000
    assert (one.events[4].payload["error"], one.events[5].payload["message"]) == ("no", "no")


def test_what_a_model_was_asked_and_said_is_a_decision(tmp_path: Path) -> None:
    answer = ("ActivityTaskCompleted", {"scheduledEventId": "2", "result": payloads({"output": []})})
    one = read(tmp_path, STARTED, scheduled("invoke_model_activity", {"input": "?"}), answer)
    assert one.kinds == ["AgentInit", "x:temporal/model-request", "Decision"]
    assert (one.events[2].payload["data"], one.events[2].meta["parent"]) == ({"output": []}, 1)


def test_other_events_are_kept(tmp_path: Path) -> None:
    one = read(
        tmp_path,
        STARTED,
        ("WorkflowExecutionSignaled", {"signalName": "go", "input": payloads(1)}),
        ("MarkerRecorded", {"markerName": "Version"}),
        ("EVENT_TYPE_WORKFLOW_TASK_FAILED", {"cause": "WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR"}),
        ("WorkflowExecutionContinuedAsNew", {}),
        ("EVENT_TYPE_TIMER_FIRED", {"timerId": "1", "odd": payloads(1, encoding="secret/1")}),
    )
    assert one.kinds[1:] == ["Observation", "MemoryWrite", "Error", "Snapshot", "x:temporal/timer-fired"]
    assert "NON_DETERMINISTIC" in one.events[3].payload["message"]
    assert one.run.notes.sentences() == ("payloads in an encoding that is not JSON, kept as they are: 1",)


@pytest.mark.parametrize("path", real_files("temporal"), ids=lambda path: path.stem)
def test_real_histories_lose_nothing(path: Path) -> None:
    """Counted from the source: an event a history event, a call or a Decision an activity."""
    (one,) = read_all(path)
    types = Counter(normalised(event["eventType"]) for event in json.loads(path.read_text())["events"])
    assert len(one.events) == types.total() + len(one.of("Error"))
    asked = one.tools().total() + one.kinds.count("x:temporal/model-request")
    assert asked == types["ACTIVITY_TASK_SCHEDULED"]
    assert one.run.notes.sentences() == ()


def test_the_real_pair_differs_in_the_workflows_input_alone() -> None:
    pair = [
        path for path in real_files("temporal") if path.stem.startswith("test_replayer_") and "history" in path.stem
    ]
    if len(pair) != 2:
        pytest.skip("the real files are not at hand")
    (one,), (two,) = map(read_all, pair)
    differing = [a.payload != b.payload for a, b in zip(one.events, two.events, strict=True)]
    assert [place for place, differs in enumerate(differing) if differs] == [0]


@pytest.mark.parametrize("path", real_files("temporal", "*.bin"), ids=lambda path: path.stem)
def test_the_binary_form_is_refused_in_words(path: Path) -> None:
    with pytest.raises(ImportRefused, match="export it as JSON"):
        read_all(path)
