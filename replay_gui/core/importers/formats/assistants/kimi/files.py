"""The files of a Kimi session: ``SESSION/agents/AGENT/wire.jsonl``, or of the older CLI ``SESSION/wire.jsonl``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from replay_gui.core.errors import LogUnreadable
from replay_gui.core.importers.files_below import MAX_FILES
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.json_lines import numbered_values
from replay_gui.core.importers.side_files import belongs_to
from replay_gui.core.log.source import Source
from replay_gui.core.path_kinds import is_file
from replay_gui.core.translation.messages import translatable

UNREADABLE_FILES = translatable("files of subagents that cannot be read, left out")
SPAWNED = "subagent.spawned"  # the record that starts a subagent
_FILE, _AGENTS, _MAIN = "wire.jsonl", "agents", "main"
_MAX_FOLDERS = 3  # folders from a file up to the session's folder
_HEAD_BYTES = 4096


class RecordOfSubagent(dict[str, Any]):
    """A record from the file of a subagent. `agent`: the subagent's id."""

    agent = ""


def main_agent_in(folder: Path) -> Path | None:
    """Return the main agent's file in a folder of a session; None if it has none."""
    path = folder / _AGENTS / _MAIN / _FILE
    return path if is_file(path) else None


def session_of(path: Path) -> str | None:
    """Return the id of a file's session, and of its subagent if it is a subagent's file; None for other files."""
    if path.name != _FILE:
        return None
    match path.absolute().parts[:-1]:
        case (*_, session, folder, agent) if folder == _AGENTS:
            return session if agent == _MAIN else f"{session}/{agent}"
        case (*_, session):
            return session
    return None


def main_file_of(path: Path) -> Path | None:
    """Return the main agent's file of the session whose folder has `path`; None for an agent's file, and for others.

    A session's folder also has files with its state, notifications and requests to the model, which are not runs.
    """
    if path.name == _FILE:
        return None
    for folder in path.absolute().parents[:_MAX_FOLDERS]:
        for main in (folder / _AGENTS / _MAIN / _FILE, folder / _FILE):
            if is_file(main) and _is_of_kimi(main):
                return main
    return None


def _is_of_kimi(path: Path) -> bool:
    try:
        with Source(path) as source:
            return b'"protocol_version"' in source.read_at(0, min(source.size, _HEAD_BYTES))
    except LogUnreadable:
        return False


def files_of_agents(path: Path) -> dict[str, Path]:
    """Return the files of the other agents of a session, by the agent's id."""
    if path.name != _FILE or path.parent.parent.name != _AGENTS:
        return {}
    folder = path.parent.parent
    found = [one for one in sorted(folder.glob(f"*/{_FILE}"))[:MAX_FILES] if one.parent != path.parent]
    return {one.parent.name: one for one in found if belongs_to(one, path, folder)}


def with_subagents(
    records: Iterable[tuple[int, Any]], others: dict[str, Path], notes: ImportNotes
) -> Iterator[tuple[int, Any]]:
    """Yield the records; those of a subagent, in its own file, follow the one that starts it.

    Removes from `others` the files that it reads.
    """
    for number, record in records:
        yield number, record
        is_start = isinstance(record, dict) and record.get("type") == SPAWNED
        path = others.pop(str(record.get("subagentId")), None) if is_start else None
        if path is None:
            continue
        try:
            with Source(path) as source:
                for inner_number, inner in with_subagents(numbered_values(source, notes), others, notes):
                    if isinstance(inner, dict) and not isinstance(inner, RecordOfSubagent):
                        inner = RecordOfSubagent(inner)
                        inner.agent = path.parent.name
                    yield inner_number, inner
        except LogUnreadable:
            notes.count(UNREADABLE_FILES, example=path.parent.name)
