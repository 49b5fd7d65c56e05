"""Files of subagents that belong to a Claude Code session."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from replay_gui.core.errors import LogUnreadable
from replay_gui.core.importers.side_files import belongs_to
from replay_gui.core.log.source import read_beginning

_HEAD_BYTES = 4096  # bytes of a file that are looked at for the session's id
_WORKFLOWS = "workflows"
_MAX_META_SIZE = 1 << 16  # bytes


class _SubagentMeta(msgspec.Struct, rename="camel"):
    """What ``agent-*.meta.json`` says."""

    agent_type: str | None = None
    description: str | None = None
    tool_use_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubagentFile:
    """A subagent's own file.

    Attributes:
        agent_id: out of the file's name. name: what the subagent is called, where that is known.
        tool_use_id: of the call that started it, where its ``.meta.json`` says so.
        workflow: the id of the workflow's run that it is part of, "" of others.
        is_inside: whether it lies below the session's folder; a link to elsewhere is not read.
    """

    path: Path
    agent_id: str
    name: str
    tool_use_id: str | None
    workflow: str
    is_inside: bool


def find_subagents(session_file: Path, session_id: str) -> list[SubagentFile]:
    """Return the subagents of a session: in ``<session>/subagents/``, or, as older versions wrote them, beside it.

    Those of a workflow have a folder of their own, ``workflows/<run>``, in the first.
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
    """Return where a subagent's file has its facts."""
    return path.with_name(f"{path.stem}.meta.json")


def _subagent(path: Path, is_inside: bool) -> SubagentFile:
    meta = _SubagentMeta()
    with suppress(LogUnreadable, msgspec.MsgspecError, UnicodeDecodeError):  # older versions do not write these facts
        if is_inside and belongs_to(meta_path(path), path):
            meta = msgspec.json.decode(read_beginning(meta_path(path), _MAX_META_SIZE), type=_SubagentMeta)
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
    """Return the session that a folder is of: ``<folder>.jsonl`` beside it, or the only one in it; None else."""
    beside = folder.with_name(f"{folder.name}.jsonl")
    if beside.is_file() and (folder / "subagents").is_dir():
        return beside
    sessions = [path for path in folder.glob("*.jsonl") if not path.name.startswith("agent-")]
    return sessions[0] if len(sessions) == 1 and (folder / sessions[0].stem / "subagents").is_dir() else None
