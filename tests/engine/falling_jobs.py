"""The jobs of the engine, but a conversion kills its worker after the first part that it tells of."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from typing import Any

from replay_gui.engine.jobs import registry as jobs
from replay_gui.engine.jobs.worker import Job, Report


class Falling:
    """A Report that says one thing and then ends the process."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def progress(self, done: int, total: int) -> None:
        self._report.progress(done, total)

    def part(self, value: Any) -> None:
        self._report.part(value)
        os.kill(os.getpid(), signal.SIGKILL)


def convert(args: dict[str, Any], report: Report) -> Any:
    return jobs.JOBS["convert"](args, Falling(report))


JOBS: Mapping[str, Job] = {**jobs.JOBS, "convert": convert}
