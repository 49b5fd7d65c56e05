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
        name: for ``--format`` and for a log's header. title: for people, in English.
        version: raised if the same file now gives other events; older cached conversions are then not used.
    """

    @property
    def name(self) -> str:
        """The name in `--format` and in the header of a converted log."""

    @property
    def title(self) -> str:
        """The title in English; a message where it is translated."""

    @property
    def version(self) -> int:
        """The version of the mapping; cached conversions of another version are not used."""

    def recognises(self, file: ForeignFile) -> bool:
        """Return whether the file's content is of this format."""

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the file's runs, the main run first. Read all events of a run before the next run.

        Raises ImportRefused if the file holds no run."""


@runtime_checkable
class ReadsCompanions(Protocol):
    """An importer that reads companion files in addition to the opened file."""

    def companions(self, file: ForeignFile) -> list[Path]:
        """Return the companion files; a cached conversion is valid only while they are unchanged."""
