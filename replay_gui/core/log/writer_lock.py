"""The lock that allows only one writer of a log; readers see by it that the log is being written."""

from __future__ import annotations

import os

try:
    import fcntl
except ImportError:  # Windows has no advisory locks; there the open handle itself excludes others
    fcntl = None  # type: ignore[assignment]


def lock_for_writing(handle: int) -> bool:
    """Lock an open file until it is closed; return False if another process, or another handle, has locked it."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def is_being_written(path: str | os.PathLike[str]) -> bool:
    """Return whether a recorder of this or another process has locked a log; False if unknown.

    It tries to take a shared lock, and releases it immediately.
    """
    if fcntl is None:
        return False
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except (OSError, ValueError):
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a file system without locks
        return False
    finally:
        os.close(handle)
    return False
