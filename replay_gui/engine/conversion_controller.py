"""A foreign file that is being made into a log, in a worker process of the importers' own pool.

A state machine without threads: all methods are called on the engine thread.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec

from replay_gui.core.index.index_cache import IndexCache
from replay_gui.engine.answers import Progress
from replay_gui.engine.frames import Message
from replay_gui.engine.job_group import JobGroup
from replay_gui.engine.opening import Conversion, conversion_cache, file_stamp, user_mappings
from replay_gui.engine.progress_throttle import ProgressThrottle
from replay_gui.engine.worker_pool import WorkerPool

CONVERT = "convert"
JOB = "Converting"


class ConversionController:
    """The conversion of one file, to be shown as run `number`; it begins at once.

    `on_worker(purpose, message)` is called on threads of the pool, and is to bring the message back to `hear`.

    Attributes:
        number: the run's. path: the file. stamp: what it had when it began.
        index: the folder in which the run's index is made meanwhile. `stop` removes it, unless the run was shown.
        shown: whether the run is shown already. progress: how far it is.
    """

    def __init__(
        self,
        pool: WorkerPool,
        cache: IndexCache,
        number: int,
        path: str,
        run: str | None,
        format: str | None,
        on_worker: Callable[[str, Message], None],
    ) -> None:
        """LogUnreadable where the file cannot be read. `run`, `format`: which run of the file, and which importer."""
        self.number, self.path, self.stamp = number, path, file_stamp(path)
        self.index: Path = cache.begin()
        self.shown = False
        self.progress = Progress(JOB, 0, 0, None)
        self._pace = ProgressThrottle(JOB)
        self._work = JobGroup(pool, on_worker)
        args = {
            "path": path,
            "cache": str(conversion_cache()),
            "run": run,
            "format": format,
            "mappings": str(user_mappings()),
            "index": str(self.index),
        }
        self._work.start(CONVERT, CONVERT, args)

    def on_worker_message(self, message: Message) -> Progress | Conversion | str | None:
        """What the worker says: how far it is, the log so far or as a whole, why there is none; None: nothing."""
        if not self._work.accepts(CONVERT, message):
            return None
        match message["type"]:
            case "progress":
                self.progress = self._pace.progress(message["done"], message["total"])
                return self.progress
            case "failed":
                return str(message["text"])
            case _:
                return msgspec.convert(message["value"], Conversion)

    @property
    def is_over(self) -> bool:
        return not self._work.busy

    def stop(self) -> None:
        """Ends the work; an index that belongs to no run that is shown goes."""
        self._work.stop()
        if not self.shown:
            shutil.rmtree(self.index, ignore_errors=True)
