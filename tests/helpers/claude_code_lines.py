"""Builders of Claude Code lines, and a reader of the run made from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from replay_gui.core.importers.formats.claude_code.importer import ClaudeCode
from replay_gui.core.importers.imported_run import ImportedEvent
from replay_gui.core.importers.packed import foreign_file
from replay_gui.core.log.kinds import END
from replay_gui.core.log.source import Source
from tests.helpers.foreign import Read

CWD = "/home/me/project"


def line(kind: str, uuid: str, parent: str | None, message: Any = None, **more: Any) -> dict[str, Any]:
    """A line of the tree."""
    number = sum(map(ord, uuid)) % 60
    fields: dict[str, Any] = {
        "parentUuid": parent,
        "uuid": uuid,
        "sessionId": "session-1",
        "type": kind,
        "timestamp": f"2025-10-24T20:54:{number:02}.500Z",
        "cwd": CWD,
        "version": "2.0.26",
        "isSidechain": False,
    }
    return fields | ({} if message is None else {"message": message}) | more


def user(uuid: str, parent: str | None, content: Any, **more: Any) -> dict[str, Any]:
    return line("user", uuid, parent, {"role": "user", "content": content}, **more)


def assistant(uuid: str, parent: str | None, *blocks: Any, message_id: str = "", **more: Any) -> dict[str, Any]:
    message = {
        "id": message_id or f"msg-{uuid}",
        "role": "assistant",
        "model": "a-model",
        "content": list(blocks),
        "usage": {"input_tokens": 10, "output_tokens": 3},
    }
    return line("assistant", uuid, parent, message, **more)


def text(value: str) -> dict[str, Any]:
    return {"type": "text", "text": value}


def call(call_id: str, name: str, **given: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": call_id, "name": name, "input": given}


def result(call_id: str, content: Any, **more: Any) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": call_id, "content": content, **more}


class ReadSession(Read):
    """A session that was read completely."""

    def one(self, kind: str) -> ImportedEvent:
        (event,) = self.of(kind)
        return event

    def seq(self, kind: str) -> int:
        return self.events.index(self.one(kind))

    @property
    def kinds(self) -> list[str]:
        """The kinds of all events but the first AgentInit and the end."""
        return [event.kind for event in self.events[1:] if event.kind != END]

    @property
    def notes(self) -> tuple[str, ...]:
        return self.run.notes.sentences()


def write(folder: Path, *lines: Any, end: bytes = b"\n") -> Path:
    """Write a session of these lines: maps become JSON, bytes stay."""
    path = folder / "session.jsonl"
    path.write_bytes(b"\n".join(one if isinstance(one, bytes) else json.dumps(one).encode() for one in lines) + end)
    return path


def read(folder: Path, *lines: Any, end: bytes = b"\n") -> ReadSession:
    return read_file(write(folder, *lines, end=end))


def read_file(path: Path) -> ReadSession:
    """Read the main run."""
    with Source(path) as source, foreign_file(source) as file:
        run = next(ClaudeCode().runs(file))
        return ReadSession(ClaudeCode.name, run, list(run.events))
