"""Lists all changes of one value of the state, with the value before and after each, in a worker process."""

from __future__ import annotations

import math
from itertools import islice
from pathlib import Path
from typing import Any

from replay_gui.core.divergence.differences import find_differences
from replay_gui.core.divergence.word_diff import cut_to_difference
from replay_gui.core.index.change_history import follow_values_of_log
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.replay.value_history import ValueChange
from replay_gui.core.state.state import ABSENT
from replay_gui.core.state.value_text import is_container
from replay_gui.core.text.json_pointer import pointer_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.value_preview import member_text
from replay_gui.core.translation.messages import tr
from replay_gui.engine.jobs.job import JobReporter
from replay_gui.engine.jobs.values.reported_replay import reported_events
from replay_gui.engine.jobs.values.value_arguments import ChangesArguments, ChangesProgress
from replay_gui.engine.queries.value_messages import ChangeRow

MAX_CHANGES = 100_000  # listed; later ones are not searched for
_MAX_CHARACTERS = 200  # characters of a value
_MAX_ITEMS = 64  # a longer list or map is not searched for the members that differ
_MAX_MEMBERS = 3  # that differ, and are named


def list_changes(arguments: ChangesArguments, reporter: JobReporter) -> ChangesProgress:
    """Replay the log up to change MAX_CHANGES; parts and result are the ChangesProgress since the last part."""
    waiting = list[ChangeRow]()
    done = count = arguments.count

    def report_done(so_far: int) -> None:
        reporter.part(ChangesProgress(so_far, count, tuple(waiting)))
        waiting.clear()

    with EventLog.open(arguments.path) as log:
        followed = follow_values_of_log(
            log, Path(arguments.folder), [arguments.keys], lambda events: reported_events(events, report_done)
        )
        changes = (change for index, values in followed for _, change in values.changes_by(index))
        for listed, change in enumerate(changes, 1):
            waiting.append(_row(change))
            if listed == MAX_CHANGES:
                done = change.index + 1
                break
    return ChangesProgress(done, count, tuple(waiting))


def _row(change: ValueChange) -> ChangeRow:
    return ChangeRow(change.index, *_texts(change.old, change.new), _number(change.new))


def _texts(old: Any, new: Any) -> tuple[str | None, str | None]:
    """Return both values in words; where those would be cut before they differ, from there on."""
    before, after = (None if value is ABSENT else one_line(member_text(value), _MAX_CHARACTERS) for value in (old, new))
    if before is None or after is None:
        return before, after
    if before == after and is_container(old) and is_container(new) and max(len(old), len(new)) <= _MAX_ITEMS:
        differing = list(islice(find_differences(old, new), _MAX_MEMBERS))
        before, after = (
            ", ".join(
                f"{pointer_text(difference.path)}: {tr('not there') if value is ABSENT else member_text(value)}"
                for difference in differing
                for value in [difference.a if is_old else difference.b]
            )
            for is_old in (True, False)
        )
    return cut_to_difference(one_line(before, _MAX_CHARACTERS), one_line(after, _MAX_CHARACTERS), _MAX_CHARACTERS)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)
