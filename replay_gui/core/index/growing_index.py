"""The index of a log that is still being written."""

from __future__ import annotations

from pathlib import Path

from replay_gui.core.index.index_builder import BuiltIndex, IndexBuilder
from replay_gui.core.index.index_cache import TABLE, write_table
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.log.scanner import Ending, Skipped, scan_log


class GrowingIndex:
    """Follows the log at `path`, and builds its index in `folder`.

    A writer in this process calls `grow` only between two records; if another process writes, the log may end inside
    a record, which is read once it is complete.

    Attributes:
        log: the log, up to the bytes that were examined.
    """

    def __init__(self, path: Path, folder: Path) -> None:
        self._folder = folder
        self.log = EventLog.open(path)
        self._builder = IndexBuilder(self.log, folder)
        self._previous = self.log.header.hash

    @property
    def count(self) -> int:
        """The number of indexed events."""
        return self._builder.count

    @property
    def offset(self) -> int:
        """The byte of the log up to which it is indexed."""
        return self._builder.offset

    @property
    def last_hash(self) -> bytes:
        """The hash of the last indexed event, or of the header."""
        return self._previous

    def grow(self) -> Ending | Skipped:
        """Index the data written since the last call; return what ends it: the current end, the seal, or damage."""
        self.log.source.refresh_size()
        for part in scan_log(self.log.source, self._builder.offset, EventIndex(self._builder.count), self._previous):
            if isinstance(part, Ending | Skipped):
                return part
            self._builder.add_part(part)
            self._previous = part.hashes[-1]
        raise AssertionError("a scan ends with an Ending")

    def built(self) -> BuiltIndex:
        """Return the progress, which takes longer for a longer log."""
        return self._builder.built()

    def complete(self) -> BuiltIndex:
        """Complete the index of the data read so far, so that it can be used; it can continue to grow."""
        (self._folder / TABLE).unlink(missing_ok=True)
        built = self._builder.finish()
        write_table(self._folder, self.log, built)  # not if the log has changed since the last `grow`
        return built

    def finish(self) -> BuiltIndex:
        """Complete the index of a sealed log, so that it can be kept."""
        self.grow()
        return self.complete()

    def close(self) -> None:
        """Close the files."""
        self._builder.close()
        self.log.close()
