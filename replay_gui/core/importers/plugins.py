"""Importers of other packages: whatever they offer under the entry point ``replay_gui.importers``."""

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
    """A package's importer that cannot be loaded. It recognises nothing, and says why when it is asked for by name."""

    name: str
    why: str
    title: str = "not loaded"
    version: int = 0

    def recognises(self, file: ForeignFile) -> bool:
        """Accept nothing."""
        return False

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Raise ImportRefused with the reason why the package cannot be loaded."""
        raise ImportRefused(f"the importer {self.name} cannot be loaded: {self.why}")


@cache
def plugins() -> tuple[Importer, ...]:
    """One a package's entry point: a class, or anything else that is called to make an Importer."""
    return tuple(_loaded(point.name, point.load) for point in entry_points(group=GROUP))


def is_recognised(importer: Importer, file: ForeignFile) -> bool:
    """Return whether an importer of another package takes a file as its own; one that fails on it does not.

    The diagnostics name it: other files, and other importers, go on.
    """
    try:
        return bool(importer.recognises(file))
    except ReplayError:
        raise
    except (Exception, SystemExit) as why:  # noqa: BLE001  other people's code, which must not take the program down
        _log.warning("the importer %s failed to look at a file: %s", importer.name, type(why).__name__)
        return False


def _loaded(name: str, load: object) -> Importer:
    try:
        importer: Importer = load()()  # type: ignore[operator]
        if not (callable(importer.recognises) and callable(importer.runs) and isinstance(importer.version, int)):
            raise TypeError("it is no importer")
    except (Exception, SystemExit) as why:  # noqa: BLE001  other people's code, which must not take the program down
        return UnusablePlugin(name, f"{type(why).__name__}: {why}")
    return importer
