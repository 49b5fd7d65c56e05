"""Writes files into a folder of data, records them, and removes those that it wrote and that were not changed.

A list beside the files has the hash of each. An existing file that is not in the list, or whose hash has changed, is
not the program's: it is neither replaced nor removed.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from blake3 import blake3

from replay_gui.commands.desktop.desktop_files import NoDesktop
from replay_gui.core.atomic_file import SHARED, check_target, write_whole
from replay_gui.core.errors import LogUnreadable, ReplayError
from replay_gui.core.log.source import read_beginning
from replay_gui.core.path_kinds import is_file, is_link

LIST = PurePosixPath("replay-gui", "desktop-files.json")
_MAX_LIST_BYTES = 1 << 20
_MAX_FILE_BYTES = 4 << 20  # no installed file is larger


@dataclass(slots=True)
class Changes:
    """The changes of an installation or removal.

    Attributes:
        done: the files that were written or removed, by their paths below the folder. problems: sentences about files
        that were not changed.
    """

    done: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def install(folder: Path, files: Mapping[str, bytes]) -> Changes:
    """Write `files` below `folder`, and remove files of an earlier version that this one does not have.

    Raises:
        NoDesktop: the list of installed files cannot be read.
        NotWritten: the list cannot be written; without it the files could not be removed.
    """
    before = _read_list(folder)
    check_target(folder / LIST)
    changes = Changes()
    known: dict[str, str] = {}
    for name, data in files.items():
        path = folder / name
        present = _hash_of(path)
        if present not in (None, before.get(name), _hash(data)):
            changes.problems.append(f"{path}: is not from this program, or was changed; it was left as it is")
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, data, new_mode=SHARED)
        except (ReplayError, OSError) as why:
            words = f"{path.parent}: cannot be made: {why.strerror or why}" if isinstance(why, OSError) else str(why)
            changes.problems.append(words)
            known |= {name: before[name]} if name in before else {}  # it is unchanged since then
            continue
        known[name] = _hash(data)
        changes.done.append(name)
    old = {name: hash for name, hash in before.items() if name not in files}
    known |= _remove(old, folder, Changes())  # their changes do not concern this version
    _write_list(folder, known)
    return changes


def remove(folder: Path) -> Changes:
    """Remove the installed and unchanged files below `folder`; changed ones stay, and leave the list.

    Raises:
        NoDesktop: the list of installed files cannot be read.
    """
    changes = Changes()
    left = _remove(_read_list(folder), folder, changes)
    if left:
        _write_list(folder, left)
        return changes
    with contextlib.suppress(OSError):
        (folder / LIST).unlink()
        (folder / LIST.parent).rmdir()  # other files of the program may be there
    return changes


def _remove(known: Mapping[str, str], folder: Path, changes: Changes) -> dict[str, str]:
    """Remove unchanged files; return those that could not be removed, which must stay in the list."""
    left = {}
    for name, hash in known.items():
        path = folder / name
        present = _hash_of(path)
        if present is None:
            continue
        if present != hash:
            changes.problems.append(f"{path}: was changed since it was installed; it was left as it is")
            continue
        try:
            path.unlink()
        except OSError as why:
            changes.problems.append(f"{path}: cannot be removed: {why.strerror or why}")
            left[name] = hash
            continue
        changes.done.append(name)
    return left


def _hash_of(path: Path) -> str | None:
    """Return the hash of a file; "" for a link or a folder, None if the path does not exist."""
    if not os.path.lexists(path):
        return None
    if is_link(path) or not is_file(path):
        return ""
    try:
        return _hash(read_beginning(path, _MAX_FILE_BYTES))
    except LogUnreadable:
        return ""


def _hash(data: bytes) -> str:
    return blake3(data).hexdigest()


def _read_list(folder: Path) -> dict[str, str]:
    """Return the hashes of the installed files, by name."""
    path = folder / LIST
    if not is_file(path):
        return {}
    try:
        known = json.loads(read_beginning(path, _MAX_LIST_BYTES))
    except (ValueError, RecursionError):
        known = None
    if not isinstance(known, dict) or not all(_is_entry(name, hash) for name, hash in known.items()):
        raise NoDesktop(f"{path}: is not a list of installed files; remove it, and the files by hand")
    return known


def _is_entry(name: str, hash: object) -> bool:
    path = PurePosixPath(name)
    is_below = not path.is_absolute() and len(path.parts) > 1 and ".." not in path.parts
    return is_below and isinstance(hash, str) and len(hash) == 64


def _write_list(folder: Path, known: Mapping[str, str]) -> None:
    path = folder / LIST
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(dict(known), indent=1).encode() + b"\n", new_mode=SHARED)
