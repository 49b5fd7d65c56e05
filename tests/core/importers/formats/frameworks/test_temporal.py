from __future__ import annotations

import base64
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.formats.frameworks.temporal.events import normalised_type
from tests.helpers.foreign import Read, read_all, real_files, written
from tests.helpers.shared_data import MISSING, each_real_file


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
        normalised_type("EVENT_TYPE_WORKFLOW_TASK_STARTED")
        == normalised_type("WorkflowTaskStarted")
        == "WORKFLOW_TASK_STARTED"
    )


def test_payloads_are_decoded_and_what_is_volatile_is_set_aside(tmp_path: Path) -> None:
    init, end = read(tmp_path, STARTED).events
    assert end.payload == {"how": "open", "why": None}
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
    assert one.kinds[:-1] == ["AgentInit", "ToolRequest", "ToolResponse", "ToolRequest", "ToolResponse", "Error"]
    assert one.events[1].payload["input"] == ["x", 2]
    assert (one.events[2].payload["output"], one.events[2].meta["parent"]) == ("hello", 1)
    assert one.events[2].meta["duration"] == 1_000_000_000
    assert (one.events[4].payload["error"], one.events[5].payload["message"]) == ("no", "no")


def test_what_a_model_was_asked_and_said_is_a_decision(tmp_path: Path) -> None:
    answer = ("ActivityTaskCompleted", {"scheduledEventId": "2", "result": payloads({"output": []})})
    one = read(tmp_path, STARTED, scheduled("invoke_model_activity", {"input": "?"}), answer)
    assert one.kinds[:-1] == ["AgentInit", "x:temporal/model-request", "Decision"]
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
    assert one.kinds[1:] == ["Observation", "MemoryWrite", "Error", "Snapshot", "x:temporal/timer-fired", "x:end"]
    assert "NON_DETERMINISTIC" in one.events[3].payload["message"]
    assert one.run.notes.sentences() == ("payloads in an encoding that is not JSON, kept as they are: 1",)


def test_an_answer_of_text_is_a_message_with_its_tokens(tmp_path: Path) -> None:
    item = {"id": "msg_1", "type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hi."}]}
    result = {"output": [item], "usage": {"input_tokens": 31, "output_tokens": 8}, "response_id": "resp_1"}
    answer = ("ActivityTaskCompleted", {"scheduledEventId": "2", "result": payloads(result)})
    (decision,) = read(tmp_path, STARTED, scheduled("invoke_model_activity", {}), answer).of("Decision")
    assert (decision.payload["data"], decision.meta["tokens"]) == ("Hi.", {"input": 31, "output": 8})


def test_activities_that_ran_in_the_worker_are_calls(tmp_path: Path) -> None:
    java = {"type": payloads("greet"), "activityId": payloads("7"), "result": payloads("hello")}
    core = {"data": payloads({"activity_type": "pay", "attempt": 3})}
    one = read(
        tmp_path,
        STARTED,
        ("MarkerRecorded", {"markerName": "LocalActivity", "details": java}),
        (
            "MarkerRecorded",
            {"markerName": "core_local_activity", "details": core, "failure": {"message": "card refused"}},
        ),
    )
    assert one.kinds[1:-1] == ["ToolRequest", "ToolResponse", "ToolRequest", "ToolResponse", "Error"]
    good, failed = one.of("ToolResponse")
    assert (good.payload["tool_name"], good.payload["output"], good.payload["success"]) == ("greet", "hello", True)
    assert (failed.payload["tool_name"], failed.payload["error"]) == ("pay", "card refused")


def test_an_attempt_that_failed_is_told_where_the_next_one_begins(tmp_path: Path) -> None:
    again = {"scheduledEventId": "2", "attempt": 3, "lastFailure": {"message": "connection reset"}}
    (error,) = read(tmp_path, STARTED, scheduled("fetch"), ("ActivityTaskStarted", again)).of("Error")
    assert error.payload["message"] == "attempt 2 failed: connection reset"
    assert error.payload["component"] == "fetch"


@pytest.mark.parametrize(
    ("kind", "attributes", "how", "why"),
    [
        ("WorkflowExecutionCompleted", {}, "answered", "completed"),
        ("WorkflowExecutionFailed", {"failure": {"message": "no"}}, "crash", "no"),
        ("EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT", {}, "timeout", "timed out"),
        ("WorkflowExecutionCanceled", {}, "stopped by user", "canceled"),
        ("WorkflowExecutionTerminated", {"reason": "too dear"}, "stopped by user", "terminated: too dear"),
        ("WorkflowExecutionContinuedAsNew", {}, "handed over", "continued as a new run"),
        ("TimerFired", {}, "open", None),
    ],
)
def test_how_a_workflow_was_closed_is_its_end(
    tmp_path: Path, kind: str, attributes: dict[str, Any], how: str, why: str | None
) -> None:
    (end,) = read(tmp_path, STARTED, (kind, attributes)).of("x:end")
    assert end.payload == {"how": how, "why": why}


def test_one_event_a_line_is_read(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    events = [{"eventId": str(number), "eventType": kind} for number, kind in ((2, "TimerFired"), (1, STARTED[0]))]
    path.write_text("\n".join(json.dumps({**event, "x": {}}) for event in events))
    (one,) = read_all(path)
    assert one.kinds == ["AgentInit", "x:temporal/timer-fired", "x:end"]


def real_histories() -> list[Path]:
    more = [path for folder in ("temporal", "temporal-ui") for path in real_files(f"more/{folder}")]
    return real_files("temporal") + more


def history(path: Path) -> list[dict[str, Any]]:
    document = json.loads(path.read_text())
    if isinstance(document, dict):
        document = document.get("history", document)["events"]
    found: list[dict[str, Any]] = document
    return found


_FAILURES = ("WORKFLOW_TASK_FAILED", "WORKFLOW_EXECUTION_FAILED", "CHILD_WORKFLOW_EXECUTION_FAILED")


IN_WORKFLOW = {"customer-service-workflow-history.json": 2}  # calls of tools without an activity, counted by hand


@each_real_file(real_histories())
def test_real_histories_lose_nothing(path: Path) -> None:
    """Counted from the source: an event a history event, a call or a Decision an activity, an Error a failure."""
    (one,) = read_all(path)
    assert one.format == "temporal"
    events = history(path)
    types = Counter(normalised_type(event["eventType"]) for event in events)
    markers = [event.get("markerRecordedEventAttributes") or {} for event in events]
    local = sum(marker.get("markerName") in ("LocalActivity", "core_local_activity") for marker in markers)
    failed = types["ACTIVITY_TASK_FAILED"] + types["ACTIVITY_TASK_TIMED_OUT"]
    retried = sum(bool((event.get("activityTaskStartedEventAttributes") or {}).get("lastFailure")) for event in events)
    inner = one.tools().total() + one.kinds.count("x:temporal/model-request") - types["ACTIVITY_TASK_SCHEDULED"] - local
    assert inner == IN_WORKFLOW.get(path.name, 0)
    assert len(one.events) == types.total() + failed + local + 2 * inner + 1
    assert len(one.of("Error")) == failed + retried + sum(types[kind] for kind in _FAILURES)
    ids = [int(event.meta["event_id"]) for event in one.events[:-1]]
    assert ids == sorted(ids)
    assert one.run.notes.sentences() == ()


def test_the_real_pair_differs_in_the_workflows_input_alone() -> None:
    pair = [
        path for path in real_files("temporal") if path.stem.startswith("test_replayer_") and "history" in path.stem
    ]
    if len(pair) != 2:
        pytest.skip(MISSING)
    (one,), (two,) = map(read_all, pair)
    differing = [a.payload != b.payload for a, b in zip(one.events, two.events, strict=True)]
    assert [place for place, differs in enumerate(differing) if differs] == [0]


@each_real_file(real_files("temporal", "*.bin"))
def test_the_binary_form_is_refused_in_words(path: Path) -> None:
    with pytest.raises(ImportRefused, match="export it as JSON"):
        read_all(path)


def test_an_update_is_what_its_handler_was_told(tmp_path: Path) -> None:
    asked = {"meta": {"updateId": "u", "identity": "me"}, "input": {"name": "say", "args": payloads({"text": "Hi"})}}
    found = read(
        tmp_path,
        STARTED,
        ("EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED", {"acceptedRequest": asked}),
        ("EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED", {"outcome": {"success": payloads("Hello")}}),
        ("EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED", {"workflowTaskCompletedEventId": "2"}),
    )
    (told,) = found.of("Observation")
    assert (told.payload["obs_type"], told.payload["source"], told.payload["data"]) == ("update", "say", {"text": "Hi"})
    assert found.kinds[2:] == [
        "x:temporal/update-completed",
        "x:bookkeeping/temporal/workflow-execution-canceled",
        "x:end",
    ]


def test_other_programs_write_the_same_history_in_other_forms(tmp_path: Path) -> None:
    started = {"workflowType": {"name": "W"}, "memo": {"fields": {"my_key": {"data": "InYi"}}}, "attempt": 1}
    events: list[dict[str, Any]] = [
        {
            "eventId": "1",
            "eventTime": "2026-01-01T00:00:00Z",
            "eventType": "EVENT_TYPE_WORKFLOW_EXECUTION_STARTED",
            "workflowExecutionStartedEventAttributes": started,
        },
        {
            "eventId": "2",
            "eventTime": "2026-01-01T00:00:01Z",
            "eventType": "EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED",
            "workflowExecutionCompletedEventAttributes": {"workflowTaskCompletedEventId": "1"},
        },
    ]
    python = [
        {
            "event_id": "1",
            "event_time": "2026-01-01T00:00:00Z",
            "event_type": "EVENT_TYPE_WORKFLOW_EXECUTION_STARTED",
            "workflow_execution_started_event_attributes": {**started, "workflowType": {"name": "W"}},
        },
        {
            "event_id": "2",
            "event_time": "2026-01-01T00:00:01Z",
            "event_type": "EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED",
            "workflow_execution_completed_event_attributes": {"workflow_task_completed_event_id": "1"},
        },
    ]
    begun = 1_767_225_600
    old = [
        {**event, "eventId": number, "eventType": kind, "timestamp": (begun + number - 1) * 10**9}
        for number, (event, kind) in enumerate(
            zip(events, ("WorkflowExecutionStarted", "WorkflowExecutionCompleted"), strict=True), 1
        )
    ]
    old = [{name: value for name, value in event.items() if name != "eventTime"} for event in old]
    javascript = [
        {
            **event,
            "eventId": {"low": number, "high": 0, "unsigned": False},
            "eventTime": {"seconds": {"low": begun + number - 1, "high": 0, "unsigned": False}, "nanos": 0},
            "eventType": number,
        }
        for number, event in enumerate(events, 1)
    ]

    def told(value: Any) -> list[tuple[str, Any, Any]]:
        (run,) = read_all(written(tmp_path, value))
        assert run.format == "temporal"
        return [(event.kind, event.payload, event.meta.get("time")) for event in run.events]

    usual = told({"events": events})
    assert [kind for kind, _, _ in usual] == ["AgentInit", "StateTransition", "x:end"]
    assert [told({"events": other}) for other in (python, old, javascript)] == [usual] * 3
    assert len(read_all(written(tmp_path, [{"history": {"events": events}}, {"events": events}]))) == 2


def test_a_tool_that_runs_in_the_workflow_is_a_call(tmp_path: Path) -> None:
    """Only the next request of a model has its result; a call that an activity runs is read once. Ids may repeat."""

    def call(name: str) -> dict[str, Any]:
        return {"type": "function_call", "call_id": "call", "name": name, "arguments": '{"seat": 4}'}

    result = {"type": "function_call_output", "call_id": "call", "output": "seat 4"}
    asked = [{"role": "user", "content": "A seat"}]
    (before, completed) = "invoke_model_activity", "EVENT_TYPE_ACTIVITY_TASK_COMPLETED"
    one = read(
        tmp_path,
        STARTED,
        scheduled(before, {"input": asked}),
        (completed, {"scheduledEventId": "2", "result": payloads({"output": [call("update_seat")]})}),
        scheduled(before, {"input": [*asked, call("update_seat"), result]}),
        (completed, {"scheduledEventId": "4", "result": payloads({"output": [call("look")]})}),
        scheduled("look", {"seat": 4}),
        (completed, {"scheduledEventId": "6", "result": payloads("free")}),
        scheduled(before, {"input": [*asked, call("update_seat"), result, call("look"), result]}),
    )
    assert [(event.payload["tool_name"], event.payload["input"]) for event in one.of("ToolRequest")] == [
        ("update_seat", {"seat": 4}),
        ("look", {"seat": 4}),
    ]
    assert [event.payload["output"] for event in one.of("ToolResponse")] == ["seat 4", "free"]
    requests = [number for number, event in enumerate(one.events) if event.kind == "x:temporal/model-request"]
    assert [event.meta["parent"] for event in one.of("Decision")] == requests[:2]


@pytest.mark.parametrize(
    ("how", "facts", "error"),
    [
        ("COMPLETED", {"result": payloads(7)["payloads"][0]}, None),
        ("FAILED", {"failure": {"message": "no such account"}}, "no such account"),
        ("CANCELED", {"failure": {"message": "stopped", "cause": {"message": "canceled"}}}, "stopped: canceled"),
        ("TIMED_OUT", {}, "timed out"),
    ],
)
def test_a_nexus_operation_is_a_call(tmp_path: Path, how: str, facts: dict[str, Any], error: str | None) -> None:
    asked = {"service": "bank", "operation": "balance", "input": payloads("me")["payloads"][0], "endpointId": "e"}
    found = read(
        tmp_path,
        STARTED,
        ("EVENT_TYPE_NEXUS_OPERATION_SCHEDULED", asked),
        ("EVENT_TYPE_NEXUS_OPERATION_STARTED", {"scheduledEventId": "2", "operationToken": "t"}),
        (f"EVENT_TYPE_NEXUS_OPERATION_{how}", {"scheduledEventId": "2", **facts}),
    )
    (request,), (response,) = found.of("ToolRequest"), found.of("ToolResponse")
    assert (request.payload["tool_name"], request.payload["input"]) == ("balance", "me")
    assert request.payload["fields"] == {"service": "bank"}
    assert (response.payload["error"], response.payload["output"]) == (error, None if error else 7)
    assert len(found.of("Error")) == (how in ("FAILED", "TIMED_OUT"))
