"""The long work, as jobs of a worker process. Each reads the file itself; what it returns goes through msgpack."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from replay_gui.core.index_builder import Built, IndexBuilder
from replay_gui.core.log_reader import EventLog
from replay_gui.core.verification import VerificationReport
from replay_gui.core.verification import verify as verified
from replay_gui.engine.worker import Job, Report

PART_PAUSE = 0.25  # seconds between two parts of an index


def index(args: dict[str, Any], report: Report) -> Built:
    """Builds the index and snapshots of the log at `path` in `folder`; every part tells how far they reach."""
    quiet_until = 0.0
    with EventLog.open(args["path"]) as log:

        def reached(built: Built) -> None:
            nonlocal quiet_until
            report.progress(built.offset, log.source.size)
            if time.monotonic() >= quiet_until:
                report.part(built)
                quiet_until = time.monotonic() + PART_PAUSE

        builder = IndexBuilder(log, Path(args["folder"]))
        builder.run(reached)
        return builder.built()


def verify(args: dict[str, Any], report: Report) -> VerificationReport:
    """The verdict on the log at `path`."""
    with EventLog.open(args["path"]) as log:
        return verified(log, lambda offset: report.progress(offset, log.source.size))


JOBS: Mapping[str, Job] = {"index": index, "verify": verify}
