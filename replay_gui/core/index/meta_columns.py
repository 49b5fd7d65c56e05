"""The index columns that are read from the metas of records, and the number of events that have each member of meta.

A meta of the common form (see fast_metas) is decoded in C; others are read one by one, as far as they can be read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from replay_gui.core.errors import NotCanonical
from replay_gui.core.index.index_columns import NO_PARENT
from replay_gui.core.index.run_index import NO_DURATION, NO_TIME
from replay_gui.core.log.canonical import decode
from replay_gui.core.log.event import whole_number
from replay_gui.core.log.fast_metas import NOT_GIVEN, FastMeta
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.log.scanner import Block

MemberCounts: TypeAlias = tuple[tuple[str, int], ...]
"""(Name, number of events that have it) of members of meta, but not of seq."""

OTHER_MEMBERS = "(other)"  # means any further member
_MAX_MEMBERS = 4096  # that are counted by name
_MAX_TIME_NS = (1 << 63) - 1
_PARENT_KEY = b"\xa6parent"
_NUMBERING = "seq"  # the member for an event's position in the run, which is not counted
_UNREADABLE_META = ("(unreadable)",)
_time, _duration, _parent = attrgetter("time"), attrgetter("duration"), attrgetter("parent")


class _Meta(msgspec.Struct):
    parent: Any = None


_decode_parent = msgspec.msgpack.Decoder(_Meta).decode
_decode_members = msgspec.msgpack.Decoder(dict[str, msgspec.Raw]).decode


class MetaColumns:
    """Makes the entries of consecutive blocks, and counts the members of their metas."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    @property
    def members(self) -> MemberCounts:
        """The members of all metas so far."""
        return tuple(self._counts.items())

    def block_entries(self, block: Block, metas: list[FastMeta] | None) -> dict[str, Any]:
        """Return the columns `time`, `duration` and `parent`; `metas`: the result of decode_fast_metas for the block.

        The seq that an event names as its parent is used as an index.
        """
        if metas is None:
            times, durations = _times_of_other_metas(block.metas)
            return {"time": times, "duration": durations, "parent": self._parents_of_other_metas(block)}
        time, duration = (np.fromiter(map(member, metas), np.int64, len(metas)) for member in (_time, _duration))
        return {
            "time": np.where(time == NOT_GIVEN, NO_TIME, time),
            "duration": np.where(duration == NOT_GIVEN, NO_DURATION, duration),
            "parent": self._parents(block, metas, time, duration),
        }

    def _parents(
        self, block: Block, metas: list[FastMeta], time: NDArray[np.int64], duration: NDArray[np.int64]
    ) -> NDArray[np.int64] | list[int]:
        try:
            parent = np.fromiter(map(_parent, metas), np.int64, len(metas))
        except OverflowError:  # no event has such a number
            return self._parents_of_other_metas(block)
        given = {"parent": parent, "time": time, "duration": duration}
        counts = {name: int(np.count_nonzero(column != NOT_GIVEN)) for name, column in given.items()}
        self._count(counts.items())
        is_earlier = parent < np.arange(block.first_index, block.first_index + len(block))
        return np.where(is_earlier, parent, NO_PARENT)

    def _parents_of_other_metas(self, block: Block) -> list[int]:
        self._count((name, n) for names, n in Counter(map(_member_names, block.metas)).items() for name in names)
        return [_parent_of_other_meta(meta, EventIndex(block.first_index + i)) for i, meta in enumerate(block.metas)]

    def _count(self, events: Iterable[tuple[str, int]]) -> None:
        """Add numbers of events that have a member."""
        counts = self._counts
        for name, number in events:
            if name != _NUMBERING and number:
                counted = name if name in counts or len(counts) < _MAX_MEMBERS else OTHER_MEMBERS
                counts[counted] = counts.get(counted, 0) + number


def sum_members(*counted: MemberCounts) -> MemberCounts:
    """Return the sums of these counts, most first."""
    sums = Counter[str]()
    for counts in counted:
        sums.update(dict(counts))
    return tuple(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


def _times_of_other_metas(metas: Sequence[bytes]) -> tuple[list[int], list[int]]:
    """Return (times, durations), as far as they can be read."""
    times, durations = [], []
    for raw in metas:
        try:
            facts = decode(raw)
        except NotCanonical:
            facts = None
        known = facts if isinstance(facts, dict) else {}
        times.append(_nanoseconds(known.get("time"), NO_TIME))
        durations.append(_nanoseconds(known.get("duration"), NO_DURATION))
    return times, durations


def _nanoseconds(value: object, otherwise: int) -> int:
    return value if type(value) is int and 0 <= value <= _MAX_TIME_NS else otherwise


def _member_names(meta: bytes) -> tuple[str, ...]:
    """Return the names of the members of an encoded meta."""
    try:
        return tuple(_decode_members(meta))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _UNREADABLE_META


def _parent_of_other_meta(meta: bytes, index: EventIndex) -> int:
    """Return the parent of the event at an index, which must be an earlier event."""
    if _PARENT_KEY not in meta:
        return NO_PARENT
    try:
        parent = whole_number(_decode_parent(meta).parent)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return NO_PARENT
    return parent if parent is not None and parent < index else NO_PARENT
