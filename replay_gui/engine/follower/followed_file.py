"""A file of another program that is still being written, imported again whenever it has changed.

A later line can change the meaning of an earlier one (which tokens count, which prompt was undone). So the whole file
is imported again, and the result is always that of an import of the current file.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from replay_gui.core.errors import ImportRefused, LogChanged, LogUnreadable
from replay_gui.core.importers.companions import companions_of
from replay_gui.core.importers.conversion import write_one_run
from replay_gui.core.importers.conversion_cache import as_mapped
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ConvertedRun
from replay_gui.core.importers.json_lines import MAX_LINE_BYTES, NotJson, value_of
from replay_gui.core.importers.packed import file_of, foreign_file
from replay_gui.core.importers.registry import importer_for
from replay_gui.core.importers.side_files import side_files
from replay_gui.core.index.index_builder import BuiltIndex, IndexBuilder
from replay_gui.core.index.index_cache import write_table
from replay_gui.core.index.index_columns import RECORD_COLUMNS, read_column
from replay_gui.core.log.file_end import FileEnd
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import FIRST_EVENT, EventIndex
from replay_gui.core.log.source import Source, file_stamp

REFUSED_AFTER_S = 2.0  # seconds that a file may be unreadable while it is being written
_KEPT_IMPORTS = 4  # imports whose files stay, since the window may still show an earlier one


@dataclass(frozen=True, slots=True)
class ReadPart:
    """How much of a file was read: `size` bytes with this BLAKE3, in hex, as a run with this id."""

    size: int
    digest: str
    run_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileImport:
    """The result of one import of the file.

    Attributes:
        converted: the log. built: its complete index, in `folder`.
        first_changed: the index of the first event that has changed; if none has, the number of old events.
        stamp: of the file when it was read.
    """

    converted: ConvertedRun
    built: BuiltIndex
    folder: Path
    first_changed: EventIndex
    stamp: tuple[int, int, int, int]


class FollowedFile:
    """Imports the file at `path` whenever it was written to.

    Attributes:
        reading: the last import; None before the first.
    """

    def __init__(
        self,
        path: str,
        home: Path,
        *,
        format: str,
        run: str,
        mappings: str | None,
        read: ReadPart,
        shown: Path,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Continue after the part that was read already.

        Args:
            home: the folder in which logs and indexes are made; the last few are kept.
            format: the importer's name. run: of the file; "" for the main one. mappings: the user's file of mappings.
            shown: the folder of the index of the part that was read.
        """
        self.reading: FileImport | None = None
        self._path, self._home, self._format, self._run, self._mappings = path, home, format, run, mappings
        self._read, self._shown, self._clock = read, shown, clock
        self._companions: list[Path] = []
        self._is_lines = False  # programs append to such a file, and do not change lines that they have written
        self._looked_at: object = None
        self._number = 0
        self._refused_since: float | None = None

    def read_appended(self) -> FileEnd | None:
        """Import the file if it was written to since the last call; return why reading has ended, or None.

        ImportRefused, LogUnreadable: it could not be read for a while.
        """
        stamps = self._stamps()
        if stamps is None:
            return FileEnd.GONE
        if stamps == self._looked_at and self._refused_since is None:
            return None
        self._looked_at = stamps
        try:
            end = self._import()
        except LogChanged:
            return FileEnd.CUT
        except (ImportRefused, LogUnreadable):  # perhaps half of it is written
            now = self._clock()
            self._refused_since = now if self._refused_since is None else self._refused_since
            if now - self._refused_since >= REFUSED_AFTER_S:
                raise
            return None
        self._refused_since = None
        return end

    def _stamps(self) -> object:
        """Return stamps that change when the file, its journal, or a file that is read with it is written to."""
        try:
            path = file_of(self._path)
            return [file_stamp(file.stat()) for file in (path, *side_files(path), *self._companions)]
        except OSError:
            return None if not os.path.lexists(self._path) else ()

    def _import(self) -> FileEnd | None:
        with Source(file_of(self._path)) as source:
            whole = source.size
            self._is_lines = _leave_out_half_line(source) or self._is_lines
            if self._is_lines and whole < self._read.size:
                return FileEnd.CUT
            if self._is_lines and source.blake3(self._read.size) != self._read.digest:
                return FileEnd.REPLACED
            digest = source.blake3()
            if self.reading is not None and not self._companions and digest == self._read.digest:
                return None  # a part of a line was written
            with foreign_file(source) as file:
                reading = self._read_run(source, file, digest)
        if reading is None:
            return FileEnd.REPLACED
        self._read = ReadPart(source.size, digest, self._read.run_id)
        self.reading = reading
        return None

    def _read_run(self, source: Source, file: ForeignFile, digest: str) -> FileImport | None:
        """Import the run and index it; None if it is another run."""
        importer, _ = as_mapped(importer_for(file, self._format), file, self._mappings)
        assert importer is not None, "a file of another format has an importer"
        folder = self._home / str(self._number + 1)
        shutil.rmtree(folder, ignore_errors=True)  # of an import that was refused
        folder.mkdir()
        converted = write_one_run(file, importer, folder, source=source, digest=digest, name=self._run)
        if converted.run_id != self._read.run_id:
            return None
        with EventLog.open(converted.path) as log:
            built = IndexBuilder(log, folder).run(lambda _offset: None)
            write_table(folder, log, built)
        self._companions = companions_of(importer, file)
        self._number += 1
        shutil.rmtree(self._home / str(self._number - _KEPT_IMPORTS), ignore_errors=True)
        before, self._shown = self._shown, folder
        return FileImport(
            converted=converted,
            built=built,
            folder=folder,
            first_changed=first_difference(before, folder),
            stamp=source.stamp,
        )


def first_difference(before: Path, after: Path) -> EventIndex:
    """Return the index of the first event that differs between two indexes; 0 if one cannot be read.

    If none differs: the number of events of the shorter one.
    """
    try:
        columns = [(read_column(before, name), read_column(after, name)) for name in RECORD_COLUMNS]
    except OSError:
        return FIRST_EVENT
    count = min(len(column) for pair in columns for column in pair)
    first = count
    for one, other in columns:
        different = np.flatnonzero(one[:first] != other[:first])
        first = int(different[0]) if len(different) else first
    return EventIndex(first)


def _leave_out_half_line(source: Source) -> bool:
    """Leave out an incomplete last line if the file is JSON Lines, and return whether it is."""
    head = source.read_at(0, min(source.size, MAX_LINE_BYTES))
    first, ended, _ = head.partition(b"\n")
    if not ended or not _is_json(first):
        return False
    last = source.size
    tail = source.read_at(max(0, last - MAX_LINE_BYTES), min(last, MAX_LINE_BYTES))
    *_, rest = tail.rpartition(b"\n")
    if rest.strip() and not _is_json(rest):
        source.size = last - len(rest)
    return True


def _is_json(line: bytes) -> bool:
    try:
        value_of(line, ImportNotes())
    except NotJson:
        return False
    return True
