"""Writing a file whole or not at all: nobody reads half of it, and a full disk destroys nothing that was there."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from replay_gui.core.errors import NotWritten

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def write_whole(path: str | os.PathLike[str], data: bytes) -> None:
    """Replace the file at `path` by one with `data`: written beside it, flushed to the disk, then renamed.

    NotWritten, which says why, where that fails; the file that was there is unchanged then.
    """
    target = Path(path)
    draft: str | None = None
    try:
        handle, draft = tempfile.mkstemp(prefix=f".{target.name[:60]}-", suffix=".part", dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).chmod(_mode(target))
        Path(draft).replace(target)
        draft = None
        _flush_folder(target.parent)
    except OSError as why:
        reason = "the disk is full" if why.errno in _FULL else why.strerror or str(why)
        kept = "; the file that is there was left as it was" if target.is_file() else ""
        raise NotWritten(f"{path}: not written: {reason}{kept}") from None
    finally:
        if draft is not None:
            with contextlib.suppress(OSError):  # why it was not written says more
                Path(draft).unlink()


def keep_apart(target: str | os.PathLike[str], inputs: Iterable[str | os.PathLike[str]]) -> None:
    """Raise NotWritten where `target` is one of the `inputs` of what is to be written, which would be lost."""
    for source in inputs:
        with contextlib.suppress(OSError, ValueError):  # a file that is not there cannot be lost
            if Path(target).samefile(source):
                raise NotWritten(f"{target}: not written: it is itself what is read here; give another name")


def _mode(target: Path) -> int:
    """Return the permissions of the file that is there, or those that a new one would have."""
    try:
        return target.stat().st_mode & 0o777
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def _flush_folder(folder: Path) -> None:
    """Make the new name survive a loss of power. Not every system can; the file is whole either way."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)
