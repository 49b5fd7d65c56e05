"""The jobs of the engine; what is followed is completed as soon as nothing came for a moment."""

from __future__ import annotations

from collections.abc import Mapping

from replay_gui.engine.follower import follow_job
from replay_gui.engine.jobs import registry as jobs
from replay_gui.engine.jobs.job import Job

follow_job.QUIET_S = 0.1
JOBS: Mapping[str, Job] = jobs.JOBS
