"""The jobs of the engine, but a conversion waits for ever after its first part."""

from __future__ import annotations

import threading

from tests.engine.job_modules.first_part import jobs_with

JOBS = jobs_with(lambda: threading.Event().wait())
