"""Read a session that an earlier OpenCode kept as files, one for each message and part, into the form of its export.

The user opens the session's own file, ``storage/session/<project>/<session>.json``. Messages are beside it, in
``storage/message/<session>``, and their parts in ``storage/part/<message>``; before that, ``storage/session`` had these
folders, with parts below the session's id, and the session's file in ``storage/session/info``.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

from replay_gui.core.importers.foreign_file import ForeignFile, read_side_json
from replay_gui.core.importers.side_files import belongs_to
from replay_gui.core.path_kinds import is_folder

_SIGNS = {"id", "time", "title"}
_MAX_FILES = 20_000  # of one session


def kept_session(file: ForeignFile) -> dict[str, Any] | None:
    """Return the session in the form of the export; None if the file is not a session's file, or has no messages."""
    if (folder := _messages_of(file)) is None:
        return None
    messages = [
        {
            "info": info,
            "parts": [part for path in _parts_of(folder, info) if isinstance(part := read_side_json(path), dict)],
        }
        for path in _files(folder)
        if isinstance(info := read_side_json(path), dict)
    ]
    return {"info": file.document, "messages": sorted(messages, key=_created)} if messages else None


def files_of(file: ForeignFile) -> list[Path]:
    """Return the files of the session's messages and parts; [] if the file is not a session's file."""
    if (folder := _messages_of(file)) is None:
        return []
    messages = _files(folder)
    parts = (path for message in messages for path in _parts_of(folder, {"id": message.stem}))
    return [*messages, *islice(parts, _MAX_FILES)]


def _messages_of(file: ForeignFile) -> Path | None:
    """Return the folder with the session's messages."""
    session = file.document
    if not isinstance(session, dict) or not session.keys() >= _SIGNS or session.get("id") != file.path.stem:
        return None
    for root in (file.path.parents[1], file.path.parents[2]) if len(file.path.parents) > 2 else ():
        folder = root / "message" / str(session["id"])
        if is_folder(folder) and belongs_to(folder, file.path, root):
            return folder
    return None


def _parts_of(folder: Path, info: dict[str, Any]) -> list[Path]:
    """Return the files of a message's parts; `folder`: the folder of the session's messages."""
    name, root = str(info.get("id")), folder.parents[1]
    if not name.isidentifier():
        return []
    return _files(root / "part" / name) or _files(root / "part" / folder.name / name)


def _files(folder: Path) -> list[Path]:
    root = folder.parents[1]
    inside = (path for path in sorted(folder.glob("*.json")) if belongs_to(path, path, root))
    return [*islice(inside, _MAX_FILES)]


def _created(message: dict[str, Any]) -> tuple[float, str]:
    time = message["info"].get("time")
    created = time.get("created") if isinstance(time, dict) else None
    return (created if isinstance(created, int | float) else 0.0), str(message["info"].get("id"))
