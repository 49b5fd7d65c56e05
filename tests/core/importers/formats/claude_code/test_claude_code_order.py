"""Lines that stand where the tree does not put them, and files of workflows."""

from __future__ import annotations

import json
from pathlib import Path

from tests.helpers.claude_code_lines import assistant, call, read, result, text, user


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


def test_the_agents_of_a_workflow_stand_below_its_call(tmp_path: Path) -> None:
    folder = tmp_path / "session" / "subagents" / "workflows" / "wf_1"
    folder.mkdir(parents=True)
    for name in "ab":
        own = user("s1", None, f"Do {name}", isSidechain=True, agentId=name)
        (folder / f"agent-{name}.jsonl").write_text(json.dumps(own) + "\n")
    found = read(
        tmp_path,
        user("u1", None, "Go"),
        assistant("a1", "u1", call("c1", "Workflow", flow="x")),
        user("u2", "a1", [result("c1", "Done")], toolUseResult={"runId": "wf_1"}),
        user("u3", "u2", "Thanks"),
    )
    said = [(event.payload["data"], event.meta.get("subagent")) for event in found.of("Observation")]
    assert said == [("Go", None), ("Do a", ["a"]), ("Do b", ["b"]), ("Thanks", None)]
