from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.facts.known_sessions import MAX_SESSIONS, KnownFolder, known_folders, list_sessions


def save(path: Path, *lines: Any, changed: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    os.utime(path, ns=(changed, changed))
    return path


def claude(text: Any, **more: Any) -> dict[str, Any]:
    return {"type": "user", "message": {"role": "user", "content": text}, **more}


def codex(text: str) -> dict[str, Any]:
    parts = [{"type": "input_text", "text": text}]
    return {"type": "response_item", "payload": {"type": "message", "role": "user", "content": parts}}


PI = {"type": "message", "message": {"role": "user", "content": [{"type": "text", "text": "Ask Pi"}]}}
GEMINI = {"messages": [{"type": "info", "content": "x"}, {"type": "user", "content": [{"text": "Ask Gemini"}]}]}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    save(
        tmp_path / ".claude/projects/-work/one.jsonl",
        {"type": "summary", "summary": "not this"},
        "{ cut",
        claude("<command-name>/clear</command-name>"),
        claude("Caveat: local", isMeta=True),
        claude([{"type": "tool_result", "content": "x"}]),
        claude("Ask\n Claude \x1b[31m"),
        changed=50,
    )
    save(tmp_path / ".claude/projects/-work/agent-1.jsonl", claude("a subagent's"), changed=60)
    save(tmp_path / ".claude/projects/-work/one/subagents/agent-2.jsonl", claude("a subagent's"), changed=60)
    rollout = tmp_path / ".codex/sessions/2026/11/20/rollout-1.jsonl"
    save(rollout, codex("<environment_context>"), codex("# AGENTS.md instructions"), codex("Ask Codex"), changed=40)
    save(tmp_path / ".gemini/tmp/hash/chats/session-1.json", GEMINI, changed=30)
    save(tmp_path / ".pi/agent/sessions/--work--/1.jsonl", PI, changed=20)
    save(tmp_path / ".local/share/opencode/opencode.db", "SQLite format 3", changed=10)
    save(tmp_path / "logs/task.eval", "PK", changed=5)
    return tmp_path


def test_the_newest_sessions_of_every_agent_with_their_first_prompts(home: Path) -> None:
    sessions = list_sessions(known_folders({}, home))
    assert [(session.agent, session.prompt) for session in sessions] == [
        ("Claude Code", "Ask Claude \\x1b[31m"),
        ("Codex", "Ask Codex"),
        ("Gemini CLI", "Ask Gemini"),
        ("Pi", "Ask Pi"),
        ("OpenCode", ""),
        ("Inspect", ""),
    ]
    assert [session.changed for session in sessions] == [50, 40, 30, 20, 10, 5]


def test_the_folders_can_be_elsewhere(home: Path, tmp_path: Path) -> None:
    names = {"CLAUDE_CONFIG_DIR": "/c", "CODEX_HOME": "/x", "XDG_DATA_HOME": "/d", "INSPECT_LOG_DIR": "/i"}
    paths = [folder.path for folder in known_folders(names, home)]
    assert paths[:2] == ["/c/projects", "/x/sessions"]
    assert {"/d/opencode", "/i"} <= set(paths)


def test_what_is_no_file_is_left_out_and_hostile_files_are_listed(tmp_path: Path) -> None:
    folder = tmp_path / "projects"
    save(folder / "deep.jsonl", "[" * 100_000)
    save(folder / "binary.jsonl", "\x00\x01")
    save(folder / "empty.jsonl")
    save(folder / "odd.jsonl", {"type": "user", "message": {"content": {"a": 1}}}, {"role": "user", "content": [3]})
    os.mkfifo(folder / "pipe.jsonl")
    (folder / "loop.jsonl").symlink_to(folder / "loop.jsonl")
    sessions = list_sessions([KnownFolder("Any", str(folder), (".jsonl",), 1), KnownFolder("None", "/none", (), 1)])
    assert sorted(Path(session.path).name for session in sessions) == ["binary.jsonl", "deep.jsonl", "odd.jsonl"]
    assert {session.prompt for session in sessions} == {""}


def test_no_more_than_the_newest(tmp_path: Path) -> None:
    for number in range(MAX_SESSIONS + 5):
        save(tmp_path / f"{number:02}.jsonl", claude("x"), changed=number + 1)
    sessions = list_sessions([KnownFolder("Any", str(tmp_path), (".jsonl",), 0)])
    assert len(sessions) == MAX_SESSIONS
    assert Path(sessions[0].path).stem == f"{MAX_SESSIONS + 4}"
