"""Messages and records that list calls together with their results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.helpers.foreign import Read, read_all, written

Record = dict[str, Any]
CALLS: list[Record] = [
    {"tool": "read", "input": {"path": "a"}, "output": "text", "durationMs": 250},
    {"tool": "bash", "input": {"command": "x"}, "output": "no such file", "error": "exit 1"},
]
FORMS: list[tuple[str, list[Record]]] = [
    ("toolCalls", CALLS),
    ("tool_calls", CALLS),
    ("toolCalls", [{"name": one["tool"], "args": one["input"], "result": one["output"]} for one in CALLS]),
    ("toolCalls", [{"toolName": one["tool"], "arguments": one["input"], "response": one["output"]} for one in CALLS]),
    ("tool_calls", [{**one, "status": "error" if "error" in one else "success"} for one in CALLS]),
]


def read(folder: Path, content: Any) -> Read:
    (run,) = read_all(written(folder, content))
    return run


def calls(run: Read) -> list[tuple[str, Any, Any]]:
    """Return (tool, arguments, result) of each call that has one."""
    by_seq = {seq: event.payload for seq, event in enumerate(run.events)}
    return [
        (event.payload["tool_name"], by_seq[event.meta["parent"]]["input"], event.payload["output"])
        for event in run.of("ToolResponse")
    ]


EXPECTED = [("read", {"path": "a"}, "text"), ("bash", {"command": "x"}, "no such file")]


def records(member: str, listed: list[Record]) -> list[Any]:
    about = {member: listed}
    return [
        [{"role": "user", "content": "Go"}, {"role": "assistant", "content": "I look.", **about}],
        [{"type": "user", "content": "Go"}, {"type": "assistant", "content": "I look.", **about}],
        [{"type": "user", "text": "Go"}, {"type": "assistant", "text": "I look.", **about}],
        {"id": "s", "messages": [{"sender": "user", "text": "Go"}, {"sender": "agent", "text": "I look.", **about}]},
        {"runs": [{"prompt": "Go", "response": "I look.", **about}, {"prompt": "More", "response": "So."}]},
        {"turns": [{"user": "Go", "assistant": "I look.", **about}]},
    ]


@pytest.mark.parametrize(("member", "listed"), FORMS)
@pytest.mark.parametrize("form", range(6))
def test_calls_with_their_results(tmp_path: Path, member: str, listed: list[Record], form: int) -> None:
    run = read(tmp_path, records(member, listed)[form])
    assert calls(run) == EXPECTED
    assert run.of("Observation")[0].payload["data"] == "Go"
    assert run.of("Decision")[0].payload["data"] == "I look."
    failed = [event.payload["tool_name"] for event in run.of("ToolResponse") if not event.payload["success"]]
    assert failed == (["bash"] if "error" in listed[1] else [])
    assert [event.meta.get("duration") for event in run.of("ToolResponse")] == [
        one["durationMs"] * 1_000_000 if "durationMs" in one else None for one in listed
    ]


def test_an_answer_to_a_question_follows_the_calls_that_led_to_it(tmp_path: Path) -> None:
    run = read(tmp_path, {"runs": [{"prompt": "Go", "response": "Done.", "toolCalls": CALLS}]})
    assert run.kinds[1:] == [
        "Observation", "ToolRequest", "ToolRequest", "ToolResponse", "ToolResponse", "Error", "Decision"
    ]  # fmt: skip


def test_what_stands_beside_listed_calls_is_kept(tmp_path: Path) -> None:
    record = {"input": "What?", "thought": "Hm.", "toolCalls": CALLS, "note": {"a": 1}}
    run = read(tmp_path, [record, {**record, "note": {"a": 2}}])
    (decision, _) = run.of("Decision")
    assert decision.payload["reasoning"] == "Hm."
    assert decision.payload["fields"] == {"input": "What?", "note": {"a": 1}}
    assert calls(run) == EXPECTED * 2


def test_calls_without_results_are_open(tmp_path: Path) -> None:
    listed: list[Record] = [
        {"tool": "read", "input": {"path": "a"}},
        {"tool": "bash", "input": {"command": "x"}, "output": None},
    ]
    for talk in records("toolCalls", listed)[:4]:
        run = read(tmp_path, talk)
        assert run.tools() == {"read": 1, "bash": 1}
        assert calls(run) == []


def test_a_failed_call_without_an_output(tmp_path: Path) -> None:
    run = read(tmp_path, records("toolCalls", [{"tool": "read", "input": {}, "error": "ENOENT: no such file"}])[0])
    assert [event.payload["error"] for event in run.of("ToolResponse")] == ["ENOENT: no such file"]


def test_a_speaker_alone_says_whose_words_they_are(tmp_path: Path) -> None:
    said = [{"speaker": who, "text": "Hi"} for who in ("User", "assistant", "system", "agent.py")]
    run = read(tmp_path, said)
    assert run.kinds[1:] == ["Observation", "Decision", "Observation", "x:json-lines/record"]


OWN: Record = {"id": "c", "name": "read", "args": {"path": "a"}, "result": "text of a", "durationMs": 250}


def told_twice(own: Record, message: Record, form: int) -> list[Record]:
    """A call that carries its own result, which the next message gives again, in the forms of several importers."""
    given = {"role": "tool", "tool_call_id": "c", "content": "text of a", **message}
    talk: list[Record] = [
        {"role": "user", "content": "Go"},
        {"role": "assistant", "content": "I look.", "tool_calls": [own]},
        given,
    ]
    if form == 1:  # read by the importer of last resort
        return [{"message": one} for one in talk]
    if form == 2:  # parts
        inner = {"output": own.get("result"), "status": "error" if own.get("error") else "success"}
        talk[1]["content"] = [{"type": "tool_use", "id": "c", "name": "read", "input": own["args"], "result": inner}]
        del talk[1]["tool_calls"]
        part = {"type": "tool_result", "tool_use_id": "c", "content": given["content"]}
        talk[2] = {"role": "user", "content": [{**part, **({"is_error": True} if "is_error" in given else {})}]}
    return talk


@pytest.mark.parametrize("form", range(3))
@pytest.mark.parametrize("twice", ["text of a", '{"lines": [1]}'])
def test_a_result_in_a_call_and_in_a_message_is_one(tmp_path: Path, twice: str, form: int) -> None:
    own = {**OWN, "result": {"lines": [1]} if twice[0] == "{" else twice}
    run = read(tmp_path, told_twice(own, {"content": twice}, form))
    assert calls(run) == [("read", {"path": "a"}, twice)]
    (response,) = run.of("ToolResponse")
    assert "text" not in str(response.payload.get("fields", ""))
    assert response.meta.get("duration") == (250_000_000 if form < 2 else None)


@pytest.mark.parametrize("form", range(3))
@pytest.mark.parametrize(
    ("own", "given", "shown", "other"),
    [
        ("text of a", "the tool said: text of a", "the tool said: text of a", {"output_in_call": "text of a"}),
        ("text of a, all of it", "text of a", "text of a, all of it", {"output_in_message": "text of a"}),
        ("text of a", "text of b", "text of b", {"output_in_call": "text of a"}),
        (1, "true", "true", {"output_in_call": 1}),
    ],
)
def test_what_two_results_of_one_call_say_differently_is_kept(
    tmp_path: Path, own: Any, given: str, shown: str, other: Record, form: int
) -> None:
    run = read(tmp_path, told_twice({**OWN, "result": own}, {"content": given}, form))
    assert calls(run) == [("read", {"path": "a"}, shown)]
    assert run.of("ToolResponse")[0].payload["fields"] == other


@pytest.mark.parametrize("form", range(2))
def test_one_of_two_results_of_a_call_says_that_it_failed(tmp_path: Path, form: int) -> None:
    run = read(tmp_path, told_twice({**OWN, "error": "exit 1: no such file"}, {}, form))
    assert run.kinds[-2:] == ["ToolResponse", "Error"]
    assert run.of("ToolResponse")[0].payload["error"] == "exit 1: no such file"
    assert run.of("ToolResponse")[0].payload["fields"] == {"is_error_in_call": True}


@pytest.mark.parametrize("form", range(3))
def test_calls_with_results_whose_messages_come_in_another_order(tmp_path: Path, form: int) -> None:
    user, asked, given = told_twice(OWN, {}, form)
    run = read(tmp_path, [user, asked, user, given])  # not right behind it: both are shown, as the source has them
    assert [output for _, _, output in calls(run)] == ["text of a"] * 2


def test_steps_of_nodes_whose_messages_are_texts(tmp_path: Path) -> None:
    calls: list[Record] = [{"name": "budget", "args": {"days": 5}, "id": "c", "type": "tool_call"}]
    message = "ToolMessage(content='Budget: 800', name='budget', tool_call_id='c')"
    steps: list[Record] = [
        {"node_name": "agent", "input": "content='Count it.'", "output": "[]", "tool_calls": calls},
        {"node_name": "tools", "input": str(calls), "output": f"[{message}]", "tool_calls": calls},
        {"node_name": "agent", "input": "-", "output": "[{'type': 'text', 'text': 'It is 800.'}]", "tool_calls": []},
        {"node_name": "agent", "input": "-", "output": "[eval('1')]", "tool_calls": []},
    ]
    (found,) = read_all(written(tmp_path, {"total_steps": 4, "trajectory": steps}))
    assert found.tools() == {"budget": 1}
    (answer,) = found.of("ToolResponse")
    assert (answer.payload["tool_name"], answer.payload["output"], answer.payload["success"]) == (
        "budget", "Budget: 800", True,
    )  # fmt: skip
    assert [text for _, text in found.decisions() if text] == ["It is 800."]
    assert "eval" in str(found.events[-1].payload)
    assert found.of("x:json-lines/repeated") == []
    assert answer.payload["fields"] == {"node_name": "tools", "input": str(calls)}
    (again,) = read_all(written(tmp_path, {"trajectory": [*steps[:1], *steps[:1]]}))
    assert (again.tools(), again.events[-1].payload["fields"]["input"]) == ({"budget": 1}, "content='Count it.'")
    other = [*calls, {**calls[0], "args": {"days": 6}}]
    (differs,) = read_all(written(tmp_path, {"trajectory": [steps[0], {**steps[1], "tool_calls": other}]}))
    assert differs.tools() == {"budget": 2}
