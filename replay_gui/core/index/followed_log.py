"""A replay log that another process is writing, read while it grows."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from replay_gui.core.errors import LogChanged
from replay_gui.core.index.growing_index import GrowingIndex
from replay_gui.core.index.index_builder import BuiltIndex
from replay_gui.core.log.chain import HASH_BYTES
from replay_gui.core.log.file_end import FileEnd
from replay_gui.core.log.scanner import Skipped
from replay_gui.core.log.source import file_stamp
from replay_gui.core.log.writer_lock import is_being_written

WRITER_INTERVAL_S = 0.5  # seconds between two checks whether the log is still being written
DAMAGED_AFTER_S = 1.0  # seconds during which an incomplete record may still be completed


class FollowedLog:
    """Reads only the data appended to the log at `path`; the data read before must be unchanged."""

    def __init__(
        self, path: str, folder: Path, file: tuple[int, int], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`folder`: for the index. `file`: device and inode; another file of this name is not read."""
        self._path, self._file, self._clock = path, file, clock
        self._growing = GrowingIndex(Path(path), folder)
        self._looked_at: tuple[int, int, int, int] | None = None
        self._unreadable_since: float | None = None
        self._is_written, self._asked_at = False, 0.0  # the result of the last check

    @property
    def count(self) -> int:
        """The number of events read so far."""
        return self._growing.count

    @property
    def stamp(self) -> tuple[int, int, int, int]:
        """The identity and state of the file that was read."""
        return self._growing.log.source.stamp

    def read_appended(self) -> FileEnd | None:
        """Read the data appended since the last call; return why reading has ended, or None."""
        try:
            facts = Path(self._path).stat()
        except OSError:
            return FileEnd.GONE
        if (facts.st_dev, facts.st_ino) != self._file:
            return FileEnd.REPLACED
        if facts.st_size < self._growing.offset:
            return FileEnd.CUT
        if file_stamp(facts) == self._looked_at and self._unreadable_since is None:
            return self._end_if_abandoned()
        try:
            if not self._is_as_read():
                return FileEnd.REPLACED
            end = self._growing.grow()
        except LogChanged:
            return FileEnd.CUT
        self._looked_at = file_stamp(facts)
        if isinstance(end, Skipped):
            return self._unreadable()
        self._unreadable_since = None
        return None if end.seal is None else FileEnd.SEALED

    def _end_if_abandoned(self) -> FileEnd | None:
        """Return LEFT if the recorder that had the log open has gone, and all its data were read; else None."""
        now = self._clock()
        if now - self._asked_at < WRITER_INTERVAL_S:
            return None
        was_written, self._asked_at = self._is_written, now
        self._is_written = is_being_written(self._path)
        if self._is_written or not was_written:
            return None
        try:
            return FileEnd.LEFT if file_stamp(Path(self._path).stat()) == self._looked_at else None
        except OSError:
            return FileEnd.GONE

    def _is_as_read(self) -> bool:
        """Return whether the last record that was read is still there; its hash covers all earlier records."""
        source, header = self._growing.log.source, self._growing.log.header
        if not self._growing.count:
            return source.read_at(0, len(header.raw)) == header.raw
        return source.read_at(self._growing.offset - HASH_BYTES, HASH_BYTES) == self._growing.last_hash

    def _unreadable(self) -> FileEnd | None:
        now = self._clock()
        if self._unreadable_since is None:
            self._unreadable_since = now
        return FileEnd.DAMAGED if now - self._unreadable_since >= DAMAGED_AFTER_S else None

    def built(self) -> BuiltIndex:
        """Return the index so far."""
        return self._growing.built()

    def complete(self) -> BuiltIndex:
        """Return the complete index of the data read so far; reading can continue afterwards."""
        return self._growing.complete()

    def close(self) -> None:
        """Close the files."""
        self._growing.close()
