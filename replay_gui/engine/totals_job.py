"""Sums up what a run used, in a worker process."""

from __future__ import annotations

from typing import Any

from replay_gui.core.event_stream import events_of
from replay_gui.core.log_reader import EventLog
from replay_gui.core.run_totals import ModelUse, RunTotals
from replay_gui.core.scanner import Ending
from replay_gui.engine.worker import Report


def sum_up(args: dict[str, Any], report: Report) -> tuple[ModelUse, ...]:
    """The job: tokens and cost of the log at `path`, by model."""
    totals = RunTotals()
    with EventLog.open(args["path"]) as log:
        for event in events_of(log):
            if not isinstance(event, Ending):
                totals.take(event)
                report.progress(event.offset, log.source.size)
    return totals.uses()
