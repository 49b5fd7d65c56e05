"""Side files: files next to a file, with a part of its content."""

from __future__ import annotations

import os
from pathlib import Path

from replay_gui.core.log.source import file_stamp
from replay_gui.core.path_kinds import is_file

_JOURNALS = ("-wal", "-journal")
"""Suffixes of SQLite's journals, which can hold the newest rows of a database."""


def belongs_to(path: Path, opened: Path, folder: Path | None = None) -> bool:
    """Return whether a companion file is below the opened file's folder, after resolving links.

    In a folder from somebody else, a link can point to any file of the user, whose text would then be in reports.

    Args:
        folder: the allowed folder, if it is not the opened file's own.
    """
    folders = (opened.parent if folder is None else folder, Path(os.path.realpath(opened)).parent)
    try:
        real = Path(os.path.realpath(path))
        return any(real.is_relative_to(os.path.realpath(each)) for each in folders)
    except ValueError:  # a name with a NUL character
        return False


def side_files(path: Path) -> list[Path]:
    """Return the non-empty journals of a database."""
    journals = [path.with_name(f"{path.name}{end}") for end in _JOURNALS]
    return [file for file in journals if is_file(file) and file.stat().st_size and belongs_to(file, path)]


def stamps_beside(path: Path) -> tuple[tuple[int, ...], ...]:
    """Return a stamp of the side files of `path`; it changes if one is added, removed or grows."""
    try:
        return tuple(file_stamp(file.stat()) for file in side_files(path))
    except OSError:  # a file has just been removed
        return ()
