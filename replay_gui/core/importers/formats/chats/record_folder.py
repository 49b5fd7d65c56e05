"""Folders with a file for each record of a run: ``events/0.json``, ``events/event-00003-….json``, ``message_2.json``.

The file with the lowest number opens the run; the others are parts of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from replay_gui.core.errors import FormatUnknown
from replay_gui.core.importers.files_below import MAX_FILES
from replay_gui.core.importers.foreign_file import ForeignFile, read_side_json
from replay_gui.core.importers.side_files import belongs_to
from replay_gui.core.path_kinds import is_folder
from replay_gui.core.translation.messages import tr

_NAME = re.compile(r"(event-|message_)?([0-9]{1,9})(-[0-9A-Fa-f-]{8,40})?\.json")
_BELOW = ("events", "messages", "agents/*/messages")
"""The subfolders with the records, below the folder that a user names."""


def records_beside(path: Path) -> list[Path]:
    """Return the files of the run to which `path` belongs, by number; [] if its name is not a record's name."""
    own = _NAME.fullmatch(path.name)
    if own is None:
        return []
    found = [(match, each) for each in path.parent.iterdir() if (match := _NAME.fullmatch(each.name)) is not None]
    alike = [(int(match[2]), each.name, each) for match, each in found if match[1] == own[1]]
    return [each for _, _, each in sorted(alike)[:MAX_FILES] if belongs_to(each, path)]


def first_record_in(folder: Path) -> Path | None:
    """Return the first file of the run in a folder, or below it; None if there is no run, or more than one."""
    folders = [folder, *(below for pattern in _BELOW for below in folder.glob(pattern))]
    first = [found[0] for each in folders if (found := _records_in(each))]
    return first[0] if len(first) == 1 else None


def _records_in(folder: Path) -> list[Path]:
    named = next((each for each in folder.iterdir() if _NAME.fullmatch(each.name)), None) if is_folder(folder) else None
    return records_beside(named) if named is not None else []


def numbered_files(file: ForeignFile) -> Iterator[tuple[int, Any]]:
    """Yield (number from 1, record) for each file of a run; the record is None if it is not a JSON object or array.

    Raises FormatUnknown if the opened file is not the first one.
    """
    paths = records_beside(file.path) or [file.path]
    if paths[0].name != file.path.name:
        raise FormatUnknown(tr("{path}: a part of the run that {name} opens", path=file.path, name=paths[0].name))
    for number, path in enumerate(paths, 1):
        yield number, read_side_json(path)
