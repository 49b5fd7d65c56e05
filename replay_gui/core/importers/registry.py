"""The importers there are, and which one a file is for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Protocol

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.claude_code import ClaudeCode
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.source import Source

HEAD_SIZE = 1 << 16  # bytes of a file that recognition looks at


class Importer(Protocol):
    """One foreign format.

    Attributes:
        name: what ``--format`` and a log's header call it. title: for people.
        version: raised when the same file would become other events; old cached conversions are then not used.
    """

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def version(self) -> int: ...

    def recognises(self, head: bytes, path: str) -> bool:
        """Whether the file that begins with `head` (up to HEAD_SIZE bytes) is of this format, by its content."""

    def runs(self, source: Source) -> Iterator[ImportedRun]:
        """The file's runs, the main one first; ImportRefused where it holds none. Take one's events before the next."""


def importers() -> tuple[Importer, ...]:
    """All of them, in the order in which they are asked."""
    return (ClaudeCode(),)


def recognise(path: str | os.PathLike[str], format: str | None = None) -> Importer:
    """The importer for the file, or the one that `format` names.

    ImportRefused where there is none, LogUnreadable where the file cannot be read.
    """
    with Source(path) as source:
        return importer_for(source, format)


def importer_for(source: Source, format: str | None = None) -> Importer:
    """As `recognise`, of an open file."""
    known = importers()
    if format is not None:
        for importer in known:
            if importer.name == format:
                return importer
        raise ImportRefused(f"no format is called {format!r}; known are {_names(known)}")
    head = source.read_at(0, min(source.size, HEAD_SIZE))
    for importer in known:
        if importer.recognises(head, str(source.path)):
            return importer
    what = "is empty" if not head else f"is of no format known here ({_names(known)}); --format NAME says which it is"
    raise ImportRefused(f"{source.path}: {what}")


def _names(known: tuple[Importer, ...]) -> str:
    return ", ".join(importer.name for importer in known)
