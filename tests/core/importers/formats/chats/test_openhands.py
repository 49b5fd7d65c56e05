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


def test_a_command_that_still_runs_has_no_exit_code_and_the_shells_words_are_read(tmp_path: Path) -> None:
    def answer(number: int, **text: object) -> dict[str, object]:
        return {"kind": "ObservationEvent", "source": "environment", "tool_call_id": f"t{number}", "observation": text}

    waits = "\n[The command timed out after 9 seconds.]"
    left = "\n[The command completed with exit code 0.]"
    asked = [
        {
            "kind": "ActionEvent",
            "source": "agent",
            "tool_call_id": f"t{number}",
            "tool_name": "terminal",
            "action": {"command": "make"},
        }
        for number in range(3)
    ]
    records = [
        *asked,
        answer(0, content=[{"type": "text", "text": "cc"}], exit_code=-1, timeout=False, metadata={"suffix": waits}),
        answer(1, content=[], exit_code=-1, timeout=True, metadata={"suffix": waits}),
        answer(
            2, content=[{"type": "text", "text": "cc"}], exit_code=0, metadata={"prefix": "[More]\n", "suffix": left}
        ),
    ]
    (found,) = read_all(written(tmp_path, records))
    assert [(event.payload["output"], event.payload["error"]) for event in found.of("ToolResponse")] == [
        (f"cc{waits}", None),
        (waits, "timed out"),
        ("[More]\ncc", None),
    ]


def test_the_state_of_a_conversation_says_how_it_ends(tmp_path: Path) -> None:
    prompt = {"type": "text", "text": "You mend more"}
    records = [
        {"kind": "SystemPromptEvent", "source": "agent", "system_prompt": {"type": "text", "text": "You mend"}},
        {"kind": "SystemPromptUpdateEvent", "source": "agent", "system_prompt": prompt, "reason": "tools_changed"},
        {"kind": "Condensation", "source": "environment", "summary": "Looked at a.", "forgotten_event_ids": ["a"]},
        *(
            {"kind": "ConversationStateUpdateEvent", "source": "environment", "key": key, "value": value}
            for key, value in [
                ("last_user_message_id", "m"),
                ("execution_status", "finished"),
                ("execution_status", "running"),
                ("full_state", {"execution_status": "stuck"}),
            ]
        ),
    ]
    (found,) = read_all(written(tmp_path, records))
    assert [event.payload["data"] for event in found.of("Observation")] == ["You mend", "You mend more"]
    assert [event.payload["data"] for event in found.of("Snapshot")] == [{"summary": "Looked at a."}]
    assert [event.payload["data"] for event in found.of("x:bookkeeping/openhands/state")] == [
        {"key": "last_user_message_id"},
        {"key": "execution_status", "value": "finished"},
        {"key": "execution_status", "value": "running"},
        {"key": "full_state"},
    ]
    assert found.events[-1].payload["how"] == "crash"
    (running,) = read_all(written(tmp_path, records[:-1]))
    assert not running.of("x:end")


def test_older_events_of_the_agents_state_and_memory_are_no_calls(tmp_path: Path) -> None:
    records = [
        {"id": 1, "source": "user", "action": "message", "args": {"content": "go"}},
        {"id": 2, "source": "user", "action": "change_agent_state", "args": {"agent_state": "running"}},
        {
            "id": 3,
            "source": "agent",
            "action": "condensation",
            "args": {"summary": "Looked at a.", "summary_offset": 1},
        },
    ]
    (found,) = read_all(written(tmp_path, records))
    assert [found.of(kind) for kind in ("ToolRequest", "Decision", "x:end")] == [[], [], []]
    assert [event.payload["data"]["summary"] for event in found.of("Snapshot")] == ["Looked at a."]
    assert len(found.of("x:bookkeeping/openhands/change_agent_state")) == 1


def test_an_error_that_names_a_limit_is_the_end_at_a_limit(tmp_path: Path) -> None:
    said = "RuntimeError: Agent reached maximum iteration. Current iteration: 50, max iteration: 50"
    go = {"id": 0, "source": "user", "action": "message", "args": {"content": "go"}}
    for error, how in ((said, "limit"), ("RuntimeError: the container is gone", "crash")):
        record = {"instance_id": "a", "instruction": "go", "metadata": {}, "error": error, "history": [go]}
        (found,) = read_all(written(tmp_path, [record]))
        assert found.of("x:end")[0].payload["how"] == how
    stopped = {"kind": "ConversationErrorEvent", "code": "MaxIterationsReached", "detail": "reached maximum iterations"}
    (found,) = read_all(written(tmp_path, [{"kind": "MessageEvent", "source": "user"}, stopped]))
    assert found.of("x:end")[0].payload["how"] == "limit"


def test_a_message_of_the_agent_ends_its_turn(tmp_path: Path) -> None:
    def said(source: str, text: str) -> dict[str, object]:
        message = {"role": "user", "content": [{"type": "text", "text": text}]}
        return {"kind": "MessageEvent", "source": source, "llm_message": message}

    (found,) = read_all(written(tmp_path, [said("user", "Go"), said("agent", "Done.")]))
    assert found.events[-1].payload["how"] == "answered"
    (more,) = read_all(written(tmp_path, [said("user", "Go"), said("agent", "Done."), said("user", "More")]))
    assert not more.of("x:end")
