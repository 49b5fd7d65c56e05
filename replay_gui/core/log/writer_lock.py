"""The lock by which a log has one writer, and by which others know that it is being written."""

from __future__ import annotations

import os

try:
    import fcntl
except ImportError:  # Windows has no advisory locks; there the open handle itself keeps others out
    fcntl = None  # type: ignore[assignment]


def lock_for_writing(handle: int) -> bool:
    """Lock an open file until it is closed; return False where another process, or handle, has it locked."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def is_being_written(path: str | os.PathLike[str]) -> bool:
    """Whether a recorder has a log locked: of this process, or of another one. False where it cannot be told.

    It is asked for by a lock that may be shared, and that is given back at once.
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
