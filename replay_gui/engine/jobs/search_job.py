"""Searches a log for a text, in a worker process."""

from __future__ import annotations

import time

from replay_gui.core.facts.event_search import SearchHit, SearchText, search_events
from replay_gui.core.log.log_reader import EventLog
from replay_gui.engine.jobs.job import JobReporter
from replay_gui.engine.jobs.job_types import SearchArguments, SearchProgress

MAX_HITS = 100_000  # hits that are sent; further ones are only counted
PART_INTERVAL_S = 0.05  # seconds between two parts


def find_text(arguments: SearchArguments, reporter: JobReporter) -> SearchProgress:
    """Search the log; parts and result are the SearchProgress since the last part."""
    with EventLog.open(arguments.path) as log:
        size, count, waiting = log.source.size, 0, list[SearchHit]()
        next_part, at = 0.0, 0
        for at, hits in search_events(log, SearchText(arguments.text, arguments.match_case)):
            waiting += hits[: max(0, MAX_HITS - count)]
            count += len(hits)
            if time.monotonic() >= next_part:
                reporter.part(SearchProgress(at, size, count, tuple(waiting)))
                waiting, next_part = [], time.monotonic() + PART_INTERVAL_S
        return SearchProgress(size, size, count, tuple(waiting))
