"""Importers of other packages, which offer them as entry points of the group ``replay_gui.importers``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

from replay_gui.core.diagnostics import Topic, topic_logger
from replay_gui.core.errors import ImportRefused, ReplayError
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun
from replay_gui.core.importers.importer import Importer, ReadsCompanions
from replay_gui.core.text.plain_text import one_line

GROUP = "replay_gui.importers"

_FAULTS = (Exception, SystemExit)  # foreign code may raise any exception, and must not end the program
_NAME = re.compile(r"\w[\w.-]{0,59}")  # used in names of files
_MAX_REASON = 300  # characters

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


class GuardedImporter:
    """An importer of another package. Its exceptions are reported in one line with its name, and end nothing else."""

    def __init__(self, importer: Importer) -> None:
        """Raise TypeError if it is not an importer."""
        self.name, self.title, self.version = importer.name, importer.title, importer.version
        is_named = isinstance(self.name, str) and _NAME.fullmatch(self.name) is not None
        if not (is_named and isinstance(self.title, str) and isinstance(self.version, int)):
            raise TypeError("it is no importer: its name, title or version is of another form")
        if not (callable(importer.recognises) and callable(importer.runs)):
            raise TypeError("it is no importer: it lacks recognises() or runs()")
        self._importer = importer

    def recognises(self, file: ForeignFile) -> bool:
        """Return whether the importer recognises the file; False, and a line in the diagnostics, if it fails."""
        try:
            return bool(self._importer.recognises(file))
        except ReplayError:
            raise
        except _FAULTS as why:
            _log.warning("the importer %s failed to look at a file: %s", self.name, type(why).__name__)
            return False

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the importer's runs; raise ImportRefused if it fails."""
        with self._guarded():
            for run in self._importer.runs(file):
                yield replace(run, events=self._events(run.events))

    def _events(self, events: Iterator[ImportedEvent]) -> Iterator[ImportedEvent]:
        with self._guarded():
            yield from events

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except (ReplayError, OSError):
            raise
        except _FAULTS as why:
            raise ImportRefused(f"the importer {self.name} failed: {_fault_words(why)}") from None


class GuardedCompanionReader(GuardedImporter):
    """An importer of another package that reads companion files."""

    def companions(self, file: ForeignFile) -> list[Path]:
        """Return the companion files; raise ImportRefused if the importer fails."""
        with self._guarded():
            assert isinstance(self._importer, ReadsCompanions)
            return self._importer.companions(file)


@cache
def plugins() -> tuple[Importer, ...]:
    """Return one importer for each entry point, which is a class or another callable that makes an Importer."""
    return tuple(_loaded(point.name, point.load) for point in entry_points(group=GROUP))


def _loaded(name: str, load: Callable[[], Callable[[], Importer]]) -> Importer:
    try:
        importer = load()()
        return (GuardedCompanionReader if isinstance(importer, ReadsCompanions) else GuardedImporter)(importer)
    except _FAULTS as why:
        return UnusablePlugin(one_line(name), _fault_words(why))


def _fault_words(why: BaseException) -> str:
    return one_line(f"{type(why).__name__}: {why}", _MAX_REASON)
