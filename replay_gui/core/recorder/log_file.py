"""The file of a log that is being written: locked for one writer, appended to, never left with half a record."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from replay_gui.core.errors import EventInvalid, LogBusy, LogUnreadable
from replay_gui.core.log.writer_lock import lock_for_writing
from replay_gui.core.path_kinds import is_link
from replay_gui.core.translation.messages import tr


class LogFile:
    """A file to which only this process may write, and only at its end.

    Attributes:
        path: as given. size: bytes of complete records, as anyone may read them.
    """

    _handle = -1
    _handle_offset = 0  # of the handle, after the last append
    _identity = (0, 0)  # device and number of the file

    def __init__(self, path: str | os.PathLike[str], *, create: bool, fsync: bool) -> None:
        """Open and lock the file.

        Raises LogUnreadable if it cannot be opened for writing or is not a regular file, LogBusy if another process
        has locked it.

        Args:
            create: create the file if it does not exist, for this user alone: a run may contain secrets. A link is not
                followed then.
            fsync: after each append, wait until it is on the disk.
        """
        self.path = Path(path)
        self.size = 0
        self._fsync = fsync
        self._process = os.getpid()
        flags = os.O_RDWR | os.O_APPEND | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        if create:
            flags |= os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        try:
            self._handle = os.open(self.path, flags, 0o600)
        except (OSError, ValueError) as why:
            reason = tr("it is a link") if create and is_link(self.path) else getattr(why, "strerror", None) or str(why)
            raise LogUnreadable(tr("{path}: cannot be written: {reason}", path=self.path, reason=reason)) from None
        status = os.fstat(self._handle)
        self._identity = status.st_dev, status.st_ino
        if not stat.S_ISREG(status.st_mode):
            self.close()
            raise LogUnreadable(tr("{path}: cannot be written: it is a device or a pipe, not a file", path=self.path))
        if not lock_for_writing(self._handle):
            self.close()
            raise LogBusy(tr("{path}: another recorder is writing it; wait for it or use another file", path=self.path))

    @property
    def is_open(self) -> bool:
        """Whether data can still be appended; never in a process that was forked from the one that began."""
        return self._handle >= 0 and self._process == os.getpid()

    def has_bytes(self) -> bool:
        """Return whether the file has any data, written by this process or not."""
        return os.fstat(self._handle).st_size > 0

    def append(self, data: bytes) -> None:
        """Write `data` at the end.

        Raises EventInvalid if the file is closed, or another process's; LogUnreadable if the disk refuses it: the
        written part of `data` is then removed again, and the file is closed.
        """
        handle = self._handle
        if handle < 0 or self._process != os.getpid():
            reason = "the log is closed" if handle < 0 else "the log is that of the process which began it"
            raise EventInvalid(f"{self.path}: {reason}")
        if not self._is_our_handle():
            self._handle = -1
            raise LogUnreadable(
                tr("{path}: cannot be written: the program has closed the file; the log ends there", path=self.path)
            )
        try:
            written = os.write(handle, data)
            while written < len(data):
                written += os.write(handle, data[written:])
            if self._fsync:
                os.fsync(handle)
            self.size += len(data)
            self._handle_offset = self.size
        except OSError as why:
            try:
                os.ftruncate(self._handle, self.size)
                after = tr("the log ends before this event")
            except OSError:
                after = tr("a part of this event may be in the file; readers ignore it as a torn tail")
            self.close()
            raise LogUnreadable(
                tr("{path}: cannot be written: {reason}; {after}", path=self.path, reason=why.strerror, after=after)
            ) from None

    def _is_our_handle(self) -> bool:
        """Whether the handle is the log's; the program may have closed all its handles, and reused this number."""
        try:
            if os.lseek(self._handle, 0, os.SEEK_CUR) == self._handle_offset:  # a quarter of what fstat() takes
                return True
            status = os.fstat(self._handle)
        except OSError:
            return False
        return (status.st_dev, status.st_ino) == self._identity

    def cut_to(self, size: int) -> None:
        """Remove everything after the first `size` bytes."""
        os.ftruncate(self._handle, size)

    def close(self) -> None:
        """Close the file and release the lock."""
        if self._handle >= 0:
            if self._is_our_handle():
                os.close(self._handle)
            self._handle = -1


def sync_folder(path: Path) -> None:
    """Wait until the disk has the name of a new file too; without the name its contents could not be found."""
    if os.name == "nt":  # there a folder cannot be opened, and its entries are written with the file
        return
    try:
        folder = os.open(path.absolute().parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as why:
        raise LogUnreadable(
            tr("{path}: its folder cannot be written: {reason}", path=path, reason=why.strerror)
        ) from None
