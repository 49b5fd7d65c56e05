"""The index of a log that the same process is writing."""

from __future__ import annotations

from pathlib import Path

from replay_gui.core.index.index_builder import BuiltIndex, IndexBuilder
from replay_gui.core.index.index_cache import write_table
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.scanner import Block, scan


class GrowingIndex:
    """Follows the log at `path`, and builds its index in `folder`.

    The writer calls `grow` between two records only, so that an incomplete record is never taken for damage.
    """

    def __init__(self, path: Path, folder: Path) -> None:
        self._folder = folder
        self._log = EventLog.open(path)
        self._builder = IndexBuilder(self._log, folder)
        self._previous = self._log.header.hash

    def grow(self) -> None:
        """Index what was written since the last call."""
        self._log.source.refresh_size()
        for part in scan(self._log.source, self._builder.offset, self._builder.count, self._previous):
            if not isinstance(part, Block):  # the end so far, or the seal
                break
            self._builder.take_part(part)
            self._previous = part.hashes[-1]

    def built(self) -> BuiltIndex:
        """Return the progress, which takes longer the more there is."""
        return self._builder.built()

    def finish(self) -> BuiltIndex:
        """Complete the index of a sealed log, so that it can be kept."""
        self.grow()
        built = self._builder.finish()
        write_table(self._folder, self._log, built)  # changed since it was last grown: not kept
        return built

    def close(self) -> None:
        """Close the files."""
        self._builder.close()
        self._log.close()
