"""A conversion that does something else once it has sent the first part of its result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from replay_gui.engine.jobs import convert_job
from replay_gui.engine.jobs import registry as jobs
from replay_gui.engine.jobs.job import Job, JobReporter
from replay_gui.engine.jobs.job_types import ConvertArguments
from replay_gui.engine.opening import Conversion


class FirstPartReporter:
    """A reporter that sends one part and then calls `after`."""

    def __init__(self, reporter: JobReporter, after: Callable[[], object]) -> None:
        self._reporter, self._after = reporter, after

    def progress(self, done: int, total: int) -> None:
        self._reporter.progress(done, total)

    def part(self, value: Any) -> None:
        self._reporter.part(value)
        self._after()


def jobs_with(after: Callable[[], object]) -> Mapping[str, Job]:
    """Return the jobs of the engine, with a conversion that calls `after` when it has sent its first part."""

    def convert(arguments: ConvertArguments, reporter: JobReporter) -> Conversion:
        return convert_job.convert(arguments, FirstPartReporter(reporter, after))

    return {**jobs.JOBS, "convert": convert}
