"""The jobs of the engine, but a conversion kills its worker after its first part."""

from __future__ import annotations

import os
import signal

from tests.engine.job_modules.first_part import jobs_with

JOBS = jobs_with(lambda: os.kill(os.getpid(), signal.SIGKILL))
