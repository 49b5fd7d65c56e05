"""Importers of other packages, which offer them as entry points of the group ``replay_gui.importers``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points

from replay_gui.core.diagnostics import Topic, topic_logger
from replay_gui.core.errors import ImportRefused, ReplayError
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.importer import Importer

GROUP = "replay_gui.importers"

_log = topic_logger(Topic.IMPORTERS)


@dataclass(frozen=True, slots=True)
class UnusablePlugin:
    """An importer that could not be loaded. It recognises no file; selected by name, it raises the reason."""

    name: str
    why: str
    title: str = "not loaded"
    version: int = 0

    def recognises(self, _file: ForeignFile) -> bool:
        """Return False."""
        return False

    def runs(self, _file: ForeignFile) -> Iterator[ImportedRun]:
        """Raise ImportRefused with the reason why it could not be loaded."""
        raise ImportRefused(f"the importer {self.name} cannot be loaded: {self.why}")


@cache
def plugins() -> tuple[Importer, ...]:
    """Return one importer for each entry point, which is a class or another callable that makes an Importer."""
    return tuple(_loaded(point.name, point.load) for point in entry_points(group=GROUP))


def is_recognised(importer: Importer, file: ForeignFile) -> bool:
    """Return whether an importer of another package recognises a file; False if it raises an exception.

    The diagnostics then name the importer; other importers and files are not affected.
    """
    try:
        return bool(importer.recognises(file))
    except ReplayError:
        raise
    except (Exception, SystemExit) as why:  # noqa: BLE001  foreign code must not crash the program
        _log.warning("the importer %s failed to look at a file: %s", importer.name, type(why).__name__)
        return False


def _loaded(name: str, load: object) -> Importer:
    try:
        importer: Importer = load()()  # type: ignore[operator]
        if not (callable(importer.recognises) and callable(importer.runs) and isinstance(importer.version, int)):
            raise TypeError("it is no importer")
    except (Exception, SystemExit) as why:  # noqa: BLE001  foreign code must not crash the program
        return UnusablePlugin(name, f"{type(why).__name__}: {why}")
    return importer
