"""Copies standard input to a file, on a separate thread, so that the file can be followed."""

from __future__ import annotations

import os
import select
import threading
from pathlib import Path

from replay_gui.core.importers.limits import LIMITS
from replay_gui.core.path_kinds import reason_of
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number

_CHUNK_BYTES = 1 << 16


class StreamSpool:
    """Copies the data of a descriptor to a new file that only its owner can read.

    Data after `limit` bytes, and data that cannot be written, are read and dropped, so that the writer does not wait.

    Attributes:
        path: of the copy. written: bytes so far. has_line: whether they contain a complete line.
        ended: whether the input has ended.
        problem: why the copy is incomplete, or "".
    """

    def __init__(self, source: int, path: Path, limit: int = LIMITS.unpacked) -> None:
        """Create the file; raise OSError if that fails. `source`: a descriptor that `select` can wait for."""
        self.path, self.written, self.has_line, self.ended, self.problem = path, 0, False, False, ""
        self._source, self._limit = source, limit
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._wake, self._waker = os.pipe()
        self._thread = threading.Thread(target=self._copy, name="stream-spool", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop copying."""
        os.close(self._waker)
        if os.name != "nt":  # Windows cannot wait for a pipe; there the thread ends with the program
            self._thread.join()
            os.close(self._wake)

    def _copy(self) -> None:
        try:
            while self._can_read() and (chunk := os.read(self._source, _CHUNK_BYTES)):
                self._write_copy(chunk)
        except OSError as why:
            self.problem = tr("standard input cannot be read: {reason}", reason=reason_of(why))
        finally:
            os.close(self._file)
            self.ended = True

    def _can_read(self) -> bool:
        """Wait until there is data to read, or `close` was called."""
        return os.name == "nt" or self._wake not in select.select([self._source, self._wake], [], [])[0]

    def _write_copy(self, chunk: bytes) -> None:
        if self.problem:
            return
        room = self._limit - self.written
        try:
            rest = memoryview(chunk)[:room]
            while rest:
                count = os.write(self._file, rest)
                self.has_line = self.has_line or b"\n" in chunk
                self.written, rest = self.written + count, rest[count:]
        except OSError as why:
            self.problem = tr("standard input cannot be copied any further: {reason}", reason=reason_of(why))
        if len(chunk) > room:
            limit = whole_number(self._limit)
            self.problem = tr("standard input is longer than {limit} bytes; the rest is not read", limit=limit)
