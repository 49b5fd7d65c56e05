"""What is at a path, for every path: too long, with a NUL, in a loop of links, in a folder that may not be searched.

The methods of pathlib raise OSError for some of these, which `tests/test_structure.py` therefore forbids.
"""

from __future__ import annotations

import errno
import os

from replay_gui.core.errors import LogRefused, LogUnreadable
from replay_gui.core.translation.messages import tr, translatable

_NOTHING_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP)
_REASONS = frozenset(
    (
        translatable("No such file or directory"),
        translatable("Permission denied"),
        translatable("Operation not permitted"),
        translatable("Not a directory"),
        translatable("Is a directory"),
        translatable("File exists"),
        translatable("File name too long"),
        translatable("Too many levels of symbolic links"),
        translatable("Too many open files"),
        translatable("Read-only file system"),
        translatable("No space left on device"),
        translatable("Disk quota exceeded"),
        translatable("File too large"),
        translatable("Input/output error"),
        translatable("Device or resource busy"),
        translatable("No such device or address"),
        translatable("Cannot allocate memory"),
        translatable("Stale file handle"),
        translatable("Connection timed out"),
        translatable("Invalid argument"),
        translatable("embedded null byte"),
    )
)
"""The words of the system, and of Python, for what often prevents the use of a file."""


def is_file(path: str | os.PathLike[str]) -> bool:
    """Return whether a regular file is seen at the path; opening it tells the reason if none is."""
    return os.path.isfile(path)


def is_folder(path: str | os.PathLike[str]) -> bool:
    """Return whether a folder is seen at the path."""
    return os.path.isdir(path)


def is_link(path: str | os.PathLike[str]) -> bool:
    """Return whether a symbolic link is seen at the path."""
    return os.path.islink(path)


def exists(path: str | os.PathLike[str]) -> bool:
    """Return whether the path exists; raise LogUnreadable if the system cannot determine it."""
    try:
        os.stat(path)
    except ValueError:  # a NUL, or half of a surrogate pair
        return False
    except OSError as why:
        if why.errno in _NOTHING_THERE:
            return False
        text = tr("{path}: cannot be looked for: {reason}", path=path, reason=reason_of(why))
        raise LogUnreadable(text) from None
    return True


def reason_of(why: OSError | ValueError) -> str:
    """Return the system's reason for an error, or Python's: a name with a NUL, or with half of a surrogate pair.

    The usual ones are in the user's language.
    """
    reason = (why.strerror if isinstance(why, OSError) else None) or str(why)
    return tr(reason) if reason in _REASONS else reason


def check_is_free(path: str | os.PathLike[str]) -> None:
    """Raise LogRefused if there is something at the path, also a link to nothing; LogUnreadable if nothing can be."""
    try:
        os.lstat(path)
    except FileNotFoundError:
        return
    except (OSError, ValueError) as why:
        text = tr("{path}: cannot be written: {reason}", path=path, reason=reason_of(why))
        raise LogUnreadable(text) from None
    raise LogRefused(tr("{path}: exists already; give another name", path=path))
