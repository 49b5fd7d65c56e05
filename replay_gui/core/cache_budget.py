"""The entries of a cache: check that they are the user's own, and remove entries beyond the cache's budget."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from replay_gui.core.path_kinds import is_folder

CACHE_BUDGET_BYTES = 2 << 30  # of each cache


class CacheEntry(NamedTuple):
    """An entry of a cache: the time of its last use in ns since 1970, its size in bytes, and its folder or file."""

    used_at: int
    size: int
    path: Path


def entry_of(path: Path) -> CacheEntry | None:
    """Return the entry at `path`; None if another process has removed it."""
    try:
        facts = path.stat()
        if not is_folder(path):
            return CacheEntry(facts.st_mtime_ns, facts.st_size, path)
        return CacheEntry(facts.st_mtime_ns, sum(file.stat().st_size for file in path.iterdir()), path)
    except OSError:
        return None


def is_own(folder: Path) -> bool:
    """Return whether only the user can write to the folder, so that nobody else has written its contents."""
    if not hasattr(os, "geteuid"):
        return True
    facts = folder.lstat()
    return stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.geteuid() and not facts.st_mode & 0o022


def remove_least_used(
    entries: Iterable[CacheEntry], budget: int, may_remove: Callable[[CacheEntry], bool] = lambda _entry: True
) -> None:
    """Remove the least recently used entries beyond `budget` bytes, except those that `may_remove` refuses."""
    used = 0
    for entry in sorted(entries, reverse=True):
        used += entry.size
        if used > budget and may_remove(entry):
            if is_folder(entry.path):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                entry.path.unlink(missing_ok=True)
