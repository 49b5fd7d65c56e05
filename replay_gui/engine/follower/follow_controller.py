"""The job that follows the file of one run."""

from __future__ import annotations

import shutil
from typing import Protocol, assert_never

from replay_gui.core.index.index_cache import IndexCache
from replay_gui.core.log.magic import OWN_FORMAT
from replay_gui.engine.follower.follow_arguments import (
    STOP_FILE,
    FileGrowth,
    FollowArguments,
    FollowEnded,
    ImportedPart,
)
from replay_gui.engine.job_group import JobGroup, OnWorkerMessage
from replay_gui.engine.jobs.job_messages import JobDone, JobFailed, JobMessage, JobPart, JobProgress, decode_value
from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.opening import user_mappings
from replay_gui.engine.worker_pool import WorkerPool


class OnFollowed(Protocol):
    """Handles the content of a message of the job."""

    def __call__(self, content: FileGrowth | FollowEnded | JobFailed, /) -> None:
        """Handle the content, on the engine thread."""


class FollowController:
    """Follows the file of one run; begins at once. Used on the engine thread alone."""

    def __init__(
        self,
        pool: WorkerPool,
        run: OpenRun,
        cache: IndexCache,
        on_worker_message: OnWorkerMessage,
        on_followed: OnFollowed,
    ) -> None:
        self._on_followed = on_followed
        self._folder = cache.make_building_folder()
        self._jobs = JobGroup(pool, on_worker_message)
        device, inode, *_ = run.log.source.stamp
        self._jobs.start(
            FollowArguments(
                path=run.facts.path,
                folder=str(self._folder),
                file=(device, inode),
                imported=None if run.facts.format == OWN_FORMAT else _imported(run),
                count=run.index.count,
            ),
            self._on_message,
        )

    @property
    def is_over(self) -> bool:
        """Whether the file is not followed any more."""
        return not self._jobs.busy

    def finish(self) -> None:
        """Ask the job to complete its index and end; its last messages follow."""
        (self._folder / STOP_FILE).touch()

    def _on_message(self, message: JobMessage) -> None:
        match message:
            case JobPart(value=value):
                self._on_followed(decode_value(value, FileGrowth))
            case JobDone(value=value):
                self._on_followed(decode_value(value, FollowEnded))
            case JobFailed():
                self._on_followed(message)
            case JobProgress():
                pass  # the end of a file that is followed is unknown
            case _:
                assert_never(message)

    def close(self) -> None:
        """End the job, and remove its files; the run is closed."""
        self._jobs.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


def _imported(run: OpenRun) -> ImportedPart:
    facts, source = run.facts, run.log.header.source
    known = source if isinstance(source, dict) else {}
    size, digest = known.get("size"), known.get("blake3")
    return ImportedPart(
        format=facts.format,
        run=facts.run if len(facts.runs) > 1 else "",
        runs=facts.runs,
        mappings=str(user_mappings()),
        size=size if type(size) is int else 0,
        digest=digest if isinstance(digest, str) else "",
        run_id=facts.run_id,
        shown=str(run.folder),
    )
