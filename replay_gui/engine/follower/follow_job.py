"""Follows a file that another program is writing, in a separate worker process."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Protocol

from replay_gui.core.importers.registry import title_of
from replay_gui.core.index.followed_log import FollowedLog
from replay_gui.core.log.file_end import FileEnd
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.path_kinds import exists
from replay_gui.engine.follower.follow_arguments import (
    STOP_FILE,
    FileGrowth,
    FollowArguments,
    FollowEnded,
    ImportedPart,
)
from replay_gui.engine.follower.followed_file import FollowedFile, ReadPart
from replay_gui.engine.jobs.job import JobReporter, PartPacer
from replay_gui.engine.opening import Conversion

PART_INTERVAL_S = 0.04  # seconds between two parts at least
_PART_SHARE = 1 / 4  # of the job's time that making its parts may take
QUIET_S = 1.0  # seconds without new data until the index is completed, and the log verified
_POLL_S, _IDLE_POLL_S = 0.02, 0.1  # seconds between two looks at the file
_IDLE_AFTER_S = 10.0


def follow(arguments: FollowArguments, reporter: JobReporter) -> FollowEnded:
    """Send parts while the file grows, until it ends or a stop is requested."""
    imported = arguments.imported
    followed = _LogGrowth(arguments) if imported is None else _FileGrowth(arguments, imported)
    try:
        return _follow(followed, Path(arguments.folder) / STOP_FILE, reporter, time.monotonic)
    finally:
        followed.close()


class _GrowingFile(Protocol):
    """A file that is followed. `is_read_anew`: whether each look costs as much as the first."""

    is_read_anew: ClassVar[bool]

    def read_appended(self) -> FileEnd | None:
        """Read the new data; return why reading has ended, or None."""

    def is_new(self) -> bool:
        """Whether there is data that was not sent yet."""
        ...

    def growth(self, is_whole: bool) -> FileGrowth | None:
        """Return the message to send; None if there is no new data."""


def _follow(followed: _GrowingFile, stop: Path, reporter: JobReporter, clock: Callable[[], float]) -> FollowEnded:
    pacer = PartPacer(clock, PART_INTERVAL_S, _PART_SHARE)
    grown_at, is_settled, is_sent, most_s = clock(), True, True, 0.0

    def send(is_whole: bool) -> None:
        nonlocal is_sent
        growth = followed.growth(is_whole)
        if growth is not None:
            reporter.part(growth)
        is_sent = True

    while True:
        begun = clock()
        end = followed.read_appended()
        took = clock() - begun
        if followed.is_new():
            grown_at, is_settled, is_sent, most_s = clock(), False, False, max(most_s, took)
        if not is_sent:
            pacer.send(lambda: send(False))
        asked = exists(stop)
        # Completing and verifying take as long as reading did: do not do it at each pause of the writer.
        if end or asked or (not is_settled and clock() - grown_at >= max(QUIET_S, most_s)):
            if not is_settled:
                send(True)
                gc.collect()
            is_settled = True
        if end or asked:
            return FollowEnded(end)
        idle = _IDLE_POLL_S if clock() - grown_at > _IDLE_AFTER_S else _POLL_S
        time.sleep(max(idle, took if followed.is_read_anew else 0.0))  # half of the time is left to others


class _LogGrowth:
    """A replay log."""

    is_read_anew: ClassVar[bool] = False

    def __init__(self, arguments: FollowArguments) -> None:
        self._folder = arguments.folder
        self._log = FollowedLog(arguments.path, Path(arguments.folder), arguments.file)
        self._sent = arguments.count
        self.read_appended, self.close = self._log.read_appended, self._log.close

    def is_new(self) -> bool:
        """Return whether there are events that were not sent."""
        sent_before, self._sent = self._sent, max(self._sent, self._log.count)
        return self._sent > sent_before

    def growth(self, is_whole: bool) -> FileGrowth:
        """Return the log so far; events that were read do not change any more."""
        built = self._log.complete() if is_whole else self._log.built()
        return FileGrowth(
            built=built,
            folder=self._folder,
            made=None,
            first_changed=EventIndex(built.count),
            is_whole=is_whole,
            stamp=self._log.stamp,
        )


class _FileGrowth:
    """A file of another format."""

    is_read_anew: ClassVar[bool] = True

    def __init__(self, arguments: FollowArguments, imported: ImportedPart) -> None:
        self._imported = imported
        self._file = FollowedFile(
            arguments.path,
            Path(arguments.folder),
            format=imported.format,
            run=imported.run,
            mappings=imported.mappings,
            read=ReadPart(imported.size, imported.digest, imported.run_id),
            shown=Path(imported.shown),
        )
        self._sent: object = None
        self._first_changed: EventIndex | None = None  # of all readings that were not sent
        self.read_appended = self._file.read_appended

    def close(self) -> None:
        """Do nothing: no file is held open."""

    def is_new(self) -> bool:
        """Whether the file was read again."""
        reading = self._file.reading
        if reading is self._sent or reading is None:
            return False
        self._sent = reading
        first = self._first_changed
        self._first_changed = reading.first_changed if first is None else min(first, reading.first_changed)
        return True

    def growth(self, is_whole: bool) -> FileGrowth | None:
        """Return the last reading, with the first change since the last one that was sent."""
        reading = self._file.reading
        if reading is None:
            return None
        made, first = reading.converted, self._first_changed
        self._first_changed = None
        return FileGrowth(
            built=reading.built,
            folder=str(reading.folder),
            made=Conversion(
                path=str(made.path),
                format=made.format,
                notes=made.notes,
                run=made.name,
                runs=self._imported.runs,
                own_hashes=made.own_hashes,
                title=title_of(made.format),
            ),
            first_changed=EventIndex(reading.built.count) if first is None else first,
            is_whole=is_whole,
            stamp=reading.stamp,
        )
