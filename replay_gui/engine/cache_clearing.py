"""Clears the caches, which are rebuilt when they are needed."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable
from pathlib import Path


def clear_caches(roots: Iterable[Path], in_use: Collection[Path]) -> int:
    """Remove the entries of these folders, except those that hold something in use; return the bytes freed.

    `in_use`: files and folders that an open run, or work under way, needs. An entry that cannot be removed stays.
    """
    freed = 0
    for root in roots:
        for entry in list(root.iterdir()) if root.is_dir() else []:
            if any(entry == path or entry in path.parents for path in in_use):
                continue
            before = _size(entry)
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)
            freed += before - _size(entry)
    return freed


def _size(entry: Path) -> int:
    files = entry.rglob("*") if entry.is_dir() and not entry.is_symlink() else [entry]
    return sum(file.lstat().st_size for file in files if file.is_symlink() or file.is_file())
