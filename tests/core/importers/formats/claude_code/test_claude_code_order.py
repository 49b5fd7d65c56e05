"""Lines that stand where the tree does not put them, files of workflows, and calls that were refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from replay_gui.core.importers.formats.claude_code.state import UNKNOWN_BLOCKS
from tests.helpers.claude_code_lines import assistant, call, line, read, result, text, user
from tests.helpers.foreign import read_all


def test_a_result_stands_after_its_request_though_the_tree_says_otherwise(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        user("u1", None, "How full?"),
        assistant("a1", "u1", text("I look.")),
        user("u2", "a1", [result("c1", "50 GB")]),
        assistant("a2", "u2", text("It is asked.")),
        assistant("a3", "a2", call("c1", "Bash", command="df")),
        assistant("a4", "a3", text("50 GB are free.")),
    )
    assert found.kinds == ["Observation", "Decision", "ToolRequest", "ToolResponse", "Decision", "Decision"]
    assert found.one("ToolResponse").meta["parent"] == found.seq("ToolRequest")


@pytest.mark.parametrize("works_on", [False, True])
def test_the_agents_of_a_workflow_stand_below_its_call(tmp_path: Path, works_on: bool) -> None:
    """Before the result for which they worked, or after one that only says that they were started."""
    folder = tmp_path / "session" / "subagents" / "workflows" / "wf_1"
    folder.mkdir(parents=True)
    for name in "ab":
        own = user("s1", None, f"Do {name}", isSidechain=True, agentId=name)
        (folder / f"agent-{name}.jsonl").write_text(json.dumps(own) + "\n")
    found = read(
        tmp_path,
        user("u1", None, "Go"),
        assistant("a1", "u1", call("c1", "Workflow", flow="x")),
        user("u2", "a1", [result("c1", "Done")], toolUseResult={"runId": "wf_1", "isAsync": works_on}),
        user("u3", "u2", "Thanks"),
    )
    assert found.kinds.index("ToolResponse") == (2 if works_on else 4)
    messages = [(event.payload["data"], event.meta.get("subagent")) for event in found.of("Observation")]
    assert messages == [("Go", None), ("Do a", ["a"]), ("Do b", ["b"]), ("Thanks", None)]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("The user doesn't want to proceed with this tool use. (…) the user said:\nuse trash", "use trash"),
        (
            "The user doesn't want to proceed with this tool use.",
            "The user doesn't want to proceed with this tool use.",
        ),
        ("PreToolUse:Bash hook error: [guard]: no network", "PreToolUse:Bash hook error: [guard]: no network"),
        ("Hook PreToolUse:Bash denied this tool", "Hook PreToolUse:Bash denied this tool"),
        (
            "Permission for this action was denied by the Claude Code auto mode classifier. Reason: not asked for.",
            "Permission for this action was denied by the Claude Code auto mode classifier. Reason: not asked for.",
        ),
    ],
)
def test_a_refused_call_is_denied_with_its_reason(tmp_path: Path, answer: str, reason: str) -> None:
    found = read(
        tmp_path,
        user("u1", None, "Go"),
        assistant("a1", "u1", call("c1", "Bash", command="rm x")),
        user("u2", "a1", [result("c1", answer, is_error=True)]),
    )
    assert found.kinds == ["Observation", "ToolRequest", "ToolResponse", "CapabilityDenied"]
    assert found.one("CapabilityDenied").payload["reason"] == reason
    assert found.one("ToolResponse").payload["output"] == answer


@pytest.mark.parametrize(
    ("denial", "is_denied"), [("user-rejected", True), ("permission-rule", True), ("interrupted", False), (None, False)]
)
def test_a_line_that_names_a_denial_is_one_whatever_its_words(
    tmp_path: Path, denial: str | None, is_denied: bool
) -> None:
    more = {} if denial is None else {"toolDenialKind": denial}
    found = read(
        tmp_path,
        user("u1", None, "Go"),
        assistant("a1", "u1", call("c1", "Bash", command="rm x")),
        user("u2", "a1", [result("c1", "take another approach", is_error=True)], **more),
    )
    assert found.kinds[-1] == ("CapabilityDenied" if is_denied else "Error")
    assert found.one("ToolResponse").payload.get("fields", {}) == more


def test_what_stops_an_agent_or_changes_its_model_is_a_step_and_known(tmp_path: Path) -> None:
    models = {"from": {"model": "large"}, "to": {"model": "small"}}
    found = read(
        tmp_path,
        user("u1", None, "Go"),
        assistant("a1", "u1", {"type": "fallback", **models}),
        line("system", "s1", "a1", subtype="stop_hook_summary", content="ran", preventedContinuation=True),
        line("system", "s2", "s1", subtype="stop_hook_summary", content="ran", preventedContinuation=False),
    )
    kinds = ["x:claude-code/fallback", "x:claude-code/system", "x:bookkeeping/claude-code/system"]
    assert found.kinds[1:] == kinds
    assert found.run.notes[UNKNOWN_BLOCKS] == 0


def test_the_editors_state_before_a_prompt_is_not_the_users(tmp_path: Path) -> None:
    state = "<ide_opened_file>The user opened /x.ts</ide_opened_file>"
    found = read(tmp_path, user("u1", None, f"{state}\nShorter"), user("u2", "u1", state))
    said = [(event.payload["obs_type"], event.payload["data"]) for event in found.of("Observation")]
    assert said == [("notice", state), ("message", "Shorter"), ("notice", state)]


def test_the_cost_of_a_session_is_what_its_last_line_of_that_kind_states(tmp_path: Path) -> None:
    def spent(dollars: float) -> dict[str, object]:
        return {"type": "cost-state", "sessionId": "s", "totalCostUSD": dollars, "totalDuration": 60, "startTime": 1}

    found = read(tmp_path, user("u1", None, "Go"), spent(0.5), user("u2", "u1", "On"), spent(0.75))
    states = found.of("x:bookkeeping/claude-code/cost-state")
    assert [event.meta["cost"] for event in states] == [0.5, 0.25]
    assert all("totalDuration" not in event.payload for event in states)


def test_lines_without_their_session_are_recognised_by_their_calls(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    time = "2026-01-04T09:00:00.000Z"
    lines = [
        {"type": "user", "timestamp": time, "message": {"role": "user", "content": "Go"}},
        {"type": "assistant", "timestamp": time, "message": {"content": [call("c1", "Agent", prompt="Sum up")]}},
        {"type": "user", "timestamp": time, "message": {"content": [result("c1", "limit reached", is_error=True)]}},
    ]
    path.write_text("".join(json.dumps(one) + "\n" for one in lines))
    (found,) = read_all(path)
    assert found.kinds[1:] == ["Observation", "ToolRequest", "ToolResponse", "Error"]
    assert found.run.agent == "claude-code"
