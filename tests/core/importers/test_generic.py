from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.generic.importer import JsonLines
from replay_gui.core.importers.generic.mapping import Mapping, guess_mapping
from replay_gui.core.log.source import Source
from tests.helpers.foreign import Read, read_all, written

SECOND = 1_000_000_000


def read(folder: Path, *records: Any) -> Read:
    path = folder / "log.jsonl"
    path.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in records))
    (one,) = read_all(path)
    assert one.format == "json-lines"
    return one


def test_a_log_of_any_make_is_read(tmp_path: Path) -> None:
    one = read(
        tmp_path,
        {"type": "user_message", "ts": 1700000000, "text": "Hi", "id": 1},
        {"type": "llm_output", "ts": 1700000001.5, "text": "Let me look.", "id": 2, "parent": 1},
        {"type": "tool_call", "ts": 1700000002, "tool": "look", "args": '{"at": 1}', "id": 3, "parent": 2, "extra": 7},
        {"type": "tool_result", "ts": 1700000003, "tool": "look", "text": "seen", "id": 4},
        {"type": "tool_result", "ts": 1700000004, "tool": "look", "text": "", "error": "gone", "id": 5},
        {"type": "heartbeat", "ts": 1700000005},
        "garbage",
    )
    assert one.kinds == [
        "AgentInit", "Observation", "Decision", "ToolRequest", "ToolResponse", "ToolResponse", "Error",
        "x:json-lines/heartbeat", "x:json-lines/unreadable",
    ]  # fmt: skip
    begun, hello, said, request, response = one.events[:5]
    assert begun.meta["time"] == hello.meta["time"], "the first record's is that of the beginning"
    assert (hello.payload["data"], hello.meta["time"]) == ("Hi", 1_700_000_000 * SECOND)
    assert (said.meta["time"], said.meta["parent"]) == (1_700_000_001_500_000_000, 1)
    assert (request.payload["input"], request.payload["fields"]) == ({"at": 1}, {"extra": 7})
    assert (response.payload["output"], response.meta["parent"]) == ("seen", 3)
    assert one.of("ToolResponse")[1].payload["tool_name"] == "look", "the tool's name is in the result"
    assert one.run.notes.sentences() == (
        "tool results whose request is not in the file: 1",
        "records whose kind says nothing known, kept as custom events: 1 (heartbeat)",
        "lines that are no JSON objects, kept as text: 1",
    )


@pytest.mark.parametrize(
    "name", ["start_time", "startTime", "started_at", "eventTime", "end_time", "created", "createdAt", "timestamp"]
)
def test_times_go_by_many_names(tmp_path: Path, name: str) -> None:
    one = read(tmp_path, {"type": "user", "text": "Hi", name: "2026-01-15T10:00:00Z"})
    assert one.events[1].meta["time"] == 1_768_471_200 * SECOND


def test_a_record_with_both_ends_has_a_duration(tmp_path: Path) -> None:
    one = read(tmp_path, {"type": "assistant", "text": "Hi", "start_time": 1700000000, "end_time": 1700000002})
    assert one.events[1].meta["duration"] == 2 * SECOND


@pytest.mark.parametrize(
    "name", ["tool_id", "tool_use_id", "tool_call_id", "toolCallId", "callID", "call_id", "action_id"]
)
def test_a_result_finds_its_call_by_many_names(tmp_path: Path, name: str) -> None:
    """The second call is answered first."""
    one = read(
        tmp_path,
        {"type": "tool_call", "tool": "look", "args": {"at": 1}, name: "c1"},
        {"type": "tool_call", "tool": "look", "args": {"at": 2}, name: "c2"},
        {"type": "tool_result", "tool": "look", "output": "two", name: "c2"},
        {"type": "tool_result", "tool": "look", "output": "one", name: "c1"},
    )
    answered = [(event.payload["output"], event.meta["parent"]) for event in one.of("ToolResponse")]
    assert answered == [("two", 2), ("one", 1)]


def test_a_result_names_the_id_of_its_calls_record(tmp_path: Path) -> None:
    one = read(
        tmp_path,
        {"type": "tool_use", "tool": "look", "input": 1, "id": "c1"},
        {"type": "tool_use", "tool": "look", "input": 2, "id": "c2"},
        {"type": "tool_result", "tool_use_id": "c2", "output": "two"},
    )
    (response,) = one.of("ToolResponse")
    assert (response.payload["tool_name"], response.meta["parent"]) == ("look", 2)


def test_the_role_says_more_than_the_type(tmp_path: Path) -> None:
    one = read(
        tmp_path,
        {"type": "message", "role": "user", "text": "Hi"},
        {"type": "message", "role": "assistant", "text": "Ho"},
        {"type": "tool_call", "tool": "look", "args": 1},
    )
    assert one.kinds == ["AgentInit", "Observation", "Decision", "ToolRequest"]


def test_messages_within_records_are_read(tmp_path: Path) -> None:
    call = {"type": "tool_use", "id": "c1", "name": "look", "input": {"at": 1}}
    result = {"type": "tool_result", "tool_use_id": "c1", "content": "nothing", "is_error": True}
    one = read(
        tmp_path,
        {"session": 1, "type": "a", "message": {"role": "user", "content": "Hi"}},
        {
            "session": 1,
            "type": "b",
            "message": {"role": "assistant", "content": [{"type": "text", "text": "Ho"}, call]},
        },
        {"session": 1, "type": "a", "message": {"role": "user", "content": [result]}},
        {"session": 1, "type": "c", "message": {"tool_name": "ls", "tool_input": '{"at": 2}', "tool_output": "a.txt"}},
    )
    assert one.kinds == [
        "AgentInit", "Observation", "Decision", "ToolRequest", "ToolResponse", "Error", "ToolRequest", "ToolResponse"
    ]  # fmt: skip
    assert [event.payload["data"] for event in one.events[1:3]] == ["Hi", "Ho"]
    asked = [(event.payload["tool_name"], event.payload["input"]) for event in one.of("ToolRequest")]
    assert asked == [("look", {"at": 1}), ("ls", {"at": 2})]
    assert one.of("ToolResponse")[0].payload["error"] == "nothing"


@pytest.mark.parametrize(
    ("record", "data"),
    [
        ({"type": "summary", "summary": "All is well."}, "All is well."),
        ({"type": "assistant", "mood": "good"}, "good"),
        ({"type": "user", "from": "Ann", "to": "Bob"}, {"from": "Ann", "to": "Bob"}),
    ],
)
def test_what_no_part_has_is_what_the_record_says(tmp_path: Path, record: dict[str, Any], data: Any) -> None:
    (event,) = read(tmp_path, record).events[1:]
    assert event.payload["data"] == data


def test_kinds_of_records_name_kinds_of_events_where_they_are_few(tmp_path: Path) -> None:
    one = read(tmp_path, *({"type": f"t{number}", "x": number} for number in range(60)))
    assert len(set(one.kinds)) == 1 + 50 + 1
    assert one.events[-1].payload["data"] == {"kind": "t59", "data": 59}


def test_records_without_a_kind_are_kept_as_they_are(tmp_path: Path) -> None:
    one = read(tmp_path, {"who": "user", "what": "Hi"})
    assert one.events[1].payload["data"] == {"who": "user", "what": "Hi"}
    assert one.run.notes.sentences() == ("records whose kind says nothing known, kept as custom events: 1",)


def test_an_array_and_calls_that_are_whole(tmp_path: Path) -> None:
    (one,) = read_all(written(tmp_path, [{"event": "step", "tool": "t", "input": 1, "output": 2}]))
    assert one.kinds == ["AgentInit", "ToolRequest", "ToolResponse"]


def test_a_mapping_says_which_member_is_what(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(json.dumps({"what": "assistant", "body": {"words": "Hi", "by": "me"}, "text": "no"}))
    with Source(path) as source:
        (run,) = JsonLines(Mapping(kind="what", output="body.words")).runs(ForeignFile(source))
        events = list(run.events)
    assert (events[1].kind, events[1].payload["data"]) == ("Decision", "Hi")
    assert events[1].payload["fields"] == {"body": {"by": "me"}, "text": "no"}
    assert run.source == {"mapping": {"kind": "what", "output": "body.words"}}


@pytest.mark.parametrize(
    ("record", "mapping"),
    [
        ({"role": "user", "content": "Hi"}, Mapping(kind="role", output="content")),
        ({"event": "x", "type": "y", "time": 1}, Mapping(kind="type", time="time")),
        ({"type": "message", "role": "user"}, Mapping(kind="role")),
        ({}, Mapping()),
    ],
)
def test_a_guess_goes_by_the_usual_names(record: dict[str, Any], mapping: Mapping) -> None:
    assert guess_mapping([record]) == mapping


def test_an_object_over_many_lines_is_read_by_its_longest_list_when_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    steps = [{"type": "user", "text": "hi"}, {"type": "agent", "text": "ho"}]
    path.write_text(json.dumps({"name": "x", "tags": [{"a": 1}], "steps": steps}, indent=1))
    (one,) = read_all(path, "json-lines")
    assert one.kinds == ["AgentInit", "Observation", "Decision"]
    assert one.events[0].payload["config"] == {"name": "x", "tags": [{"a": 1}]}
    path.write_text(json.dumps({"type": "user", "text": "hi"}, indent=1))
    assert read_all(path, "json-lines")[0].kinds == ["AgentInit", "Observation"]
    with Source(path) as source:
        assert not JsonLines().recognises(ForeignFile(source))  # only asked for: most such files are no logs


def test_a_session_like_claude_codes_of_another_program_is_read_as_records(tmp_path: Path) -> None:
    """Its tools speak in messages of their own, which have the call and what came of it; Claude Code's never do."""
    line = {"parentUuid": None, "sessionId": "s", "cwd": "/p"}
    failed = {"tool_name": "read_file", "tool_input": '{"path": "a"}', "tool_output": "gone", "status": "error"}
    one = read(
        tmp_path,
        {**line, "uuid": "1", "type": "user", "message": {"role": "user", "content": "Fix it"}},
        {**line, "uuid": "2", "type": "assistant", "message": {"role": "assistant", "content": "I look."}},
        {**line, "uuid": "3", "type": "tool", "message": {"role": "tool", **failed}},
        {**line, "uuid": "4", "type": "tool", "message": {"role": "tool", **failed, "status": "ok"}},
    )
    assert one.kinds == [
        "AgentInit", "Observation", "Decision", "ToolRequest", "ToolResponse", "Error", "ToolRequest", "ToolResponse",
    ]  # fmt: skip
    request, response = one.events[3:5]
    assert (request.payload["tool_name"], request.payload["input"]) == ("read_file", {"path": "a"})
    assert (response.payload["output"], response.payload["success"], response.meta["parent"]) == ("gone", False, 3)
    assert (one.events[7].payload["success"], one.events[7].meta["parent"]) == (True, 6)


def test_a_definition_of_a_tool_is_no_call(tmp_path: Path) -> None:
    definition = {"type": "function", "function": {"name": "ls", "description": "List", "parameters": {}}}
    asked = {"type": "function", "function": {"name": "ls", "arguments": '{"path": "a"}'}}
    (found,) = read_all(written(tmp_path, [definition, asked]), "json-lines")
    assert found.kinds == ["AgentInit", "x:json-lines/record", "ToolRequest"]
    assert found.events[1].payload["data"]["function"] == definition["function"]
    assert (found.events[2].payload["tool_name"], found.events[2].payload["input"]) == ("ls", {"path": "a"})


def test_arguments_by_the_name_of_python(tmp_path: Path) -> None:
    (found,) = read_all(written(tmp_path, [{"class_": "api_action", "function": "click", "kwargs": {"id": "7"}}]))
    assert [(event.payload["tool_name"], event.payload["input"]) for event in found.of("ToolRequest")] == [
        ("click", {"id": "7"})
    ]


@pytest.mark.parametrize(
    ("who", "kind"),
    [
        ({"from": {"id": "u", "role": "user"}}, "Observation"),
        ({"author": "human"}, "Observation"),
        ({"sender": {"name": "bot"}}, "Decision"),
        ({}, "Decision"),
    ],
)
def test_who_spoke_a_message(tmp_path: Path, who: dict[str, Any], kind: str) -> None:
    (found,) = read_all(written(tmp_path, [{"type": "message", "text": "Hi", **who}]), "json-lines")
    assert found.kinds == ["AgentInit", kind]


def test_a_call_inside_a_record(tmp_path: Path) -> None:
    call = {"type": "function_call", "call_id": "c", "name": "ls", "arguments": '{"path": "."}'}
    answer = {"type": "function_call_output", "call_id": "c", "output": "a.py"}
    records = [{"type": "invoke", "text": "ls", "value": call}, {"type": "event", "text": "a.py", "value": answer}]
    (found,) = read_all(written(tmp_path, records), "json-lines")
    assert found.kinds == ["AgentInit", "ToolRequest", "ToolResponse"]
    assert (found.events[1].payload["input"], found.events[2].payload["output"]) == ({"path": "."}, "a.py")
    assert found.events[2].meta["parent"] == 1


@pytest.mark.parametrize(
    ("told", "output", "error"),
    [
        ({"isError": True, "value": "no such file\nat 1"}, "no such file\nat 1", "no such file"),
        ({"output": "", "exit_code": 126}, "", "exit 126"),
        ({"ok": False, "result": {"message": "too long"}}, {"message": "too long"}, "too long"),
        ({"status": "failed", "output": None}, None, "failed"),
        ({"result": {"output": "a", "success": False}}, {"output": "a", "success": False}, "a"),
        ({"output": "a", "exit_code": 0, "ok": True, "status": "done"}, "a", None),
    ],
)
def test_a_result_says_that_it_failed_in_many_ways(
    tmp_path: Path, told: dict[str, Any], output: Any, error: str | None
) -> None:
    asked = {"type": "tool_call", "id": "c", "tool": "ls", "input": {"path": "x"}}
    found = read(tmp_path, asked, {"type": "tool_result", "id": "c", "tool": "ls", **told})
    (answer,) = found.of("ToolResponse")
    assert (answer.payload["output"], answer.payload["error"]) == (output, error)
    assert (answer.payload["success"], len(found.of("Error"))) == (error is None, error is not None)


def test_a_result_that_names_no_call_is_of_the_oldest_that_has_no_id(tmp_path: Path) -> None:
    calls = [{"type": "tool_use", "name": name, "input": {"path": name}} for name in ("Read", "Bash")]
    results = [{"type": "tool_result", "tool_use_id": f"t{number}", "content": f"of {number}"} for number in range(2)]
    messages = [{"role": "assistant", "message": {"role": "assistant", "content": calls}}]
    messages += [{"role": "user", "message": {"role": "user", "content": [result]}} for result in results]
    found = read(tmp_path, *messages)
    assert [event.meta["parent"] for event in found.of("ToolResponse")] == [
        seq for seq, event in enumerate(found.events) if event.kind == "ToolRequest"
    ]


def test_a_record_without_a_role_that_lists_calls_is_an_answer(tmp_path: Path) -> None:
    calls = [{"id": "c1", "name": "read", "arguments": '{"path": "a"}'}, {"id": "c2", "name": "ls", "arguments": "{}"}]
    found = read(
        tmp_path,
        {"type": "assistant", "content": "I look.", "tool_calls": calls, "effort": "high"},
        {"type": "tool_result", "tool_call_id": "c2", "content": "b"},
        {"type": "tool_result", "tool_call_id": "c1", "content": "a"},
        {"type": "PLANNER", "thinking": "List.", "tool_calls": [{"name": "ls", "args": {"path": "."}}]},
        {"type": "PLANNER", "content": "done", "tool_calls": []},
    )
    assert [(event.payload["data"], event.payload["reasoning"]) for event in found.of("Decision")] == [
        ("I look.", None),
        (None, "List."),
    ]
    assert [(event.payload["tool_name"], event.payload["input"]) for event in found.of("ToolRequest")] == [
        ("read", {"path": "a"}),
        ("ls", {}),
        ("ls", {"path": "."}),
    ]
    assert [event.payload["tool_name"] for event in found.of("ToolResponse")] == ["ls", "read"]
    assert len(found.of("x:json-lines/PLANNER")) == 1


def test_a_call_that_has_its_result_in_it_and_an_answer_that_is_told_in_parts(tmp_path: Path) -> None:
    def called(number: int, **more: Any) -> dict[str, Any]:
        return {"type": "tool_use", "id": f"t{number}", "name": "Bash", "input": {"command": f"c{number}"}, **more}

    answer = {"type": "assistant", "id": "m", "input_tokens": 5, "output_tokens": 2}
    found = read(
        tmp_path,
        {"type": "user", "content": [{"id": "u", "text": "Go"}]},
        {
            **answer,
            "content": [
                {"type": "text", "text": "I look."},
                called(1, result={"output": "a", "status": "success"}),
                called(2),
            ],
        },
        {**answer, "content": [called(3, result={"output": "no such file", "status": "error"})]},
        {**answer, "id": "n", "content": [{"type": "text", "text": "Done."}]},
    )
    assert [event.payload["data"] for event in found.of("Decision")] == ["I look.", "Done."]
    assert [event.payload["input"]["command"] for event in found.of("ToolRequest")] == ["c1", "c2", "c3"]
    answers = [(event.payload["output"], event.payload["error"]) for event in found.of("ToolResponse")]
    assert answers == [("a", None), ("no such file", "no such file")]
    tokens = [event.meta["tokens"] for event in found.events if event.meta.get("tokens")]
    assert tokens == [{"input": 5, "cached": 0, "output": 2}] * 2


def test_the_result_of_a_run_is_no_result_of_a_call(tmp_path: Path) -> None:
    asked = {"type": "tool_call", "tool": "ls", "args": {"path": "."}, "id": "1"}
    found = read(
        tmp_path, asked, {"type": "tool_result", "tool": "ls", "text": "a"}, {"type": "result", "text": "Done."}
    )
    assert found.kinds == ["AgentInit", "ToolRequest", "ToolResponse", "x:json-lines/result"]
    nameless = read(tmp_path, {"type": "call", "args": {"path": "."}}, {"type": "result", "text": "a"})
    assert nameless.kinds == ["AgentInit", "ToolRequest", "ToolResponse"]


def test_home_made_logs(tmp_path: Path) -> None:
    tool = {"agent": "a", "tool": "cv", "input": {"name": "M"}, "output": "done"}
    events = read(
        tmp_path,
        {"ts": 1, "trace_id": "x", "event_type": "tool_call", "details": {"tool": "metrics", "args": {"of": "cpu"}}},
        {"ts": 2, "event_type": "llm_call", "data": {"model": "m", "input_tokens": 9, "stop_reason": "stop"}},
        {"ts": 3, "event_type": "tool_call", "data": tool},
        {"ts": 4, "event_type": "agent_complete", "data": {"iterations": 2}},
    )
    assert [(call.payload["tool_name"], call.payload["input"]) for call in events.of("ToolRequest")] == [
        ("metrics", {"of": "cpu"}),
        ("cv", {"name": "M"}),
    ]
    assert events.of("ToolResponse")[0].payload["output"] == "done"
    assert events.kinds[-1] == "x:json-lines/agent_complete"  # it says nothing
    (asked,) = events.of("x:json-lines/llm_call")
    assert asked.meta["tokens"] == {"input": 9, "cached": 0}  # how many tokens came out is unknown
    steps = read(
        tmp_path,
        *({"step_type": kind, "content": kind} for kind in ("thought", "action", "observation", "final")),
        {"interactionType": "prompt", "level": 30, "content": "Go"},
        {"interactionType": "response", "level": 30, "content": "Gone"},
        {"event_type": "llm_call", "prompt": "Say", "response": "Said"},
        {"user_message": "My card", "action": "ack", "response": "We are sorry"},
    )
    assert [(event.payload["reasoning"], event.payload["data"]) for event in steps.of("Decision")] == [
        ("thought", None),
        (None, "final"),
        (None, "Gone"),
        (None, "Said"),
        (None, "We are sorry"),
    ]
    assert [event.payload["data"] for event in steps.of("Observation")] == ["Go", "Say", "My card"]
    assert steps.of("ToolResponse")[0].payload["output"] == "observation"
    (wrong,) = read(tmp_path, {"level": "ERROR", "msg": "No retry is left", "reason": "bad JSON"}).of("Error")
    assert (wrong.payload["message"], wrong.payload["fields"]) == ("No retry is left", {"reason": "bad JSON"})
