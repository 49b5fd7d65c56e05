"""Read a file at given offsets. It is never mapped into memory: a mapped file that shrinks kills the process."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from blake3 import blake3

from replay_gui.core.errors import LogChanged, LogUnreadable
from replay_gui.core.path_kinds import reason_of
from replay_gui.core.translation.messages import tr

_HASHED_BYTES = 1 << 20
_MAX_TICK_NS = 20_000_000  # more than a tick of any kernel's clock, which is 1 to 10 ms
_TICKING = getattr(time, "CLOCK_REALTIME_COARSE", None)
"""The clock by which many file systems note the time of a change, where there is one."""


class Source:
    """A regular file, open for reading.

    Attributes:
        path: as given. size: in bytes, when it was opened; data appended later are not seen until `refresh_size`.
        stamp: identifies the file's state on disk (device, inode, size, time of the last change in ns).
        changed_at: when the file or its attributes were last changed (ctime, ns), at the opening or the last
            `refresh_size`. An editor of the file can set its time of modification back, but not this one.
        on_read: called before each read with the number of bytes.
    """

    _fd = -1
    on_read: Callable[[int], None] | None = None
    _hasher: blake3 | None = None
    _hashed = 0  # bytes, from the front, that were hashed

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Open the file; raise LogUnreadable if it cannot be opened or is not a regular file."""
        self.path = Path(path)
        try:
            # Without O_NONBLOCK, opening a fifo waits for a writer forever.
            self._fd = os.open(self.path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        except (OSError, ValueError) as why:
            text = tr("{path}: cannot be read: {reason}", path=self.path, reason=reason_of(why))
            raise LogUnreadable(text) from None
        facts = os.fstat(self._fd)
        if not stat.S_ISREG(facts.st_mode):
            self.close()
            raise LogUnreadable(tr("{path}: not a file but a folder, a device or a pipe", path=self.path))
        self.size = facts.st_size
        self.stamp = file_stamp(facts)
        self.changed_at = facts.st_ctime_ns

    def refresh_size(self) -> None:
        """Update size and stamp, to include data appended since the file was opened."""
        facts = os.fstat(self._fd)
        self.size, self.stamp, self.changed_at = facts.st_size, file_stamp(facts), facts.st_ctime_ns

    def wait_for_next_tick(self) -> None:
        """Wait until any further change gets another `changed_at`; at most 20 ms, and only for a file of this moment.

        Many file systems know times to a tick of the kernel's clock only: of two changes within one, the second would
        not be seen by `has_changed_since`.
        """
        while 0 <= self.changed_at - _tick() < _MAX_TICK_NS:
            time.sleep(0.001)

    def leave_out_after(self, size: int) -> None:
        """Limit the visible size to the first `size` bytes, which another reader has seen of it."""
        self.size = min(self.size, size)

    def has_changed_since(self, changed_at: int) -> bool:
        """Return whether the file was changed since its `changed_at` had this value."""
        return os.fstat(self._fd).st_ctime_ns != changed_at

    def read_at(self, offset: int, size: int) -> bytes:
        """Read `size` bytes from `offset`; raise LogChanged if the file is shorter than when it was opened."""
        if self.on_read is not None:
            self.on_read(size)
        data = self._read(offset, size)
        while len(data) < size:
            more = self._read(offset + len(data), size - len(data))
            if not more:
                raise LogChanged(tr("{path}: shorter than when it was opened; reload it", path=self.path))
            data += more
        if self._hasher is not None and offset <= self._hashed < offset + size:
            self._hasher.update(memoryview(data)[self._hashed - offset :])
            self._hashed = offset + size
        return data

    def _read(self, offset: int, size: int) -> bytes:
        try:
            if hasattr(os, "pread"):
                return os.pread(self._fd, size, offset)
            os.lseek(self._fd, offset, os.SEEK_SET)
            return os.read(self._fd, size)
        except OSError as why:
            raise LogUnreadable(
                tr(
                    "{path}: cannot be read at byte {offset}: {reason}",
                    path=self.path,
                    offset=offset,
                    reason=reason_of(why),
                )
            ) from None

    def blake3(self, size: int | None = None) -> str:
        """Return the BLAKE3 of all bytes, or of the first `size`, in lower-case hex; reads all of them."""
        end = self.size if size is None else size
        hasher = blake3()
        for offset in range(0, end, _HASHED_BYTES):
            hasher.update(self.read_at(offset, min(_HASHED_BYTES, end - offset)))
        return hasher.hexdigest()

    def hash_reads(self, begun: bytes) -> None:
        """Hash the data read from now on, as far as they are read from front to back; `begun`: the data read before."""
        self._hasher, self._hashed = blake3(begun), len(begun)

    def hash_of_reads(self) -> str:
        """Return the BLAKE3 of all bytes as they were read since `hash_reads`, in hex; reads the missing ones."""
        assert self._hasher is not None, "hash_reads was called"
        while self._hashed < self.size:
            self.read_at(self._hashed, min(_HASHED_BYTES, self.size - self._hashed))
        digest, self._hasher = self._hasher.hexdigest(), None
        return digest

    def close(self) -> None:
        """Close the file; closing twice does nothing."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()


def _tick() -> int:
    """Return when the present tick of the kernel's clock began, ns since 1970; without that clock, a time before it."""
    return time.time_ns() - _MAX_TICK_NS if _TICKING is None else time.clock_gettime_ns(_TICKING)


def read_beginning(path: str | os.PathLike[str], limit: int) -> bytes:
    """Read the first `limit` bytes of a regular file; raise LogUnreadable for any other file, such as a pipe."""
    with Source(path) as source:
        return source.read_at(0, min(source.size, limit))


def file_stamp(facts: os.stat_result) -> tuple[int, int, int, int]:
    """Return the identity of a file's state on disk: device, inode, size, time of the last change in ns."""
    return facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns


def touched_at(path: str) -> int | None:
    """Return when the file or its attributes were last changed (ctime, ns); None if it cannot be read."""
    try:
        return Path(path).stat().st_ctime_ns
    except OSError:
        return None
