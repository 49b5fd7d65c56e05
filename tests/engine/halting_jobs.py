"""The jobs of the engine, but a conversion never gets beyond the first part that it tells of."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from replay_gui.engine.jobs import registry as jobs
from replay_gui.engine.jobs.worker import Job, Report


class Halting:
    """A Report that says one thing and then waits for ever."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def progress(self, done: int, total: int) -> None:
        self._report.progress(done, total)

    def part(self, value: Any) -> None:
        self._report.part(value)
        threading.Event().wait()


def convert(args: dict[str, Any], report: Report) -> Any:
    return jobs.JOBS["convert"](args, Halting(report))


JOBS: Mapping[str, Job] = {**jobs.JOBS, "convert": convert}
