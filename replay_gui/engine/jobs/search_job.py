"""Searches a log for a text, in a worker process."""

from __future__ import annotations

import time
from typing import Any

from replay_gui.core.facts.find import Needle, find
from replay_gui.core.log.log_reader import EventLog
from replay_gui.engine.jobs.worker import Report

MAX_HITS = 100_000  # hits that are handed over; further ones are only counted
PART_INTERVAL = 0.05  # seconds between two parts


def find_text(args: dict[str, Any], report: Report) -> list[Any]:
    """The job: looks for `text` in the log at `path`; parts and result are [byte, size, count, hits since the last]."""
    with EventLog.open(args["path"]) as log:
        size, count, waiting = log.source.size, 0, list[tuple[int, str, int, int]]()
        quiet_until, at = 0.0, 0
        for at, hits in find(log, Needle(args["text"], args["match_case"])):
            waiting += [(hit.index, hit.text, hit.start, hit.stop) for hit in hits[: max(0, MAX_HITS - count)]]
            count += len(hits)
            if time.monotonic() >= quiet_until:
                report.part([at, size, count, waiting])
                waiting, quiet_until = [], time.monotonic() + PART_INTERVAL
        return [size, size, count, waiting]
