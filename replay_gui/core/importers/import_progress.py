"""How far a conversion is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from replay_gui.core.log.source import Source

OnProgress: TypeAlias = Callable[[int, int], None]
"""Called with (work done, work to do), in bytes."""

_FIRST_PASS_SHARE = 8  # what is read before the first event costs about an eighth of making the events


class ImportProgress:
    """Measures reading and writing as one number that never decreases, whatever an importer reads, and how often.

    A log is about as large as its source. So from the first event on, the progress is the larger of what was read and
    what was written.
    """

    def __init__(self, source: Source, on_progress: OnProgress | None) -> None:
        self._source = source
        self._on_progress = on_progress
        self._looked = 0  # bytes read before the first event
        self._read = 0  # and since
        self._written = 0

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Count what is read of the source for the length of the block."""
        self._source.on_read = self._on_read if self._on_progress is not None else None
        try:
            yield
        finally:
            self._source.on_read = None

    def wrote(self, size: int) -> None:
        """Count `size` more bytes of a log."""
        self._written += size
        self._say()

    def _on_read(self, size: int) -> None:
        if self._written:
            self._read += size
        else:
            self._looked += size
        self._say()

    def _say(self) -> None:
        if self._on_progress is not None:
            size = self._source.size
            look = min(self._looked, size) // _FIRST_PASS_SHARE
            self._on_progress(look + min(max(self._read, self._written), size), size + size // _FIRST_PASS_SHARE)
