from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from tests.helpers.foreign import read_all, real_files, written
from tests.helpers.shared_data import each_real_file

DIFF = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"


def step(action: str, observation: str = "ok", **more: Any) -> dict[str, Any]:
    return {"action": action, "observation": observation, "thought": "Hm.", "response": "Hm.", "state": {}, **more}


def test_steps_are_thoughts_commands_and_what_came_of_them(tmp_path: Path) -> None:
    history = [
        {"role": "system", "content": "You are", "agent": "main"},
        {"role": "user", "content": "demo", "is_demo": True},
        {"role": "user", "content": "Mend it."},
        {"role": "assistant", "content": "Hm.", "action": "ls"},
    ]
    steps = [
        step("ls -a", execution_time=0.5, state='{"open_file": "n/a", "working_dir": "/"}'),
        step("edit 1:2\nx\nend_of_edit", "Your proposed edit has introduced new syntax error(s)."),
        step("edit 1:2\ny\nend_of_edit"),
    ]
    info = {"exit_status": "exit_cost", "submission": DIFF, "model_stats": {"instance_cost": 0.25}}
    (one,) = read_all(written(tmp_path, {"trajectory": steps, "history": history, "info": info, "environment": "e"}))
    assert one.format == "swe-agent"
    assert [event.payload["data"] for event in one.of("Observation")] == ["You are", "Mend it."]
    assert one.tools() == {"ls": 1, "edit": 2}
    assert one.of("ToolResponse")[0].meta["duration"] == 500_000_000
    assert one.of("StateTransition")[0].payload["data"] == {"open_file": "n/a", "working_dir": "/"}
    assert (len(one.of("PatchRejected")), len(one.of("PatchApplied")), len(one.of("PatchProposal"))) == (1, 1, 3)
    assert [event.payload["success"] for event in one.of("ToolResponse")] == [True, False, True]
    assert one.of("Error")[0].payload["error_type"] == "exit_cost"
    (result,) = one.of("x:bookkeeping/swe-agent/result")
    assert result.meta["total_cost"] == 0.25
    end, outcome = one.events[-2:]
    assert end.payload == {"how": "limit", "why": "exit_cost"}
    assert (outcome.payload["passed"], outcome.payload["answer"]) == (None, DIFF)
    assert one.run.notes.sentences() == ("messages of demonstrations, kept as bookkeeping: 1",)


@each_real_file(real_files("swe-agent", "*.traj"))
def test_real_trajectories_lose_nothing(path: Path) -> None:
    """Counted from the source: a request a command, a response an observation, a Decision a step."""
    (one,) = read_all(path)
    found = json.loads(path.read_text())
    if "trajectory" in found:
        steps = [(one["action"], one["observation"]) for one in found["trajectory"]]
    else:
        messages = [message for message in found["history"] if message["role"] == "assistant"]
        steps = [(message["action"], None) for message in messages]
    actions = [action for action, _ in steps if action.strip()]
    assert [event.payload["input"]["command"] for event in one.of("ToolRequest")] == actions
    messages = [
        message for message in found["history"] if message["role"] == "assistant" and not message.get("is_demo")
    ]
    named = [call["function"]["name"] for message in messages for call in message.get("tool_calls") or ()]
    assert one.tools() == Counter(named or [action.split()[0] for action in actions])
    assert len(one.of("ToolResponse")) == len(actions)
    if "trajectory" in found:
        assert [event.payload["output"] for event in one.of("ToolResponse")] == [
            text for did, text in steps if did.strip()
        ]
    without_words = [one for one in found.get("trajectory") or () if one["thought"] and not one["thought"].strip()]
    assert len(one.of("Decision")) == len(steps) - len(without_words)


def test_what_an_edit_is_of_where_the_file_has_no_states(tmp_path: Path) -> None:
    records = [('open "tests/a.py"', "[File: tests/a.py]"), ("edit 'x' 'y'", "Text replaced.")]
    history = [{"role": "user", "content": "Mend it."}]
    for action, answer in records:
        history += [{"role": "assistant", "content": "Hm.", "action": action}, {"role": "tool", "content": answer}]
    (one,) = read_all(written(tmp_path, {"history": history}), "swe-agent")
    assert [event.payload["target"] for event in one.of("PatchProposal")] == ["tests/a.py"]


def test_states_before_a_command_and_edits_that_name_their_file(tmp_path: Path) -> None:
    """Versions before 1.0 write the state as text, as it was before the command."""
    before = [
        step("open b.py", state='{"open_file": "/w/a.py"}'),
        step("edit 1:1\nx\nend_of_edit", state='{"open_file": "/w/b.py"}'),
        step("str_replace_editor view /w"),
        step("str_replace_editor str_replace /w/c.py --old_str 'x'", "No replacement was performed, old_str"),
    ]
    (one,) = read_all(written(tmp_path, {"trajectory": before, "info": {}}), "swe-agent")
    assert [event.payload["target"] for event in one.of("PatchProposal")] == ["/w/b.py", "/w/c.py"]
    assert [event.payload["success"] for event in one.of("ToolResponse")] == [True, True, True, False]
    changed, asked = one.of("StateTransition")[1], one.of("ToolRequest")[1]
    assert one.events.index(changed) < one.events.index(asked)


def test_a_call_tells_the_tool_of_its_command(tmp_path: Path) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "bash", "arguments": "{}"}}
    message = {"role": "assistant", "content": "Hm.", "thought": "Hm.", "action": "cd /x && ls", "tool_calls": [call]}
    step = {"action": "cd /x && ls", "observation": "a.py", "response": "Hm.", "thought": "Hm.", "state": {}}
    other = {**step, "action": "submit"}
    history = [{"role": "user", "content": "Mend it."}, message, {"role": "tool", "content": "a.py"}]
    (one,) = read_all(written(tmp_path, {"history": history, "trajectory": [step, other], "info": {}}), "swe-agent")
    assert one.tools() == {"bash": 1, "submit": 1}
    (one,) = read_all(written(tmp_path, {"history": history}), "swe-agent")
    assert one.tools() == {"bash": 1}
    (one,) = read_all(written(tmp_path, {"history": [history[0], {**message, "tool_calls": None}]}), "swe-agent")
    assert one.tools() == {"ls": 1}


def test_a_command_that_swe_agent_stopped_has_failed_and_a_thought_without_words_is_none(tmp_path: Path) -> None:
    took_long = "The command 'python x.py' was cancelled because it took more than 30 seconds."
    steps = [
        {**step("python x.py", "\nEXECUTION TIMED OUT"), "thought": "\n", "response": "\n```\npython x.py\n```"},
        step("python x.py", took_long),
        step("cat log", "it says:\nEXECUTION TIMED OUT"),
    ]
    (one,) = read_all(written(tmp_path, {"trajectory": steps, "history": [], "info": {}, "environment": "e"}))
    assert [event.payload["error"] for event in one.of("ToolResponse")] == ["EXECUTION TIMED OUT", took_long, None]
    assert len(one.of("Decision")) == 2
    assert one.of("ToolRequest")[0].payload["fields"] == {"response": "\n```\npython x.py\n```"}


def test_a_submitted_flag_is_an_answer_and_no_patch(tmp_path: Path) -> None:
    info = {"exit_status": "submitted", "submission": "flag{x}"}
    trajectory = {"trajectory": [step("submit 'flag{x}'")], "history": [], "info": info, "environment": "e"}
    (one,) = read_all(written(tmp_path, trajectory))
    assert one.of("PatchProposal") == []
    assert one.of("x:outcome")[0].payload["answer"] == "flag{x}"
