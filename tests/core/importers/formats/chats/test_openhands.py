"""The older events of OpenHands, as its web interface exports a conversation."""

from __future__ import annotations

import json
from pathlib import Path

from tests.helpers.foreign import Read, read_all, written
from tests.helpers.paths import DATA

SEED = DATA / "seeds" / "openhands" / "3.json"


def exported() -> Read:
    (found,) = read_all(SEED)
    assert found.format == "openhands"
    return found


def test_who_says_what() -> None:
    found = exported()
    assert [(event.payload["source"], event.payload["data"]) for event in found.of("Observation")] == [
        ("system", "You mend programs"),
        ("user", "Fix the scanner"),
    ]
    assert [event.payload["data"] for event in found.of("Decision")] == ["Let me look.", "All done.", "Really."]
    assert found.tools() == {"run": 1, "think": 1, "edit": 1}
    assert found.of("ToolRequest")[1].payload["input"] == {"thought": "I should try another."}
    steps = [kind for kind in found.kinds if "bookkeeping" in kind and not kind.endswith("/use")]
    assert sorted(steps) == [f"x:bookkeeping/openhands/{kind}" for kind in ["agent_state_changed"] * 2 + ["recall"] * 2]


def test_an_edit_that_failed_says_so_in_its_text_alone() -> None:
    assert [event.payload["error"] for event in exported().of("ToolResponse")] == [
        "exit 2",
        None,
        "No replacement was performed",
    ]


def test_tokens_of_an_answer_are_told_once_and_the_cost_at_the_end(tmp_path: Path) -> None:
    found = exported()
    tokens = [event.meta["tokens"] for event in found.events if event.meta.get("tokens")]
    assert tokens == [{"input": 171, "cached": 50, "output": 12}]
    assert [event.meta.get("model") for event in found.of("ToolRequest")] == ["lm/devstral"] * 3
    assert [event.meta["cost"] for event in found.of("x:bookkeeping/openhands/use")] == [0.02]

    events = json.loads(SEED.read_text())["trajectory"]
    for event in events:
        event.pop("tool_call_metadata", None)
    (bare,) = read_all(written(tmp_path, events))
    (use,) = bare.of("x:bookkeeping/openhands/use")
    assert use.meta["tokens"] == {"input": 118, "cached": 0, "output": 7}


def test_what_the_user_rejects_is_denied(tmp_path: Path) -> None:
    call = {"name": "terminal", "arguments": '{"command": "rm -r ."}'}
    records = [
        {
            "kind": "ActionEvent",
            "id": "a",
            "source": "agent",
            "tool_call_id": "t",
            "tool_name": "terminal",
            "tool_call": call,
        },
        {"kind": "UserRejectObservation", "id": "b", "source": "user", "tool_call_id": "t", "rejection_reason": "no"},
    ]
    (found,) = read_all(written(tmp_path, records))
    assert found.kinds == ["AgentInit", "ToolRequest", "ToolResponse", "CapabilityDenied"]
