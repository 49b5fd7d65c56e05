"""The work that a log may cause, in proportion to its size. A log of a few kilobytes can demand years of it.

One operation of ten bytes moves every item of a list, and may change every leaf of the state. No agent writes such logs
(a window that slides is kept in a map), so the limits are a hundred times what the largest real ones cost.
"""

from __future__ import annotations

from pathlib import Path

from replay_gui.core.errors import TooCostly
from replay_gui.core.log.positions import EventIndex, position_after
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number

_MIN_MOVED_VALUES = 1_000_000_000  # about 1 s
_MOVED_VALUES_PER_BYTE = 256
_MIN_HASHED_LEAVES = 20_000_000  # about 30 s
_HASHED_LEAVES_PER_BYTE = 16


class TooMuchWork(Exception):
    """An event has caused more work than the limit allows. `number`: its index in the applied events, from 0."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def max_moved_values(log_bytes: int) -> int:
    """Return the number of members and items that a replay of a log may copy and move."""
    return _MIN_MOVED_VALUES + _MOVED_VALUES_PER_BYTE * log_bytes


def max_hashed_leaves(log_bytes: int) -> int:
    """Return the number of leaves that may be hashed to check a log's state hashes."""
    return _MIN_HASHED_LEAVES + _HASHED_LEAVES_PER_BYTE * log_bytes


def too_costly(path: Path, index: EventIndex) -> TooCostly:
    """Return the error for a replay that stops before the event with this index."""
    return TooCostly(
        tr(
            "{path}: event {event} changes too much at once for a log of this size; states from there on "
            "are not replayed",
            path=path,
            event=whole_number(position_after(index)),
        )
    )
