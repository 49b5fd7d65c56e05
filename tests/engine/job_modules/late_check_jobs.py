"""The jobs of the engine, where checking comes last."""

from __future__ import annotations

from collections.abc import Mapping

from replay_gui.engine.jobs import registry as jobs
from replay_gui.engine.jobs.job import Job
from tests.engine.job_modules.waiting_jobs import late_check

JOBS: Mapping[str, Job] = {**jobs.JOBS, "integrity": late_check}
