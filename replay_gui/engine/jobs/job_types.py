"""The arguments of the jobs, and the results that are not defined elsewhere.

Those of the comparing and reporting jobs are in separate files, which a worker imports when it needs them.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec

from replay_gui.core.effects.effect import Effect
from replay_gui.core.errors import LogChanged
from replay_gui.core.facts.event_search import SearchHit
from replay_gui.core.facts.known_sessions import KnownFolder
from replay_gui.core.index.index_builder import BuiltIndex
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.replay.snapshot_store import SnapshotEntry
from replay_gui.core.translation.messages import tr
from replay_gui.core.verification.integrity import Boundary


class JobArguments(msgspec.Struct, frozen=True):
    """The arguments of a job; `job` is its name in the registry."""

    job: ClassVar[str] = ""


class OpenedFile(msgspec.Struct, frozen=True):
    """The file of an open log: its path, its identity (another file can take the name), and its size in bytes."""

    path: str
    device: int
    inode: int
    size: int

    @classmethod
    def of(cls, log: EventLog) -> OpenedFile:
        """Return the file of an open log."""
        device, inode, *_ = log.source.stamp
        return cls(str(log.source.path), device, inode, log.source.size)

    def open(self) -> EventLog:
        """Open the log again, without data appended since; raise LogChanged if the path has another file now."""
        log = EventLog.open(self.path)
        if log.source.stamp[:2] != (self.device, self.inode):
            log.close()
            text = tr("{file}: replaced by another file while it was read; open it again", file=self.path)
            raise LogChanged(text)
        log.source.leave_out_after(self.size)
        return log


class IndexArguments(JobArguments, frozen=True):
    """Build the index and snapshots of `log` in `folder`.

    `whole`: whether the result is complete; False if an integrity pass makes the columns of the records, and finds
    whether values may stay packed (see IndexBuilder).
    `changed_at`: of the log's Source when it was opened; None for when the worker opens it.
    `content`: as of write_table.
    """

    job: ClassVar[str] = "index"
    log: OpenedFile
    folder: str
    whole: bool
    changed_at: int | None = None
    content: str | None = None


class JoinArguments(JobArguments, frozen=True):
    """Complete the index in `folder` that two passes have made; `built` is the result of the index pass."""

    job: ClassVar[str] = "join"
    log: OpenedFile
    folder: str
    built: BuiltIndex
    changed_at: int | None = None
    content: str | None = None


class IntegrityArguments(JobArguments, frozen=True):
    """Check links and form from `start` to about byte `stop_offset`, or to just before the event `stop_index`.

    `columns`: the folder in which the columns of the records are left, or None.
    """

    job: ClassVar[str] = "integrity"
    log: OpenedFile
    start: Boundary
    stop_offset: int | None
    stop_index: EventIndex | None
    columns: str | None


class StatesArguments(JobArguments, frozen=True):
    """Compare recorded state hashes from the last snapshot of `line` (empty: the start) to just before
    the event `stop`; None: to the end.

    `offset`: of the record after that snapshot. `folder`: of the snapshots.
    """

    job: ClassVar[str] = "states"
    log: OpenedFile
    line: tuple[SnapshotEntry, ...]
    stop: EventIndex | None
    offset: int = 0
    folder: str = ""


class ReplayArguments(JobArguments, frozen=True):
    """Replay a log without recorded state hashes, to find the events that do not apply.

    `packed`: see check_applicable.
    """

    job: ClassVar[str] = "applicable"
    log: OpenedFile
    packed: bool


class FileHashArguments(JobArguments, frozen=True):
    """Compute the BLAKE3 of the whole file."""

    job: ClassVar[str] = "file_hash"
    log: OpenedFile


class SnapshotsArguments(JobArguments, frozen=True):
    """Read the whole snapshot file of the finished index in `folder`, to find out whether it is intact."""

    job: ClassVar[str] = "snapshots"
    folder: str


class ConvertArguments(JobArguments, frozen=True):
    """Convert a run of the foreign file at `path`, and index it at the same time.

    Attributes:
        cache: the folder of conversions. run: the name of the run in the file; None: the main one.
        format: an importer's name; None: recognised by the content. mappings: the user's file of mappings.
        index: the folder of the index, if the main run is converted again.
    """

    job: ClassVar[str] = "convert"
    path: str
    cache: str
    run: str | None
    format: str | None
    mappings: str
    index: str


class SearchArguments(JobArguments, frozen=True):
    """Search the log at `path` for a text."""

    job: ClassVar[str] = "find"
    path: str
    text: str
    match_case: bool


class SearchProgress(msgspec.Struct, frozen=True):
    """The progress of a search, in bytes; `count` of all hits so far; the hits since the last SearchProgress."""

    done: int
    total: int
    count: int
    hits: tuple[SearchHit, ...]


class SampleArguments(JobArguments, frozen=True):
    """Read the first records of the JSON Lines file at `path`."""

    job: ClassVar[str] = "sample"
    path: str


class SessionsArguments(JobArguments, frozen=True):
    """List the newest sessions in known folders."""

    job: ClassVar[str] = "sessions"
    folders: tuple[KnownFolder, ...]


class FormatsArguments(JobArguments, frozen=True):
    """List the importers."""

    job: ClassVar[str] = "formats"


class TotalsArguments(JobArguments, frozen=True):
    """Sum up tokens and cost of the log at `path`."""

    job: ClassVar[str] = "totals"
    path: str


class MarksArguments(JobArguments, frozen=True):
    """Find the marks of the log at `path`, and keep them in the `folder` of its index.

    `corrected`: effects of tools by name, from the user's rules.
    """

    job: ClassVar[str] = "marks"
    path: str
    corrected: dict[str, Effect]
    folder: str
