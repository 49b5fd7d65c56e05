from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.foreign import Read, read_all, written

SECOND = 1_000_000_000


def asked(id: str, command: str, content: str | None = "I look.", at: float = 1000.5) -> dict[str, Any]:
    function = {"name": "bash", "arguments": json.dumps({"command": command})}
    response = {"id": "r1", "model": "m", "usage": {"prompt_tokens": 10, "completion_tokens": 2}, "choices": []}
    extra = {"actions": [], "response": response, "cost": 0.5, "timestamp": at}
    return {
        "role": "assistant",
        "content": content,
        "tool_calls": [{"id": id, "type": "function", "index": 0, "function": function}],
        "extra": extra,
    }


def answered(id: str, raw: str, code: int = 0, at: float = 1002.5, **extra: Any) -> dict[str, Any]:
    content = f"<returncode>{code}</returncode>\n<output>\n{raw}</output>"
    facts = {"raw_output": raw, "returncode": code, "timestamp": at, "exception_info": "", **extra}
    return {"role": "tool", "content": content, "tool_call_id": id, "extra": facts}


def left(status: str, submission: str = "") -> dict[str, Any]:
    return {"role": "exit", "content": submission or "why", "extra": {"exit_status": status, "submission": submission}}


def read(folder: Path, *messages: Any) -> Read:
    info = {"model_stats": {"instance_cost": 2.0, "api_calls": 1}, "config": {"model": "m"}, "mini_version": "2.2.7"}
    found = {"info": info, "messages": list(messages), "trajectory_format": "mini-swe-agent-1.1", "instance_id": "i1"}
    (one,) = read_all(written(folder, found, "trial.traj.json"))
    assert (one.format, one.run.run_id) == ("mini-swe-agent", "i1/trial")
    return one


def test_commands_are_calls_with_times_tokens_and_cost(tmp_path: Path) -> None:
    one = read(tmp_path, {"role": "user", "content": "Mend it."}, asked("c1", "ls"), answered("c1", "a\n"))
    assert one.kinds[:5] == ["AgentInit", "Observation", "Decision", "ToolRequest", "ToolResponse"]
    init, _, said, request, response = one.events[:5]
    assert (init.payload["agent_version"], init.payload["config"]) == ("2.2.7", {"model": "m"})
    assert said.meta["tokens"] == {"input": 10, "output": 2}
    assert (said.meta["cost"], said.meta["model"], said.meta["time"]) == (0.5, "m", 1_000_500_000_000)
    assert (request.payload["input"], request.meta["parent"], request.meta["time"]) == (
        {"command": "ls"},
        2,
        said.meta["time"],
    )
    assert response.payload["output"] == {"returncode": 0, "output": "a\n"}
    assert "shown" not in response.payload
    assert response.meta["duration"] == 2 * SECOND


def test_a_failing_command_fails_and_what_broke_the_call_is_an_error(tmp_path: Path) -> None:
    one = read(
        tmp_path,
        asked("c1", "false"),
        answered("c1", "", 1),
        asked("c2", "sleep 99"),
        answered("c2", "", -1, exception_info="timed out\nlong story"),
    )
    first, second = one.of("ToolResponse")
    assert (first.payload["success"], first.payload["error"]) == (False, "exit code 1")
    assert second.payload["error"] == "timed out"
    assert [error.payload["message"] for error in one.of("Error")] == ["timed out\nlong story"]


def test_what_the_model_saw_is_kept_where_it_was_another_text(tmp_path: Path) -> None:
    answer = answered("c1", "x" * 100)
    answer["content"] = "<returncode>0</returncode> … cut …"
    assert read(tmp_path, asked("c1", "cat f"), answer).of("ToolResponse")[0].payload["shown"] == answer["content"]


def test_a_submission_is_a_patch_and_any_other_end_an_error(tmp_path: Path) -> None:
    good = read(tmp_path, asked("c1", "submit"), left("Submitted", "diff --git a b"))
    assert [event.payload["output"] for event in good.of("ToolResponse")] == [{"output": "diff --git a b"}]
    assert good.of("PatchProposal")[0].payload["patch"] == "diff --git a b"
    assert good.of("Error") == []
    bad = read(tmp_path, left("LimitsExceeded"))
    assert bad.of("Error")[0].payload["error_type"] == "LimitsExceeded"
    (result,) = bad.of("x:bookkeeping/mini-swe-agent/result")
    assert result.meta["cost"] == 2.0
    assert bad.events[-1].payload == {"how": "limit", "why": "LimitsExceeded"}
    end, outcome = good.events[-2:]
    assert (end.payload["how"], outcome.payload["passed"], outcome.payload["answer"]) == (
        "submitted",
        None,
        "diff --git a b",
    )


def test_the_older_form_has_its_commands_in_the_text(tmp_path: Path) -> None:
    (one,) = read_all(
        written(
            tmp_path,
            [
                {"role": "user", "content": "Mend it."},
                {"role": "assistant", "content": "I look.\n```mswea_bash_command\nls\n```"},
                {"role": "user", "content": "<returncode>2</returncode>\n<output>\nno\n</output>"},
            ],
        )
    )
    assert one.kinds[:5] == ["AgentInit", "Observation", "Decision", "ToolRequest", "ToolResponse"]
    assert one.events[3].payload["input"] == {"command": "ls"}
    assert one.events[4].payload["output"] == {"returncode": 2, "output": "no"}
    assert one.events[4].meta["parent"] == 3


@pytest.mark.parametrize(
    ("info", "said", "how"),
    [
        ({}, "diff --git a b", "submitted"),
        (
            {"mini_version": "1.9", "exit_status": "Submitted", "submission": "diff --git a b"},
            "diff --git a b",
            "submitted",
        ),
        ({"mini_version": "1.9", "exit_status": "LimitsExceeded", "submission": ""}, "", "limit"),
    ],
)
def test_the_older_form_ends_with_what_was_handed_in(tmp_path: Path, info: Any, said: str, how: str) -> None:
    """Its last message is no prompt, although it is a user's."""
    messages = [
        {"role": "user", "content": "Mend it."},
        {"role": "assistant", "content": "I look.\n```bash\nls\n```"},
        {"role": "user", "content": "<returncode>0</returncode>\n<output>\na\n</output>"},
        {"role": "assistant", "content": "```bash\necho COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT && git diff\n```"},
        {"role": "user", "content": said},
    ]
    (one,) = read_all(written(tmp_path, {"info": info, "messages": messages} if info else messages))
    assert [event.payload["data"] for event in one.of("Observation")] == ["Mend it."]
    assert [event.payload["patch"] for event in one.of("PatchProposal")] == ([said] if said else [])
    assert one.of("x:end")[0].payload["how"] == how
    answers = [event.payload["output"].get("output") for event in one.of("ToolResponse")]
    assert answers == (["a", said] if said else ["a"])  # it is what the last command printed


def test_answers_of_the_responses_interface_and_commands_that_an_answer_names_are_calls(tmp_path: Path) -> None:
    items = [
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "List"}]},
        {"type": "function_call", "id": "fc", "call_id": "c1", "name": "bash", "arguments": '{"command": "ls"}'},
    ]
    usage = {"input_tokens": 7, "output_tokens": 2}
    ran = {"raw_output": "a\n", "returncode": 0, "exception_info": ""}
    shown = "<returncode>0</returncode>\n<output>\na\n</output>"
    slow = {"raw_output": "", "returncode": -1, "exception_info": "timed out"}
    found = read(
        tmp_path,
        {"role": "user", "content": "Do it"},
        {"object": "response", "model": "gpt", "usage": usage, "output": items, "extra": {"timestamp": 5}},
        {"type": "function_call_output", "call_id": "c1", "output": shown, "extra": ran},
        {"role": "assistant", "content": "And wait", "extra": {"actions": [{"command": "sleep 9"}]}},
        {"role": "user", "content": "<exception>timed out</exception>", "extra": slow},
    )
    assert found.decisions() == [("Hm.", "List"), (None, "And wait")]
    assert [event.payload["input"] for event in found.of("ToolRequest")] == [{"command": "ls"}, {"command": "sleep 9"}]
    assert [event.payload["error"] for event in found.of("ToolResponse")] == [None, "timed out"]
    assert found.of("Decision")[0].meta["tokens"] == {"input": 7, "output": 2}
    assert len(found.of("Observation")) == 1
