"""Finds the marks of a run, and the effects of its tools, in a worker process."""

from __future__ import annotations

from pathlib import Path

from replay_gui.core.diagnostics import Topic, error_location, topic_logger
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.scanner import Ending
from replay_gui.core.reasons.marks.kept_marks import MarksOfRun, keep_marks
from replay_gui.core.reasons.marks.mark_finder import MarkFinder
from replay_gui.engine.jobs.job import JobReporter
from replay_gui.engine.jobs.job_types import MarksArguments

MAX_EVENTS = 1_000_000
"""Events of the longest run in which marks are looked for: up to a minute in the background."""

_PROGRESS_EVENTS = 4_096

_log = topic_logger(Topic.CACHE)


def find_marks(arguments: MarksArguments, reporter: JobReporter) -> MarksOfRun:
    """Find the marks in one pass over a log, and keep them beside its index."""
    finder = MarkFinder(arguments.corrected, MAX_EVENTS)
    with EventLog.open(arguments.path) as log:
        for number, event in enumerate(log.events()):
            if isinstance(event, Ending) or finder.gave_up:
                break
            finder.add_event(event)
            if number % _PROGRESS_EVENTS == 0:
                reporter.progress(event.offset, log.source.size)
        found = MarksOfRun(finder.marks(log), finder.tool_effects(), finder.gave_up)
        try:
            keep_marks(Path(arguments.folder), log, arguments.corrected, found)
        except (OSError, UnicodeEncodeError) as error:  # they are found again the next time
            _log.info("marks were not kept: %s", error_location(error))
    return found
