"""The sessions that agents leave in known folders of this computer, each with its first prompt.

Folders are listed, and the beginnings of the newest files are read; no file is written, and no data leave the computer.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from replay_gui.core.errors import LogUnreadable
from replay_gui.core.log.source import read_beginning
from replay_gui.core.text.given_paths import path_in
from replay_gui.core.text.plain_text import one_line

MAX_SESSIONS = 30  # sessions that are listed, the newest
_MAX_FILES = 20_000  # files that are examined in one folder
_MAX_HEAD_BYTES = 1 << 18  # bytes of a JSON Lines file that are read for its first prompt
_MAX_DOCUMENT_BYTES = 1 << 22  # bytes of a file that is one JSON document
_MAX_PROMPT_CHARACTERS = 160
# Texts that tools put before the user's first words, in the form of a user's message.
_INJECTED = ("<", "# AGENTS.md", "Caveat:", "[Request interrupted")

_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True)
class KnownFolder:
    """The folder in which an agent keeps its sessions.

    Attributes:
        agent: its display name. path: absolute. suffixes: of the files. depth: levels of subfolders with sessions.
    """

    agent: str
    path: str
    suffixes: tuple[str, ...]
    depth: int


@dataclass(frozen=True, slots=True)
class KnownSession:
    """One session. prompt: the first prompt, as one line; "" if unknown. changed: ns since 1970. size: bytes."""

    path: str
    agent: str
    prompt: str
    changed: int
    size: int


def known_folders(environment: Mapping[str, str], home: Path) -> list[KnownFolder]:
    """Return the folders of the known agents, whether they exist or not."""
    claude = Path(environment.get("CLAUDE_CONFIG_DIR") or home / ".claude", "projects")
    codex = Path(environment.get("CODEX_HOME") or home / ".codex", "sessions")
    data = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")
    inspect = Path(environment.get("INSPECT_LOG_DIR") or home / "logs")
    return [
        KnownFolder("Claude Code", str(claude), (".jsonl",), 1),
        KnownFolder("Codex", str(codex), (".jsonl",), 3),
        KnownFolder("Gemini CLI", str(home / ".gemini" / "tmp"), (".json", ".jsonl"), 2),
        KnownFolder("OpenCode", str(data / "opencode"), ("opencode.db",), 0),
        KnownFolder("Pi", str(home / ".pi" / "agent" / "sessions"), (".jsonl",), 1),
        KnownFolder("Inspect", str(inspect), (".eval",), 1),
    ]


def list_sessions(folders: Sequence[KnownFolder]) -> list[KnownSession]:
    """Return the newest sessions of all folders, newest first, at most MAX_SESSIONS; unreadable ones are left out."""
    found = [session for folder in folders for session in _sessions_in(folder)]
    newest = sorted(found, key=lambda session: (-session.changed, session.path))[:MAX_SESSIONS]
    return [_with_prompt(session) for session in newest]


def _sessions_in(folder: KnownFolder) -> Iterator[KnownSession]:
    examined = 0
    for parent, folders, names in os.walk(folder.path):
        depth = len(Path(parent).relative_to(folder.path).parts)
        folders[:] = sorted(folders) if depth < folder.depth else []
        for name in names:
            examined += 1
            if examined > _MAX_FILES:
                return
            if name.endswith(folder.suffixes) and not name.startswith((".", "agent-")) and name != "logs.json":
                path = path_in(parent, name)
                try:
                    status = os.lstat(path)
                except OSError:
                    continue  # it was removed meanwhile
                if stat.S_ISREG(status.st_mode) and status.st_size:
                    yield KnownSession(path, folder.agent, "", status.st_mtime_ns, status.st_size)


def _with_prompt(session: KnownSession) -> KnownSession:
    prompt = ""
    try:
        if session.path.endswith(".jsonl"):
            prompt = _first_prompt(_lines(read_beginning(Path(session.path), _MAX_HEAD_BYTES)))
        elif session.path.endswith(".json") and session.size <= _MAX_DOCUMENT_BYTES:
            document = _value(read_beginning(Path(session.path), _MAX_DOCUMENT_BYTES))
            messages = document.get("messages") if isinstance(document, dict) else None
            prompt = _first_prompt(messages if isinstance(messages, list) else ())
    except LogUnreadable:
        pass  # it is listed without a prompt; opening it shows the error
    return KnownSession(session.path, session.agent, prompt, session.changed, session.size)


def _lines(head: bytes) -> Iterator[Any]:
    for line in head.split(b"\n"):
        yield _value(line)


def _value(raw: bytes) -> Any:
    """Return the value of a JSON text; None if it is invalid, or cut."""
    try:
        return _decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


def _first_prompt(values: Any) -> str:
    """Return the first text of a user among lines or messages of any known form."""
    for value in values:
        if not isinstance(value, dict) or value.get("isMeta"):
            continue
        for candidates in (value, value.get("message"), value.get("payload")):
            if isinstance(candidates, dict) and "user" in (candidates.get("role"), candidates.get("type")):
                text = one_line(_text(candidates.get("content", candidates.get("parts"))), _MAX_PROMPT_CHARACTERS)
                if text and not text.startswith(_INJECTED):
                    return text
    return ""


def _text(content: Any) -> str:
    """Return the text of a message: the content itself, or the text of its parts."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else ()
    texts = (part.get("text") for part in parts if isinstance(part, dict))
    return " ".join(text for text in texts if isinstance(text, str))
