"""The jobs of the engine. The one that TROUBLED_JOB names begins by looking for the file TROUBLE: once for each.

What stands in it says what becomes of the job: `hang`, `kill` (its worker), `stop` (it, until it is continued), or
`raise`. The file is renamed then, and has the number of the process.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Mapping
from pathlib import Path

import msgspec

from replay_gui.engine.jobs import registry as jobs
from replay_gui.engine.jobs.job import Job, JobContext, decode_arguments

_NAME, _TROUBLE = os.environ["TROUBLED_JOB"], Path(os.environ["TROUBLE"])


def troubled(arguments: msgspec.Raw, context: JobContext) -> object:
    try:
        how = _TROUBLE.read_text()
        _TROUBLE.write_text(str(os.getpid()))
        _TROUBLE.rename(_TROUBLE.with_name("met"))
    except FileNotFoundError:
        how = ""
    if how == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    if how in ("", "stop"):
        job = jobs.JOBS[_NAME]
        return job(decode_arguments(job, arguments), context)
    context.progress(1, 100)
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "raise":
        raise KeyError("<b>nobody foresaw this")
    return threading.Event().wait()


JOBS: Mapping[str, Job] = {**jobs.JOBS, _NAME: troubled}
