"""The progress of a conversion."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from replay_gui.core.log.source import Source

OnProgress: TypeAlias = Callable[[int, int], None]
"""Called with (work done, work to do), in bytes."""

_FIRST_PASS_SHARE = 8  # a byte read before the first event counts as an eighth of one read later


class ImportProgress:
    """Combine reading and writing into one progress that never decreases, even if an importer reads the file twice.

    A log is about as large as its source. So, from the first event on, the progress is the larger of the bytes read
    and the bytes written.
    """

    def __init__(self, source: Source, on_progress: OnProgress | None) -> None:
        self._source = source
        self._on_progress = on_progress
        self._looked = 0  # bytes read before the first event
        self._read = 0  # bytes read since the first event
        self._written = 0

    @contextmanager
    def count_reads(self) -> Iterator[None]:
        """Count the bytes that the `with` block reads from the source."""
        self._source.on_read = self._on_read if self._on_progress is not None else None
        try:
            yield
        finally:
            self._source.on_read = None

    def add_written(self, size: int) -> None:
        """Count `size` more bytes written to a log."""
        self._written += size
        self._report_progress()

    def _on_read(self, size: int) -> None:
        if self._written:
            self._read += size
        else:
            self._looked += size
        self._report_progress()

    def _report_progress(self) -> None:
        if self._on_progress is not None:
            size = self._source.size
            look = min(self._looked, size) // _FIRST_PASS_SHARE
            self._on_progress(look + min(max(self._read, self._written), size), size + size // _FIRST_PASS_SHARE)
