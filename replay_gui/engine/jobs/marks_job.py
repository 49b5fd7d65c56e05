"""Finds the marks of a run, and what its tools do, in a worker process."""

from __future__ import annotations

from dataclasses import dataclass

from replay_gui.core.effects.tool_effects import ToolEffects
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.scanner import Ending
from replay_gui.core.reasons.marks.mark_finder import MarkFinder
from replay_gui.core.reasons.marks.run_mark import RunMark
from replay_gui.engine.jobs.job import JobReporter
from replay_gui.engine.jobs.job_types import MarksArguments

MAX_EVENTS = 1_000_000
"""Events of the longest run in which marks are looked for: half a minute in the background."""

_PROGRESS_EVENTS = 4_096


@dataclass(frozen=True, slots=True)
class MarksOfRun:
    """Marks, and what the calls of each tool do; `gave_up`: neither, since the run is too long."""

    marks: tuple[RunMark, ...]
    effects: dict[str, ToolEffects]
    gave_up: bool


def find_marks(arguments: MarksArguments, reporter: JobReporter) -> MarksOfRun:
    """Look for marks in one pass over a log."""
    finder = MarkFinder(arguments.corrected, MAX_EVENTS)
    with EventLog.open(arguments.path) as log:
        for number, event in enumerate(log.events()):
            if isinstance(event, Ending) or finder.gave_up:
                break
            finder.take(event)
            if number % _PROGRESS_EVENTS == 0:
                reporter.progress(event.offset, log.source.size)
        return MarksOfRun(finder.marks(log), finder.tool_effects(), finder.gave_up)
