"""The job that follows the file of one run."""

from __future__ import annotations

import shutil
from typing import assert_never

from replay_gui.core.index.index_cache import IndexCache
from replay_gui.core.log.magic import OWN_FORMAT
from replay_gui.engine.follower.follow_arguments import (
    STOP_FILE,
    FileGrowth,
    FollowArguments,
    FollowEnded,
    ImportedPart,
)
from replay_gui.engine.job_group import JobGroup, OnWorkerMessage, StartedJob
from replay_gui.engine.jobs.job_messages import JobDone, JobFailed, JobMessage, JobPart, JobProgress, decode_value
from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.opening import user_mappings
from replay_gui.engine.worker_pool import WorkerPool


class FollowController:
    """Follows the file of one run; begins at once. Used on the engine thread alone."""

    def __init__(self, pool: WorkerPool, run: OpenRun, cache: IndexCache, on_worker_message: OnWorkerMessage) -> None:
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
            )
        )

    @property
    def is_over(self) -> bool:
        """Whether the file is not followed any more."""
        return not self._jobs.busy

    def finish(self) -> None:
        """Ask the job to complete its index and end; its last messages follow."""
        (self._folder / STOP_FILE).touch()

    def on_worker_message(self, job: StartedJob, message: JobMessage) -> FileGrowth | FollowEnded | JobFailed | None:
        """Return the content of a worker's message; None for a stale one."""
        if not self._jobs.accepts(job, message):
            return None
        match message:
            case JobPart(value=value):
                return decode_value(value, FileGrowth)
            case JobDone(value=value):
                return decode_value(value, FollowEnded)
            case JobFailed():
                return message
            case JobProgress():
                return None
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
