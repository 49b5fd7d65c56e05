"""The protocol of importers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, runtime_checkable

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.imported_run import ImportedRun


class Importer(Protocol):
    """One foreign format.

    Attributes:
        name: what ``--format`` and a log's header call it. title: for people.
        version: raised when the same file would become other events; old cached conversions are then not used.
    """

    @property
    def name(self) -> str:
        """What `--format` and the header of a converted log call it."""

    @property
    def title(self) -> str:
        """The name that people read."""

    @property
    def version(self) -> int:
        """The version of the mapping; conversions that an older one made are not used."""

    def recognises(self, file: ForeignFile) -> bool:
        """Whether the file is of this format, by its content."""

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """The file's runs, the main one first; ImportRefused where it holds none. Take one's events before the next."""


@runtime_checkable
class ReadsCompanions(Protocol):
    """An importer that reads further files with the one that is opened."""

    def companions(self, file: ForeignFile) -> list[Path]:
        """Return those files: a conversion that is kept counts only as long as they have not changed."""
