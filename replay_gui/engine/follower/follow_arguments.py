"""The arguments and results of the job that follows a file."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from replay_gui.core.index.index_builder import BuiltIndex
from replay_gui.core.log.file_end import FileEnd
from replay_gui.core.log.positions import EventIndex
from replay_gui.engine.jobs.job_types import JobArguments
from replay_gui.engine.open_run import Stamp
from replay_gui.engine.opening import Conversion

STOP_FILE = "stop"  # a file in the job's folder: the job must complete its index, and end


class ImportedPart(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a file of another format that is open already.

    Attributes:
        format: the importer's name. run: the name of the run in the file, "" for the main one; runs: the names of all.
        mappings: the user's file of mappings. size, digest: of the part of the file that was read. run_id: the run's.
        shown: the folder of its index.
    """

    format: str
    run: str
    runs: tuple[str, ...]
    mappings: str
    size: int
    digest: str
    run_id: str
    shown: str


class FollowArguments(JobArguments, frozen=True):
    """Follow the file at `path`, and put its index, and the log it is converted to, into `folder`.

    Attributes:
        file: device and inode of a replay log. imported: of a file of another format, the part that is open; else None.
        count: the number of events that are shown already.
    """

    job: ClassVar[str] = "follow"
    path: str
    folder: str
    file: tuple[int, int]
    imported: ImportedPart | None
    count: int


class FileGrowth(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the result: the file as it is now.

    Attributes:
        built: the index, in `folder`. made: of a file of another format, the log that it was converted to, else None.
        first_changed: the index of the first event that has changed; the number of old events if none has.
        is_whole: whether the file has not grown for a while, and the index is complete.
        stamp: of the file when it was read.
    """

    built: BuiltIndex
    folder: str
    made: Conversion | None
    first_changed: EventIndex
    is_whole: bool
    stamp: Stamp


class FollowEnded(msgspec.Struct, frozen=True):
    """The result: why the file is not followed any more; None: a stop was requested. All that was read is complete."""

    reason: FileEnd | None
