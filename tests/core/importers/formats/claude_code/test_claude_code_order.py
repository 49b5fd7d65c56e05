"""Lines that stand where the tree does not put them, files of workflows, and calls that were refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from replay_gui.core.importers.formats.claude_code.state import UNKNOWN_BLOCKS
from tests.helpers.claude_code_lines import assistant, call, line, read, result, text, user


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
