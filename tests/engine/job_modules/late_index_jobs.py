"""The jobs of the engine, where the index comes last."""

from __future__ import annotations

from collections.abc import Mapping

from replay_gui.engine.jobs import registry as jobs
from replay_gui.engine.jobs.job import Job
from tests.engine.job_modules.waiting_jobs import late_index

JOBS: Mapping[str, Job] = {**jobs.JOBS, "index": late_index}
