"""Lists all changes of one value of the state, with the value before and after each, in a worker process."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from typing import Any

from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.replay.value_history import ValueChange, value_history
from replay_gui.core.state.state import ABSENT
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.value_preview import member_text
from replay_gui.engine.jobs.job import JobReporter
from replay_gui.engine.jobs.values.value_arguments import ChangesArguments, ChangesProgress
from replay_gui.engine.queries.value_messages import ChangeRow

MAX_CHANGES = 100_000  # listed; what comes after them is not looked for
PART_INTERVAL = 0.1  # seconds between two parts
_MAX_CHARACTERS = 200  # characters of a value


def list_changes(arguments: ChangesArguments, reporter: JobReporter) -> ChangesProgress:
    """Replay the log up to change MAX_CHANGES; parts and result are the ChangesProgress since the last part."""
    waiting = list[ChangeRow]()
    listed = done = 0
    with EventLog.open(arguments.path) as log:
        count = len(log)

        def contents() -> Iterator[bytes | None]:
            nonlocal done
            next_part = time.monotonic() + PART_INTERVAL
            for content in log.contents(0, count):
                if time.monotonic() >= next_part:
                    reporter.part(ChangesProgress(done, count, tuple(waiting)))
                    waiting.clear()
                    next_part = time.monotonic() + PART_INTERVAL
                done += 1
                yield content

        for change in value_history(contents(), arguments.keys):
            waiting.append(_row(change))
            listed += 1
            if listed == MAX_CHANGES:
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
