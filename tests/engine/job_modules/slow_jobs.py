"""The jobs of the engine, none of which ever ends."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from replay_gui.engine.jobs import registry as jobs
from replay_gui.engine.jobs.job import Job, JobReporter


def endless(args: dict[str, Any], reporter: JobReporter) -> None:
    reporter.progress(1, 100)
    threading.Event().wait()


JOBS: Mapping[str, Job] = dict.fromkeys(jobs.JOBS, endless)
