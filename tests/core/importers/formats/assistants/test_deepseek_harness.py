"""Sessions of DeepSeek Harness, in the forms of its versions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.foreign import Read, read_all

Record = dict[str, Any]
HEADER: Record = {"type": "session", "version": 0, "id": "s1", "createdAt": 1_785_600_000_000, "delegationDepth": 0}
USER = {"kind": "user"}
MODEL = {"provider": "deepseek", "model": "v4"}


def log(folder: Path, *events: tuple[str, Record], form: str = "session") -> Read:
    """Read events, numbered, one second after the other."""
    lines: list[Record] = [
        {"type": kind, "seq": seq, "time": 1_785_600_000_000 + 1000 * seq, "data": data}
        for seq, (kind, data) in enumerate(events)
    ]
    if form == "session":
        lines = [HEADER, *lines]
    elif form == "rpc":
        lines = [
            {"jsonrpc": "2.0", "method": "session.event", "params": {"sessionId": "s1", "event": e}} for e in lines
        ]
    elif form == "history":
        lines = [{"event": event} for event in lines]
    path = folder / "session.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    (run,) = read_all(path)
    assert run.format == "deepseek-harness"
    return run


def text(words: str) -> list[Record]:
    return [{"type": "text", "text": words}]


def prompt(words: str, **source: Any) -> tuple[str, Record]:
    return "user/message", {"content": text(words), "source": source or USER, "role": "user", "id": "m"}


def called(number: int, name: str, **given: Any) -> Record:
    return {"type": "tool-call", "id": f"c{number}", "name": name, "arguments": json.dumps(given)}


def call(block: Record) -> tuple[str, Record]:
    about = {"turn": 1, "step": 1, "callId": block["id"], "name": block["name"], "arguments": block["arguments"]}
    return "tool/call", about


def said(*blocks: Record, is_old: bool = False, **usage: int) -> tuple[str, Record]:
    content: Record = {"content": [*blocks]}
    about = (
        {**content, "provenance": MODEL}
        if is_old
        else {"message": {"role": "assistant", **content, "source": {**MODEL, "kind": "model"}}}
    )
    return "assistant/message", {"turn": 1, "step": 1, **about, **({"usage": usage} if usage else {})}


def result(version: int, number: int, words: str, *, is_error: bool = False, **more: Any) -> tuple[str, Record]:
    """As versions 0, 1 to 3, and 4 of the format have it."""
    known: Record = {"turn": 1, "step": 1, **more}
    old = {"callId": f"c{number}", "content": text(words), "isError": is_error}
    part = {"type": "tool-result", "toolCallId": f"c{number}", "content": text(words), "isError": is_error}
    new = {
        "role": "tool",
        "toolCallId": f"c{number}",
        "content": text(words),
        **({"isError": True} if is_error else {}),
    }
    data = [{**known, **old}, {**known, "message": {"role": "user", "content": [part]}}, {**known, "message": new}]
    return "tool/result", data[version]


def turn(reason: str, **more: Any) -> tuple[str, Record]:
    return "turn/end", {"turn": 1, "reason": {"kind": reason, **more}}


START = ("turn/start", {"turn": 1, "trigger": {"kind": "message", "source": USER}})
READ, SHELL = called(0, "read", file_path="x"), called(1, "bash", command="rm x")


def usage_chunk(**usage: int) -> tuple[str, Record]:
    return "assistant/chunk", {"turn": 1, "step": 1, "chunk": {"type": "usage", "usage": usage}}


@pytest.mark.parametrize(("version", "form"), [(0, "session"), (1, "rpc"), (2, "session"), (2, "history")])
def test_a_session(tmp_path: Path, version: int, form: str) -> None:
    usage = {"inputTokens": 10, "outputTokens": 4, "cacheReadTokens": 20, "reasoningTokens": 3}
    run = log(
        tmp_path,
        START,
        prompt("Look at x"),
        ("step/start", {"turn": 1, "step": 1}),
        ("request/header", {"header": {"config": MODEL, "system": "Be good.", "tools": []}, "reason": "initial"}),
        usage_chunk(**usage),
        said({"type": "reasoning", "text": "Is it there?"}, *text("I look."), READ, is_old=version == 0, **usage),
        call(READ),
        result(version, 0, "Error: no such file", is_error=True, error={"name": "FsError", "code": "ENOENT"}),
        ("step/end", {"turn": 1, "step": 1}),
        said(SHELL, is_old=version == 0, inputTokens=1, outputTokens=1),
        call(SHELL),
        ("approval/asked", {"id": "a", "toolName": "bash", "callId": "c1", "reason": "rm"}),
        ("approval/decided", {"id": "a", "outcome": "rejected"}),
        result(version, 1, 'Error: the user rejected tool "bash"', is_error=True),
        said(*text("I may not."), is_old=version == 0, inputTokens=2, outputTokens=1),
        turn("completed"),
        form=form,
    )
    assert run.run.run_id == ("s1" if form != "history" else "session")
    assert [(event.payload["source"], event.payload["data"]) for event in run.of("Observation")] == [
        ("user", "Look at x"),
        ("system", "Be good."),
    ]
    assert run.decisions() == [("Is it there?", "I look."), (None, "I may not.")]
    assert [event.payload["input"] for event in run.of("ToolRequest")] == [{"file_path": "x"}, {"command": "rm x"}]
    assert [event.payload["success"] for event in run.of("ToolResponse")] == [False, False]
    assert run.of("ToolResponse")[0].payload["output"] == "Error: no such file"
    assert (len(run.of("Error")), len(run.of("CapabilityDenied"))) == (1, 1)
    assert run.tokens() == {"input": 33, "cached": 20, "output": 6, "reasoning": 3}
    assert {event.meta.get("model") for event in run.of("ToolRequest")} == {"v4"}
    assert run.of("ToolRequest")[0].meta["time"] == 1_785_600_006_000 * 10**6
    assert run.run.notes.sentences() == ()
    assert run.events[-1].payload == {"how": "answered", "why": None}


@pytest.mark.parametrize(
    ("reason", "end", "errors"),
    [
        (turn("aborted"), [("stopped by user", None)], 1),
        (turn("max-tokens"), [("limit", "max-tokens")], 0),
        (turn("interrupted"), [("crash", "interrupted")], 0),
        (turn("error", step=1, failure={"message": "busy", "code": "HTTP_503"}), [("crash", "busy")], 1),
        (turn("error", step=1, message="full", code="CONTEXT_WINDOW_EXCEEDED"), [("limit", "full")], 1),
        (turn("disposed"), [], 0),
    ],
)
def test_how_a_turn_ended(tmp_path: Path, reason: tuple[str, Record], end: list[Any], errors: int) -> None:
    run = log(tmp_path, START, prompt("Go"), reason)
    assert [(event.payload["how"], event.payload["why"]) for event in run.of("x:end")] == end
    assert len(run.of("Error")) == errors
    assert log(tmp_path, START, prompt("Go"), reason, START, prompt("On")).of("x:end") == []


def test_an_answer_that_broke_off_is_kept_with_its_tokens(tmp_path: Path) -> None:
    def delta(kind: str, **chunk: Any) -> tuple[str, Record]:
        return "assistant/chunk", {"turn": 1, "step": 1, "chunk": {"type": kind, "index": 0, **chunk}}

    run = log(
        tmp_path,
        START,
        prompt("Go"),
        delta("text-delta", text="I "),
        ("text-chunks", {"turn": 1, "step": 1, "index": 0, "dt": [1], "texts": ["loo", "k"]}),
        usage_chunk(inputTokens=7, outputTokens=2),
        ("llm/retry", {"turn": 1, "step": 1, "retry": 1, "failure": {"message": "slow", "code": "TIMEOUT"}}),
        turn("error", step=1, failure={"message": "slow", "code": "TIMEOUT"}),
    )
    assert run.decisions() == [(None, "I look")]
    assert run.tokens() == {"input": 7, "cached": 0, "output": 2}
    assert [event.payload["message"] for event in run.of("Error")] == ["slow", "slow"]


def test_what_is_not_of_the_user(tmp_path: Path) -> None:
    run = log(
        tmp_path,
        ("command/run", {"commandId": "k", "name": "permission", "args": " read-only", "source": USER}),
        ("command/done", {"commandId": "k", "kind": "success", "text": "Done."}),
        START,
        prompt("Go"),
        prompt("<system-reminder>skills</system-reminder>", kind="plugin", plugin="skills"),
        ("steering/message", {"turn": 1, "message": {"content": text("Stop"), "source": USER}}),
        ("compact/summary", {"summary": text("so far"), "model": "v4", "usage": {"inputTokens": 5, "outputTokens": 1}}),
        prompt("so far", kind="compact-checkpoint"),
        ("todo/write", {"todos": []}),
        ("turn/start", {"turn": 2, "trigger": {"kind": "message", "source": {"kind": "cron"}}}),
        prompt("Every morning", kind="cron"),
        ("new/thing", {"a": 1}),
    )
    shown = [
        (event.payload["obs_type"], event.payload["source"], event.payload["data"]) for event in run.of("Observation")
    ]
    assert shown == [
        ("command", "user", "/permission read-only"),
        ("message", "user", "Go"),
        ("message", "user", "Stop"),
        ("message", "cron", "Every morning"),
    ]
    assert len(run.of("Snapshot")) == 1
    assert run.tokens() == {"input": 5, "cached": 0, "output": 1}
    contexts = run.of("x:bookkeeping/deepseek-harness/context")
    assert [event.payload["data"] for event in contexts] == ["<system-reminder>skills</system-reminder>", "so far"]
    assert run.of("x:deepseek-harness/new/thing")[0].payload["data"] == {"a": 1}


def test_calls_within_a_program(tmp_path: Path) -> None:
    inner: Record = {"parentCallId": "c0", "subCallId": "c0:code:1", "name": "grep", "arguments": {"pattern": "x"}}
    run = log(
        tmp_path,
        START,
        prompt("Go"),
        call(called(0, "run_code", code="grep()")),
        ("tool/code-dispatch-start", inner),
        ("tool/code-dispatch", {**inner, "isError": True, "content": text("bad pattern")}),
        result(1, 0, "done"),
    )
    assert run.tools() == {"run_code": 1, "grep": 1}
    (grep,) = [event for event in run.of("ToolRequest") if event.payload["tool_name"] == "grep"]
    assert grep.meta["parent"] == run.events.index(run.of("ToolRequest")[0])
    assert [event.payload["error"] for event in run.of("ToolResponse")] == ["bad pattern", None]


def test_a_call_within_a_program_of_which_only_the_end_is_told(tmp_path: Path) -> None:
    inner: Record = {"rootCallId": "r", "parentCallId": "p", "subCallId": "s", "name": "bash"}
    ended = {**inner, "arguments": {"command": "curl"}, "isError": True, "content": text("exit code: 1")}
    run = log(tmp_path, START, ("tool/code-dispatch", ended))
    assert [event.payload["input"] for event in run.of("ToolRequest")] == [{"command": "curl"}]
    (answer,) = run.of("ToolResponse")
    assert (answer.payload["tool_name"], answer.payload["error"]) == ("bash", "exit code: 1")
    assert answer.meta["parent"] == run.events.index(run.of("ToolRequest")[0])


def test_calls_that_only_the_answer_names(tmp_path: Path) -> None:
    run = log(tmp_path, START, prompt("Go"), said(READ, SHELL), result(1, 0, "text"), turn("interrupted"))
    assert run.tools() == {"read": 1, "bash": 1}
    assert [event.payload["output"] for event in run.of("ToolResponse")] == ["text"]
