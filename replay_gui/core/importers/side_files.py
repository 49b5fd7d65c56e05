"""Files beside a file that have a part of its content."""

from __future__ import annotations

import os
from pathlib import Path

from replay_gui.core.log.source import file_stamp

_JOURNALS = ("-wal", "-journal")
"""Ends of the names of SQLite's journals; the newest rows of a database may stand there alone."""


def belongs_to(path: Path, opened: Path, folder: Path | None = None) -> bool:
    """Return whether a file that is read with the opened one lies below its folder, links followed.

    In somebody else's folder, a link may lead to any file of the user's, which would then stand in reports on the run.

    Args:
        folder: below which it may lie, if not the opened file's own.
    """
    folders = (opened.parent if folder is None else folder, Path(os.path.realpath(opened)).parent)
    try:
        real = Path(os.path.realpath(path))
        return any(real.is_relative_to(os.path.realpath(each)) for each in folders)
    except ValueError:  # a name with a NUL
        return False


def side_files(path: Path) -> list[Path]:
    """Return the journals beside a database that are not empty."""
    journals = [path.with_name(f"{path.name}{end}") for end in _JOURNALS]
    return [file for file in journals if file.is_file() and file.stat().st_size and belongs_to(file, path)]


def stamps_beside(path: Path) -> tuple[tuple[int, ...], ...]:
    """Return what identifies the state on disk of the files beside `path`; it changes if one comes, goes or grows."""
    try:
        return tuple(file_stamp(file.stat()) for file in side_files(path))
    except OSError:  # one has just gone
        return ()
