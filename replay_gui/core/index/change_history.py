"""Values of a log followed by means of its index if that is kept, else by a replay of all events."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.index.change_columns import possible_changes
from replay_gui.core.index.index_cache import load_index, read_key_column
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import FIRST_EVENT, EventIndex
from replay_gui.core.replay.scoped_replay import ScopeLeft, follow_scopes
from replay_gui.core.replay.value_history import FollowedValues, NumberedContents, follow_values


def follow_values_of_log(
    log: EventLog,
    folder: Path,
    paths: Sequence[Sequence[str]],
    watch: Callable[[NumberedContents], NumberedContents] = lambda events: events,
) -> Iterator[tuple[EventIndex, FollowedValues]]:
    """Yield (index, values at the paths) after each event of a log that may have changed one of them.

    Args:
        folder: of the log's index. If it is none, is of other bytes or is damaged, every event is replayed.
        watch: hands the events on that are replayed, and may show the progress by them.
    """
    possible, left = _possible_changes(log, folder, paths), FIRST_EVENT
    if possible is not None:
        try:
            yield from follow_scopes(watch(log.contents_of(possible)), paths)
        except ScopeLeft as why:
            left = why.index
        else:
            return
    for index, values in follow_values(watch(log.numbered_contents()), paths):
        if index >= left:
            yield index, values
        else:
            deque(values.changes_by(index), 0)


def _possible_changes(log: EventLog, folder: Path, paths: Sequence[Sequence[str]]) -> NDArray[np.int64] | None:
    kept = load_index(folder, log)
    if kept is None:
        return None
    _, index, built = kept
    log.use_offsets(index.offset)
    key = read_key_column(folder, index.count)
    return None if key is None or built.stopped is not None else possible_changes(index, key, paths)
