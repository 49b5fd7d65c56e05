"""The conversion of a foreign file into a log, in a worker process."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, assert_never

from replay_gui.core.index.index_cache import IndexCache
from replay_gui.core.translation.messages import tr
from replay_gui.engine.answers import Progress
from replay_gui.engine.job_group import JobGroup, OnWorkerMessage
from replay_gui.engine.jobs.job_messages import JobDone, JobFailed, JobMessage, JobPart, JobProgress, decode_value
from replay_gui.engine.jobs.job_types import ConvertArguments
from replay_gui.engine.open_run import Stamp
from replay_gui.engine.opening import Conversion, conversion_cache, user_mappings
from replay_gui.engine.progress_throttle import ProgressThrottle
from replay_gui.engine.requests import Open
from replay_gui.engine.worker_pool import WorkerPool


class OnConversionResult(Protocol):
    """Handles the progress, the (partial) log, or the failure of a conversion."""

    def __call__(self, conversion: ConversionController, result: Progress | Conversion | JobFailed, /) -> None:
        """Handle the result, on the engine thread."""


class ConversionController:
    """The conversion of one file, to be shown as run `number`; it begins at once. Used on the engine thread alone.

    Attributes:
        number: the run's. path: of the file. stamp: of the file when the conversion began.
        index: the folder in which the run's index is made meanwhile. `stop` removes it, unless the run was shown.
        shown: whether the run is shown already. progress: of the conversion.
    """

    def __init__(
        self,
        pool: WorkerPool,
        cache: IndexCache,
        number: int,
        path: str,
        on_worker_message: OnWorkerMessage,
        *,
        on_result: OnConversionResult,
        stamp: Stamp,
        run: str | None = None,
        format: str | None = None,
    ) -> None:
        """`stamp`: of the file now. `run`, `format`: the names of the run in the file and of the importer."""
        self.number, self.path, self.stamp = number, path, stamp
        self.index: Path = cache.make_building_folder()
        self.shown = False
        self.progress = Progress(tr("Converting"), 0, 0, None)
        self._throttle = ProgressThrottle(tr("Converting"))
        self._on_result = on_result
        self._jobs = JobGroup(pool, on_worker_message)
        self._jobs.start(
            ConvertArguments(
                path=path,
                cache=str(conversion_cache()),
                run=run,
                format=format,
                mappings=str(user_mappings()),
                index=str(self.index),
            ),
            self._on_message,
        )

    def _on_message(self, message: JobMessage) -> None:
        match message:
            case JobProgress(done=done, total=total):
                self.progress = self._throttle.progress(done, total)
                self._on_result(self, self.progress)
            case JobPart(value=value) | JobDone(value=value):
                self._on_result(self, decode_value(value, Conversion))
            case JobFailed():
                self._on_result(self, message)
            case _:
                assert_never(message)

    @property
    def is_over(self) -> bool:
        """Whether the worker has sent its last message."""
        return not self._jobs.busy

    def stop(self) -> None:
        """End the work, and remove its index unless the run is shown."""
        self._jobs.stop()
        if not self.shown:
            shutil.rmtree(self.index, ignore_errors=True)


@dataclass(frozen=True)
class PendingImport:
    """The conversion of the run that will replace the open one, and the request for it."""

    conversion: ConversionController
    request: Open
