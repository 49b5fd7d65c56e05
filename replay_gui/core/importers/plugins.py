"""Importers of other packages, which offer them as entry points of the group ``replay_gui.importers``."""

from __future__ import annotations

import io
import mmap
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from replay_gui.core.diagnostics import Topic, topic_logger
from replay_gui.core.errors import ImportRefused, ReplayError
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.importer import Importer, ReadsCompanions
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, translatable

GROUP = "replay_gui.importers"

_PROGRAM = f"{__name__.partition('.')[0]}."  # what names of its modules begin with
_NAME = re.compile(r"\w[\w.-]{0,59}")  # used in names of files
_MAX_REASON_CHARACTERS = 300
_END = object()
_MAX_NAME_BYTES = 60
_AT_WORK = mmap.mmap(-1, _MAX_NAME_BYTES)  # the importer whose code runs; a process that was forked sees it too

Item = TypeVar("Item")

_log = topic_logger(Topic.IMPORTERS)


@dataclass(frozen=True, slots=True)
class UnusablePlugin:
    """An importer that could not be loaded. It recognises no file; selected by name, it raises the reason."""

    name: str
    why: str
    title: str = translatable("not loaded")
    version: int = 0

    def recognises(self, _file: ForeignFile) -> bool:
        """Return False."""
        return False

    def runs(self, _file: ForeignFile) -> Iterator[ImportedRun]:
        """Raise ImportRefused with the reason why it could not be loaded."""
        raise ImportRefused(tr("the importer {name} cannot be loaded: {why}", name=self.name, why=self.why))


class GuardedImporter:
    """An importer of another package. Its exceptions are reported in one line with its name, and end nothing else."""

    def __init__(self, importer: Importer) -> None:
        """Raise TypeError if it is not an importer."""
        self.name, self.title, self.version = importer.name, importer.title, importer.version
        is_named = isinstance(self.name, str) and _NAME.fullmatch(self.name) is not None
        if not (is_named and isinstance(self.title, str) and isinstance(self.version, int)):
            raise TypeError("it is not an importer: its name, title or version is of another form")
        if not (callable(importer.recognises) and callable(importer.runs)):
            raise TypeError("it is not an importer: it lacks recognises() or runs()")
        self._importer = importer
        self._output = _PluginOutput(self.name)

    def recognises(self, file: ForeignFile) -> bool:
        """Return whether the importer recognises the file; False, and a line in the diagnostics, if it fails."""
        try:
            with _contained(self._output):
                return bool(self._importer.recognises(file))
        except (_PluginFault, OSError) as why:
            kind = why.kind if isinstance(why, _PluginFault) else type(why).__name__
            _log.warning("the importer %s failed to look at a file: %s", self.name, kind)
            return False

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the importer's runs; raise ImportRefused if it fails."""
        with self._guarded():
            runs = self._importer.runs(file)
        for run in self._items(runs):
            with self._guarded():
                guarded = replace(run, events=self._items(run.events))
            yield guarded

    def _items(self, iterable: Iterable[Item]) -> Iterator[Item]:
        """Yield the items. Only the importer's own code is guarded, not the code that uses an item."""
        with self._guarded():
            items = iter(iterable)
        while True:
            with self._guarded():
                item = next(items, _END)
            if item is _END:
                return
            yield item  # type: ignore[misc]  # not _END

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            with _contained(self._output):
                yield
        except _PluginFault as fault:
            raise ImportRefused(tr("the importer {name} failed: {fault}", name=self.name, fault=fault)) from None


class GuardedCompanionReader(GuardedImporter):
    """An importer of another package that reads companion files."""

    def companions(self, file: ForeignFile) -> list[Path]:
        """Return the companion files; raise ImportRefused if the importer fails."""
        with self._guarded():
            assert isinstance(self._importer, ReadsCompanions)
            return self._importer.companions(file)


@cache
def offered_importers() -> tuple[EntryPoint, ...]:
    """Return the entry points, each a class or another callable that makes an Importer; their code is not run."""
    return tuple(entry_points(group=GROUP))


@cache
def plugins() -> tuple[Importer, ...]:
    """Return the importer of each entry point."""
    return tuple(_loaded(point.name, point.load) for point in offered_importers())


def importer_at_work() -> str:
    """Return the name of the importer whose code runs in this process, or ran when the process ended; "" if none."""
    return _AT_WORK[:].rstrip(b"\0").decode(errors="ignore")


def _loaded(name: str, load: Callable[[], Callable[[], Importer]]) -> Importer:
    try:
        with _contained(_PluginOutput(name)):
            importer = load()()
            return (GuardedCompanionReader if isinstance(importer, ReadsCompanions) else GuardedImporter)(importer)
    except (_PluginFault, ReplayError, OSError) as why:
        return UnusablePlugin(one_line(name), str(why) if isinstance(why, _PluginFault) else _fault_words(why))


class _PluginFault(Exception):
    """An importer of another package failed. `kind`: the name of what it raised."""

    def __init__(self, why: BaseException) -> None:
        super().__init__(_fault_words(why))
        self.kind = type(why).__name__


@contextmanager
def _contained(output: _PluginOutput) -> Iterator[None]:
    """Raise _PluginFault for every exception of foreign code, and keep its prints out of the command's output.

    Errors of the program and of files are unchanged, and so are Ctrl-C and SIGTERM. os._exit raises SystemExit.
    """
    _AT_WORK[:] = output.name.encode()[:_MAX_NAME_BYTES].ljust(_MAX_NAME_BYTES, b"\0")
    exit_now, process = os._exit, os.getpid()

    def exit_caught(status: int) -> NoReturn:
        if os.getpid() != process:  # a process that the importer made by a fork
            exit_now(status)
        raise SystemExit(status)

    os._exit = exit_caught
    try:
        with output.redirection:
            yield
    except (ReplayError, OSError, KeyboardInterrupt):
        raise
    except BaseException as why:  # also SystemExit, and the code's own classes
        if type(why).__module__.startswith(_PROGRAM):
            raise
        raise _PluginFault(why) from None
    finally:
        os._exit = exit_now
        _AT_WORK[:] = bytes(_MAX_NAME_BYTES)
        output.report()


class _PluginOutput(io.BytesIO):
    """Discards everything that an importer of another package prints.

    Attributes:
        name: of the importer. redirection: a context in which what is printed comes here. It is entered for each event
            that is read.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name, self._size = one_line(name), 0
        self.redirection = redirect_stdout(io.TextIOWrapper(self, "utf-8", "replace", write_through=True))

    def write(self, data: Any, /) -> int:
        """Take all of it."""
        size = memoryview(data).nbytes
        self._size += size
        return size

    def report(self) -> None:
        """Count what came since the last report in the diagnostics."""
        if self._size:
            _log.warning("the importer %s printed %d bytes, which are not shown", self.name, self._size)
            self._size = 0


def _fault_words(why: BaseException) -> str:
    return one_line(f"{type(why).__name__}: {why}", _MAX_REASON_CHARACTERS)
