"""Files beside a file that have a part of its content."""

from __future__ import annotations

from pathlib import Path

from replay_gui.core.log.source import file_stamp

_JOURNALS = ("-wal", "-journal")
"""Ends of the names of SQLite's journals; the newest rows of a database may stand there alone."""


def side_files(path: Path) -> list[Path]:
    """Return the journals beside a database that are not empty."""
    journals = [path.with_name(f"{path.name}{end}") for end in _JOURNALS]
    return [file for file in journals if file.is_file() and file.stat().st_size]


def stamps_beside(path: Path) -> tuple[tuple[int, ...], ...]:
    """Return what identifies the state on disk of the files beside `path`; it changes if one comes, goes or grows."""
    try:
        return tuple(file_stamp(file.stat()) for file in side_files(path))
    except OSError:  # one has just gone
        return ()
