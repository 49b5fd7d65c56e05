from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from replay_gui.core.importers.conversion import convert
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.verification.verify_log import verify
from tests.helpers.foreign import Read, read_all, real_files, written
from tests.helpers.shared_data import each_real_file


def call(id: str, name: str, arguments: str) -> dict[str, Any]:
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}


def trial(*messages: Any, number: int = 0) -> dict[str, Any]:
    info = {
        "task": {"instruction": "Change the flight."},
        "user_cost": 0.25,
        "reward_info": {"actions": [{"name": "x"}]},
    }
    return {"task_id": 7, "reward": 0.0, "info": info, "traj": list(messages), "trial": number}


def asked(*calls: Any, content: str | None = None) -> dict[str, Any]:
    return {"role": "assistant", "content": content, "tool_calls": list(calls)}


def answered(id: str, content: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": id, "name": "whatever", "content": content}


def read(folder: Path, *messages: Any) -> Read:
    (one,) = read_all(written(folder, trial(*messages)))
    assert one.format == "tau-bench"
    return one


def test_messages_become_what_was_said_asked_and_answered(tmp_path: Path) -> None:
    one = read(
        tmp_path,
        {"role": "system", "content": "Policy"},
        {"role": "user", "content": "Hi"},
        asked(call("c1", "get_user", '{"id": "u"}'), content="Let me look."),
        answered("c1", '{"name": "A"}'),
    )
    assert one.kinds[:6] == ["AgentInit", "Observation", "Observation", "Decision", "ToolRequest", "ToolResponse"]
    init, policy, hello, said, request, response, result, end, outcome = one.events
    assert init.payload["config"] == {"task_id": 7, "task": {"instruction": "Change the flight."}}
    assert (policy.payload["source"], hello.payload["data"]) == ("system", "Hi")
    assert said.payload["data"] == "Let me look."
    assert (request.payload["input"], request.meta["parent"]) == ({"id": "u"}, 3)
    assert (response.payload["output"], response.payload["success"]) == ({"name": "A"}, True)
    assert (response.meta["parent"], response.meta["tool_call_id"]) == (4, "c1")
    assert (result.kind, result.meta["user_cost"]) == ("x:bookkeeping/tau-bench/result", 0.25)
    assert end.payload == {"how": "answered", "why": None}
    assert (outcome.payload["passed"], outcome.payload["score"]) == (False, 0.0)
    assert outcome.payload["parts"] == {"actions": [{"name": "x"}]}


def test_right_actions_and_a_hand_over(tmp_path: Path) -> None:
    """What would have been right is no part of the set-up: every origin would be found there."""
    whole = trial(asked(call("c1", "transfer_to_human_agents", "{}")), answered("c1", "Transfer successful"))
    whole["info"]["task"] = {"instruction": "Cancel it.", "actions": [{"name": "cancel"}], "outputs": []}
    (one,) = read_all(written(tmp_path, whole))
    assert one.events[0].payload["config"]["task"] == {"instruction": "Cancel it."}
    expected, end = one.events[-3:-1]
    assert expected.payload == {"data": {"actions": [{"name": "cancel"}]}}
    assert end.payload == {"how": "handed over", "why": "transfer_to_human_agents"}


def test_equal_requests_match_whatever_their_ids_are(tmp_path: Path) -> None:
    one = read(tmp_path, asked(call("c1", "t", '{"a": 1}')), asked(call("c2", "t", '{"a":1}')), answered("c2", "x"))
    first, second = one.of("ToolRequest")
    assert first.payload == second.payload
    assert one.of("ToolResponse")[0].meta["parent"] == 2


def test_an_error_is_one(tmp_path: Path) -> None:
    one = read(tmp_path, asked(call("c1", "cancel_order", "{}")), answered("c1", "Error: no such order\nmore"))
    response, error = one.events[2:4]
    assert (response.payload["success"], response.payload["error"]) == (False, "Error: no such order")
    assert (error.kind, error.payload["component"], error.meta["parent"]) == ("Error", "cancel_order", 2)
    assert "StateTransition" not in one.kinds


def test_a_writing_tool_changes_the_world(tmp_path: Path) -> None:
    one = read(tmp_path, asked(call("c1", "cancel_order", "{}")), answered("c1", "{}"))
    assert one.of("StateTransition")[0].payload == {"transition_type": "cancel_order"}


def test_nothing_odd_is_dropped(tmp_path: Path) -> None:
    odd = [5, {"role": "clown", "content": "?"}, asked("no call"), asked(call("c", "t", "{broken")), answered("?", "x")]
    one = read(tmp_path, *odd)
    custom = [event.payload["data"] for event in one.events if event.kind.startswith("x:tau-bench/")]
    assert custom == [5, odd[1], "no call"]
    assert one.of("ToolRequest")[0].payload["input"] == "{broken"
    assert one.of("ToolResponse")[0].payload["tool_name"] == "whatever"
    assert len(one.run.notes.sentences()) == 4


def test_an_array_of_trials_is_as_many_runs(tmp_path: Path) -> None:
    both = read_all(written(tmp_path, [trial(number=0), trial(number=1)]))
    assert [one.run.name for one in both] == ["task 7 trial 0", "task 7 trial 1"]
    assert len({one.run.run_id for one in both}) == 2


@each_real_file(real_files("tau-bench"))
def test_real_trials_lose_nothing(path: Path, tmp_path: Path) -> None:
    """Counted from the source: a request a tool call, a response a tool message, one Observation a system or user."""
    found = json.loads(path.read_text())
    (one,) = read_all(path)
    calls = [c["function"]["name"] for m in found["traj"] for c in m.get("tool_calls") or []]
    roles = Counter(message["role"] for message in found["traj"])
    assert one.tools() == Counter(calls)
    assert len(one.of("ToolResponse")) == roles["tool"]
    assert len(one.of("Observation")) == roles["system"] + roles["user"]
    spoken = [message["content"] for message in found["traj"] if message["role"] == "assistant" and message["content"]]
    assert [event.payload["data"] for event in one.of("Decision")] == spoken
    assert one.run.notes.sentences() == ()
    with EventLog.open(convert(path, tmp_path / "out.rlog")[0].path) as log:
        assert verify(log).failures == ()
        assert len(log) == len(one.events)


def test_what_a_model_thought_in_tau2_stands_in_the_providers_answer(tmp_path: Path) -> None:
    def said(role: str, thought: str | None, **members: Any) -> dict[str, Any]:
        return {"role": role, "raw_data": {"message": {"reasoning_content": thought}}, **members}

    messages = [
        said("user", "I ask for more.", content="My flight?"),
        said("assistant", "I look it up.", content=None, tool_calls=[{"id": "c", "name": "find", "arguments": {}}]),
        {"id": "c", "role": "tool", "content": "none", "error": False},
        said("assistant", None, content="There is none."),
    ]
    (found,) = read_all(written(tmp_path, {"simulations": [{"task_id": "1", "trial": 0, "messages": messages}]}))
    assert found.format == "tau2-bench"
    assert found.decisions() == [("I look it up.", None), (None, "There is none.")]
    assert found.of("Observation")[0].payload["fields"] == {"reasoning": "I ask for more."}


def test_a_run_that_was_cut_off_was_graded_without_a_check(tmp_path: Path) -> None:
    cut: dict[str, Any] = {**trial(asked(content="Which flight?")), "info": {"task": {}, "reward_info": None}}
    (one,) = read_all(written(tmp_path, cut))
    assert one.of("x:end")[0].payload == {"how": "open", "why": "the run was cut off, so its result was not checked"}
    assert one.outcomes() == [(False, 0.0, "tau-bench reward")]
