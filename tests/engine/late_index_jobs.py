"""The jobs of the engine, of which the index is the last to end: it waits for the chain of the contents."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from replay_gui.core.index_builder import Built
from replay_gui.engine import jobs
from replay_gui.engine.worker import Job, Report


def index(args: dict[str, Any], report: Report) -> Built:
    while not (Path(args["folder"]) / "chain").exists():
        time.sleep(0.001)  # another process makes it
    return jobs.index(args, report)


JOBS: Mapping[str, Job] = {**jobs.JOBS, "index": index}
