"""The jobs of the engine, but a conversion never gets beyond the first part that it tells of."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from replay_gui.engine.jobs import convert_job
from replay_gui.engine.jobs import registry as jobs
from replay_gui.engine.jobs.job import Job, JobReporter
from replay_gui.engine.jobs.job_types import ConvertArguments
from replay_gui.engine.opening import Conversion


class Halting:
    """A reporter that says one thing and then waits for ever."""

    def __init__(self, reporter: JobReporter) -> None:
        self._reporter = reporter

    def progress(self, done: int, total: int) -> None:
        self._reporter.progress(done, total)

    def part(self, value: Any) -> None:
        self._reporter.part(value)
        threading.Event().wait()


def convert(arguments: ConvertArguments, reporter: JobReporter) -> Conversion:
    return convert_job.convert(arguments, Halting(reporter))


JOBS: Mapping[str, Job] = {**jobs.JOBS, "convert": convert}
