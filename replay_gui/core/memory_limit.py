"""A limit on the memory that a block may take, for libraries without a limit, or with one for a part of it only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from replay_gui.core.path_kinds import exists

_STATM = Path("/proc/self/statm")  # Linux; the sixth number is the process's data, in pages


@contextmanager
def memory_limit(growth: int) -> Iterator[None]:
    """Let the process's memory grow by at most `growth` bytes in the block, on Linux; elsewhere there is no limit.

    Beyond it, allocations fail: Python raises MemoryError, and libraries their own exceptions.
    """
    if not exists(_STATM):
        yield
        return
    import resource  # not on Windows

    before = resource.getrlimit(resource.RLIMIT_DATA)
    limit = int(_STATM.read_text().split()[5]) * resource.getpagesize() + growth
    if before[0] == resource.RLIM_INFINITY or limit < before[0]:
        resource.setrlimit(resource.RLIMIT_DATA, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)
