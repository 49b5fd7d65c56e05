"""How far a conversion is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from replay_gui.core.source import Source

OnProgress: TypeAlias = Callable[[int, int], None]
"""Hears (work done, work to do), in bytes."""

_PASSES = 2  # most importers read a file once or twice; writing what was read takes about as long as one of these


class ImportProgress:
    """Puts reading and writing into one measure that never goes back, whatever an importer reads, and how often."""

    def __init__(self, source: Source, on_progress: OnProgress | None) -> None:
        self._source = source
        self._on_progress = on_progress
        self._read = 0
        self._written = 0

    @contextmanager
    def reading(self) -> Iterator[None]:
        """While the block lasts, what is read of the source counts."""
        self._source.on_read = self._on_read if self._on_progress is not None else None
        try:
            yield
        finally:
            self._source.on_read = None

    def wrote(self, done: int, total: int) -> None:
        """So much of what was read is written."""
        self._written = max(self._written, self._source.size * done // max(total, 1))
        self._say()

    def _on_read(self, size: int) -> None:
        self._read += size
        self._say()

    def _say(self) -> None:
        if self._on_progress is not None:
            size = self._source.size
            self._on_progress(min(self._read, _PASSES * size) + self._written, (_PASSES + 1) * size)
