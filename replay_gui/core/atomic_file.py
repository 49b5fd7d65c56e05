"""Write a file completely or not at all: nobody reads half of it, and a full disk does not destroy the old file.

The one way in which this program writes files for the user: reports, anchors, pictures, rules, mappings, samples, logs.
Whoever can put files into the folder cannot redirect the writing: the draft has a fresh name that must not exist
yet, so that no link is followed, and renaming it replaces a name, never the target of a link.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from replay_gui.core.errors import LogUnreadable, NotWritten
from replay_gui.core.log.magic import MAGIC
from replay_gui.core.log.source import read_beginning
from replay_gui.core.path_kinds import is_file, reason_of
from replay_gui.core.translation.messages import tr

PRIVATE, SHARED = 0o600, 0o666
"""Permissions of a new file: for the user alone; or for everybody, limited by the user's umask."""

_FULL = (errno.ENOSPC, errno.EDQUOT)
_EXCLUSIVE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_MAX_NAME_CHARACTERS = 48  # characters of the target's name in the draft's name, which has at most 255 bytes


def write_whole(
    path: str | os.PathLike[str],
    data: bytes,
    *,
    inputs: Iterable[str | os.PathLike[str]] = (),
    new_mode: int = PRIVATE,
) -> None:
    """Replace the file at `path` by a file with `data`; see writing_whole."""
    with writing_whole(path, inputs=inputs, new_mode=new_mode) as file:
        file.write(data)


@contextlib.contextmanager
def writing_whole(
    path: str | os.PathLike[str], *, inputs: Iterable[str | os.PathLike[str]] = (), new_mode: int = PRIVATE
) -> Iterator[BinaryIO]:
    """Yield a file that replaces the one at `path`: it is written beside it, flushed to the disk, then renamed.

    The new file gets the permissions of a replaced file. If the block raises an exception, nothing is replaced.

    Args:
        inputs: files that were read for the result; none of them is replaced.
        new_mode: permissions of a file that did not exist before, as far as the umask allows them.

    Raises:
        NotWritten: with the reason; the old file is then unchanged. See `check_target`.
    """
    target = Path(path)
    check_target(target, inputs)
    draft = target.with_name(f".{target.name[:_MAX_NAME_CHARACTERS]}-{os.urandom(8).hex()}.part")
    is_made = False
    try:
        handle = os.open(draft, _EXCLUSIVE_FLAGS, new_mode)
        is_made = True
        with os.fdopen(handle, "wb") as file:
            yield file
            _take_permissions(file.fileno(), target)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
        is_made = False
        flush_folder(target.parent)
    except OSError as why:
        words = tr("{path}: not written: {reason}", path=path, reason=_reason(why))
        if is_file(target):
            words = tr("{problem}; the file that is there was left as it was", problem=words)
        raise NotWritten(words) from None
    finally:
        if is_made:
            with contextlib.suppress(OSError):  # the reason of the first error is more useful
                draft.unlink()


def check_target(target: str | os.PathLike[str], inputs: Iterable[str | os.PathLike[str]] = ()) -> None:
    """Raise NotWritten if `target` may not be written; to be called before the work whose result is written to it.

    A link, a folder, a device, a pipe, a replay log, a file that is write-protected or one of the `inputs` is never
    replaced.
    """
    check_not_input(target, inputs)
    problem = _target_problem(Path(target))
    if problem is not None:
        raise NotWritten(tr("{path}: not written: {reason}", path=target, reason=problem))


def check_not_input(target: str | os.PathLike[str], inputs: Iterable[str | os.PathLike[str]]) -> None:
    """Raise NotWritten if `target` is one of the `inputs` of the result: the input would be lost."""
    for source in inputs:
        with contextlib.suppress(OSError, ValueError):  # a file that does not exist cannot be lost
            if Path(target).samefile(source):
                raise NotWritten(
                    tr("{path}: not written: it is itself what is read here; give another name", path=target)
                )


def mode_of_inputs(inputs: Iterable[str | os.PathLike[str]]) -> int:
    """Return the permissions for a new file made from these: only those who may read every input may read it."""
    mode = SHARED
    for source in inputs:
        try:
            mode &= Path(source).stat().st_mode
        except (OSError, ValueError):
            mode &= PRIVATE
    return mode | PRIVATE


def make_folder(folder: str | os.PathLike[str]) -> None:
    """Make a folder for results, and those above it, unless it exists; raise NotWritten with the reason."""
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as why:
        raise NotWritten(
            tr("{folder}: cannot be made as a folder: {reason}", folder=folder, reason=reason_of(why))
        ) from None


def flush_folder(folder: Path) -> None:
    """Make a new name survive a loss of power, if the system can; the file is complete in any case."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    with contextlib.suppress(OSError):  # a folder with permission to write, but not to read
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _target_problem(target: Path) -> str | None:
    """Return why the name may not be written, or None. Other refusals of the system are reported when it is written."""
    try:
        facts = os.lstat(target)
    except OSError:
        return None
    except ValueError as why:  # a NUL, or half of a surrogate pair
        return tr("it cannot be the name of a file: {reason}", reason=why)
    if stat.S_ISLNK(facts.st_mode):
        return tr("it is a link; give the name of the file itself")
    if stat.S_ISDIR(facts.st_mode):
        return tr("it is a folder; give the name of a file in it")
    if not stat.S_ISREG(facts.st_mode):
        return tr("it is a device or a pipe, not a file; give another name")
    if not os.access(target, os.W_OK):
        return tr("it is write-protected; give another name")
    with contextlib.suppress(LogUnreadable):
        if read_beginning(target, len(MAGIC)) == MAGIC:
            return tr("it is a replay log, which is never replaced; give another name")
    return None


def _take_permissions(handle: int, target: Path) -> None:
    """Give the open file the permissions of the file that it will replace, if there is one."""
    with contextlib.suppress(FileNotFoundError):
        permissions = stat.S_IMODE(os.lstat(target).st_mode) & 0o777
        if hasattr(os, "fchmod"):
            os.fchmod(handle, permissions)


def _reason(why: OSError) -> str:
    if why.errno in _FULL:
        return tr("the disk is full")
    return reason_of(why)
