"""Files of subagents that belong to a Claude Code session."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from replay_gui.core.errors import LogUnreadable
from replay_gui.core.importers.side_files import belongs_to
from replay_gui.core.log.source import read_beginning
from replay_gui.core.path_kinds import is_file, is_folder

_HEAD_BYTES = 4096  # of a file in which the session's id is searched
_WORKFLOWS = "workflows"
_MAX_META_BYTES = 1 << 16


class _SubagentMeta(msgspec.Struct, rename="camel"):
    """The content of ``agent-*.meta.json``."""

    agent_type: str | None = None
    description: str | None = None
    tool_use_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubagentFile:
    """A subagent's own file.

    Attributes:
        agent_id: from the file's name. name: the subagent's name, "" if unknown.
        tool_use_id: of the call that started it, from its ``.meta.json``; None if unknown.
        workflow: the id of its workflow run, "" if it has none.
        is_inside: whether it is below the session's folder; a link to a file elsewhere is not read.
    """

    path: Path
    agent_id: str
    name: str
    tool_use_id: str | None
    workflow: str
    is_inside: bool


def find_subagents(session_file: Path, session_id: str) -> list[SubagentFile]:
    """Return the subagents of a session, from ``<session>/subagents/``, or from its folder (older versions).

    The subagents of a workflow are in ``<session>/subagents/workflows/<run>``.
    """
    folder = session_file.with_suffix("") / "subagents"
    patterns = ("agent-*.jsonl", f"{_WORKFLOWS}/*/agent-*.jsonl") if session_file.suffix == ".jsonl" else ()
    paths = [path for pattern in patterns for path in sorted(folder.glob(pattern))]
    mark = session_id.encode("utf-8", "replace")
    beside = (
        [] if session_file.name.startswith("agent-") or not mark else sorted(session_file.parent.glob("agent-*.jsonl"))
    )
    paths += [path for path in beside if mark in _head(path)]
    return [_subagent(path, belongs_to(path, session_file)) for path in paths]


def meta_path(path: Path) -> Path:
    """Return the path of the ``.meta.json`` of a subagent's file."""
    return path.with_name(f"{path.stem}.meta.json")


def _subagent(path: Path, is_inside: bool) -> SubagentFile:
    meta = _SubagentMeta()
    with suppress(LogUnreadable, msgspec.MsgspecError, UnicodeDecodeError):  # older versions do not write this file
        if is_inside and belongs_to(meta_path(path), path):
            meta = msgspec.json.decode(read_beginning(meta_path(path), _MAX_META_BYTES), type=_SubagentMeta)
    agent_id = path.stem.removeprefix("agent-")
    workflow = path.parent.name if path.parent.parent.name == _WORKFLOWS else ""
    return SubagentFile(
        path=path,
        agent_id=agent_id,
        name=meta.agent_type or meta.description or "",
        tool_use_id=meta.tool_use_id,
        workflow=workflow,
        is_inside=is_inside,
    )


def _head(path: Path) -> bytes:
    try:
        return read_beginning(path, _HEAD_BYTES)
    except LogUnreadable:
        return b""


def session_in(folder: Path) -> Path | None:
    """Return the session of a folder: ``<folder>.jsonl`` next to it, or the only session in it; else None."""
    beside = folder.parent / f"{folder.name}.jsonl"
    if is_file(beside) and is_folder(folder / "subagents"):
        return beside
    sessions = [path for path in folder.glob("*.jsonl") if not path.name.startswith("agent-")]
    return sessions[0] if len(sessions) == 1 and is_folder(folder / sessions[0].stem / "subagents") else None
