"""The jobs of the engine, but a conversion kills its worker after the first part that it tells of."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from typing import Any

from replay_gui.engine.jobs import convert_job
from replay_gui.engine.jobs import registry as jobs
from replay_gui.engine.jobs.job import Job, JobReporter
from replay_gui.engine.jobs.job_types import ConvertArguments
from replay_gui.engine.opening import Conversion


class Falling:
    """A reporter that says one thing and then ends the process."""

    def __init__(self, reporter: JobReporter) -> None:
        self._reporter = reporter

    def progress(self, done: int, total: int) -> None:
        self._reporter.progress(done, total)

    def part(self, value: Any) -> None:
        self._reporter.part(value)
        os.kill(os.getpid(), signal.SIGKILL)


def convert(arguments: ConvertArguments, reporter: JobReporter) -> Conversion:
    return convert_job.convert(arguments, Falling(reporter))


JOBS: Mapping[str, Job] = {**jobs.JOBS, "convert": convert}
