"""Lists all changes of one value of the state, with the value before and after each, in a worker process."""

from __future__ import annotations

import math
from typing import Any

from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.replay.value_history import ValueChange, value_history
from replay_gui.core.state.state import ABSENT
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.value_preview import member_text
from replay_gui.engine.jobs.job import JobReporter
from replay_gui.engine.jobs.values.reported_replay import reported_contents
from replay_gui.engine.jobs.values.value_arguments import ChangesArguments, ChangesProgress
from replay_gui.engine.queries.value_messages import ChangeRow

MAX_CHANGES = 100_000  # listed; later ones are not searched for
_MAX_CHARACTERS = 200  # characters of a value


def list_changes(arguments: ChangesArguments, reporter: JobReporter) -> ChangesProgress:
    """Replay the log up to change MAX_CHANGES; parts and result are the ChangesProgress since the last part."""
    waiting = list[ChangeRow]()
    with EventLog.open(arguments.path) as log:
        done = count = len(log)

        def report_done(so_far: int) -> None:
            reporter.part(ChangesProgress(so_far, count, tuple(waiting)))
            waiting.clear()

        changes = value_history(reported_contents(log, report_done), arguments.keys)
        for listed, change in enumerate(changes, 1):
            waiting.append(_row(change))
            if listed == MAX_CHANGES:
                done = change.index + 1
                break
    return ChangesProgress(done, count, tuple(waiting))


def _row(change: ValueChange) -> ChangeRow:
    return ChangeRow(change.index, _text(change.old), _text(change.new), _number(change.new))


def _text(value: Any) -> str | None:
    return None if value is ABSENT else one_line(member_text(value), _MAX_CHARACTERS)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)
