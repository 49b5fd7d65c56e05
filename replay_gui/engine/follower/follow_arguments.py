"""The arguments and results of the job that follows a file."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from replay_gui.core.index.index_builder import BuiltIndex
from replay_gui.core.log.file_end import FileEnd
from replay_gui.engine.jobs.job_types import JobArguments
from replay_gui.engine.open_run import Stamp
from replay_gui.engine.opening import Conversion

STOP_FILE = "stop"  # in the job's folder: the job is to complete what it has read, and to end


class ImportedPart(msgspec.Struct, frozen=True, kw_only=True):
    """What is open already of a file of another format.

    Attributes:
        format: the importer's name. run: which run of the file, "" for the main one; runs: the names of all.
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
    """Follow the file at `path`, and make what is needed to show it in `folder`.

    Attributes:
        file: device and inode of a replay log. imported: of a file of another format, what is open already, else None.
        count: how many events are shown already.
    """

    job: ClassVar[str] = "follow"
    path: str
    folder: str
    file: tuple[int, int]
    imported: ImportedPart | None
    count: int


class FileGrowth(msgspec.Struct, frozen=True, kw_only=True):
    """A part: the file as it is now.

    Attributes:
        built: the index, in `folder`. made: of a file of another format, the log that it was converted to, else None.
        first_changed: the index of the first event that has changed; the number of old events if none has.
        is_whole: whether nothing was added for a while: the index is complete.
        stamp: of the file when it was read.
    """

    built: BuiltIndex
    folder: str
    made: Conversion | None
    first_changed: int
    is_whole: bool
    stamp: Stamp


class FollowEnded(msgspec.Struct, frozen=True):
    """The result: why the file is not followed any more; None: it was asked to end. All that was read is complete."""

    reason: FileEnd | None
