"""Claude Code's tools are recorded by its hooks, and it runs again up to the first use that was not recorded.

The program is a stand-in that runs hooks as the real one documents: `--settings` on its command line, a shell for each
hook, the message on standard input, and an answer that may forbid the use.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import urllib3

from replay_gui import EventLog, ReplayEngine
from replay_gui.core.errors import RerunRefused
from replay_gui.record.proxy.claude_hooks import ClaudeToolCalls, running_hooks, with_settings
from replay_gui.record.recording import new_log
from replay_gui.record.sessions.recording_session import RecordingSession
from tests.record.model_server import model_server

CLAUDE = """
import json, os, subprocess, sys, urllib.request
from pathlib import Path
settings = json.loads(sys.argv[sys.argv.index("--settings") + 1])

def tell(event, **more):
    said = b""
    for group in settings["hooks"].get(event, []):
        for hook in group["hooks"]:
            message = json.dumps({"session_id": "s", "hook_event_name": event, **more}).encode()
            said += subprocess.run(hook["command"], shell=True, input=message, stdout=subprocess.PIPE).stdout
    return json.loads(said) if said else {}

def ask(messages):
    body = json.dumps({"model": "m", "messages": messages}).encode()
    request = urllib.request.Request(os.environ["ANTHROPIC_BASE_URL"] + "/v1/messages", body)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["content"]

def use(number, name, given, **more):
    call = {"tool_use_id": f"toolu_{number}", "tool_name": name, "tool_input": given, **more}
    said = tell("PreToolUse", **call)
    if said.get("continue") is False:
        print(said["stopReason"], file=sys.stderr)
        raise SystemExit(1)
    if name == "Read" and not Path(given["file_path"]).exists():
        tell("PostToolUseFailure", **call, error="no such file", is_interrupt=False)
    elif name == "WebFetch":
        tell("PermissionDenied", **call, reason="not allowed")
    else:
        tell("PostToolUse", **call, tool_response={"stdout": "ok"}, duration_ms=3)

ask([{"role": "user", "content": sys.argv[-1]}])
use(1, "Bash", {"command": Path("command").read_text()})
use(2, "Read", {"file_path": "missing.py"})
use(3, "WebFetch", {"url": "https://example.org"})
tell("PreToolUse", tool_use_id="toolu_4", tool_name="Task", tool_input={"prompt": "look"})
use(5, "Glob", {"pattern": "*.py"}, agent_id="a1", agent_type="Explore")
tell("PostToolUse", tool_use_id="toolu_4", tool_name="Task", tool_input={"prompt": "look"}, tool_response="done")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "claude").write_text(CLAUDE)
    (tmp_path / "command").write_text("ls")
    return tmp_path


def run(folder: Path, url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "replay_gui",
        *arguments,
        "--claude-code",
        "--",
        sys.executable,
        "claude",
        "-p",
        "hi",
    ]
    environment = {"ANTHROPIC_BASE_URL": url, "PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": str(folder / "cache")}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_tools_are_recorded_and_a_use_that_was_not_recorded_ends_the_next_run(folder: Path) -> None:
    answer = {"content": [{"type": "text", "text": "hello"}], "role": "assistant", "stop_reason": "end_turn"}
    with model_server(lambda path, body: answer) as server:
        done = run(folder, server.url, "record", "-o", "run.rlog")
        assert (done.returncode, done.stderr) == (0, "replay-gui: recorded into run.rlog\n")
        with EventLog.open(folder / "run.rlog") as log:
            assert ReplayEngine(log).verify().verdict == "VALID"
            uses = [event for event in log if event.kind == "ToolRequest"]
            answers = [event for event in log if event.kind == "ToolResponse"]
        assert [(event.tool, event.payload["input"]) for event in uses] == [
            ("Bash", {"command": "ls"}),
            ("Read", {"file_path": "missing.py"}),
            ("WebFetch", {"url": "https://example.org"}),
            ("Task", {"prompt": "look"}),
            ("Glob", {"pattern": "*.py"}),
        ]
        assert [event.payload["success"] for event in answers] == [True, False, False, True, True]
        assert [event.payload.get("error") for event in answers[1:3]] == ["no such file", "not allowed"]
        assert answers[0].payload["output"] == {"stdout": "ok"}
        assert [event.parent for event in answers] == [uses[at].seq for at in (0, 1, 2, 4, 3)]
        assert uses[4].parent == uses[3].seq, "a subagent's use is inside the call that began it"
        asked = len(server.requests)

        again = run(folder, server.url, "rerun", "run.rlog", "-o", "again.rlog")
        assert again.returncode == 0, again.stderr
        assert "1 call answered as recorded, 5 made for real" in again.stderr
        (folder / "command").write_text("rm -r .")
        changed = run(folder, server.url, "rerun", "run.rlog", "-o", "changed.rlog")
        assert changed.returncode == 1, changed.stderr
        assert "the tool Bash" in changed.stderr
        assert "rm -r ." in changed.stderr
        assert len(server.requests) == asked, "models are answered from the log"
    refused = run(folder, "http://127.0.0.1:1", "rerun", "run.rlog", "-o", "given.rlog", "--fixed", "Bash", "x")
    assert refused.returncode == 2
    assert "uses its tools for real" in refused.stderr


def test_messages_that_are_none_and_versions_without_ids(tmp_path: Path) -> None:
    session = RecordingSession(new_log(tmp_path / "run.rlog"))
    calls = ClaudeToolCalls(session)
    use: dict[str, Any] = {"tool_name": "Bash", "tool_input": {"command": "ls"}}
    messages = [
        {},
        {"hook_event_name": "PreToolUse"},
        {"hook_event_name": "PostToolUse", **use},
        {"hook_event_name": "Stop", **use},
        {"hook_event_name": "PreToolUse", **use},
        {"hook_event_name": "PreToolUse", **use},
        {"hook_event_name": "PostToolUse", **use, "tool_response": 1},
        {"hook_event_name": "PostToolUse", **use, "tool_response": 2},
    ]
    odd: dict[str, Any] = {"tool_name": "\ud800", "tool_input": {"\ud800": [1 << 70, float("nan")], "k" * 9000: None}}
    numbers: list[Any] = [1 << 70, {"tool_use_id": []}]
    for number in numbers:
        asked = {**odd, "tool_use_id": number, "agent_type": 1 << 70, "duration_ms": "\ud800"}
        messages += [{"hook_event_name": "PreToolUse", **asked}, {"hook_event_name": "PostToolUse", **asked}]
    assert [calls.record_message(message) for message in messages] == [None] * len(messages)
    session.finish()
    with EventLog.open(tmp_path / "run.rlog") as log:
        assert [event.payload["output"] for event in log if event.kind == "ToolResponse"] == [1, 2, None, None]


def test_whatever_is_posted_only_hooks_are_heard(tmp_path: Path) -> None:
    session = RecordingSession(new_log(tmp_path / "run.rlog"))
    use = json.dumps({"hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": {"command": "ls"}}).encode()
    deep = b'{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    with running_hooks(session) as hooks, urllib3.PoolManager() as pool:
        given = json.loads(hooks)["hooks"]["PreToolUse"][0]["hooks"][0]["command"].split()
        url, secret = f"http://127.0.0.1:{given[-2]}", given[-1]
        assert pool.request("POST", f"{url}/guessed", body=use).status == 404
        assert pool.request("GET", f"{url}{secret}").status == 501
        for body in (b"", b"no JSON", b"[]", b"1", b"{}", b'{"tool_name": 1}', b"\xff", use[:-1], deep):
            answer = pool.request("POST", f"{url}{secret}", body=body)
            assert (answer.status, answer.data) == (200, b"")
        assert pool.request("POST", f"{url}{secret}", body=use).status == 200
        assert (
            pool.request("POST", f"{url}{secret}", headers={"content-length": "-1"}).status == 400
        )  # and the connection ends
    session.finish()
    with EventLog.open(tmp_path / "run.rlog") as log:
        assert [event.payload["input"] for event in log if event.kind == "ToolRequest"] == [{"command": "ls"}]
        assert ReplayEngine(log).verify().verdict == "VALID"


def test_where_settings_go() -> None:
    assert with_settings(["claude", "-p", "hi"], "{}") == ["claude", "--settings", "{}", "-p", "hi"]
    assert with_settings(["npx", "@anthropic-ai/claude-code@2", "x"], "{}")[1:3] == [
        "@anthropic-ai/claude-code@2",
        "--settings",
    ]
    assert with_settings(["/opt/my-agent", "x"], "{}")[:2] == ["/opt/my-agent", "--settings"]
    with pytest.raises(RerunRefused, match="put your own into"):
        with_settings(["claude", "--settings=mine.json"], "{}")
