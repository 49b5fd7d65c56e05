"""The index of a run: numpy columns with one entry for each event.

A RunIndex is a value: its arrays never change once published, a longer index is a new value (they may share memory).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from replay_gui.core.index.cache_files import mapped_bytes, release_pages
from replay_gui.core.index.event_groups import EventGroups
from replay_gui.core.index.run_clock import UNKNOWN_TIME, NoClock, RunClock
from replay_gui.core.log.kinds import KINDS, is_bookkeeping, is_failure, is_spanning
from replay_gui.core.log.positions import EventIndex, Position
from replay_gui.core.numpy_on_demand import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

NO_TIME = UNKNOWN_TIME
NO_DURATION = -1
NO_TOOL = -1
NO_PAIR = -1

_ALL = slice(None)
_PART_EVENTS = 1 << 18
_MAPPED_BUDGET_BYTES = 256 << 20  # of all mapped files; the program and its libraries are 60 MB of it
FLAG_FAILED = 1  # a tool response without success
FLAG_UNREADABLE = 2  # its content is not an event, or it is a skipped stretch
FLAG_CRITICAL = 4  # patches, errors, denials, phase changes: snapshots are saved before and after them
FLAG_REPEATED = 16  # an error that repeats the failed call just before it, see facts.run_measures
FLAG_INTERRUPTED = 32  # the user stopped the agent: recorded as an error, but not a failure
FLAG_OPERATIONS = 64  # it has operations, which may write to any part of the state
FLAG_NOT_APPLIED = 8  # the event does not apply to the state, which stays unchanged


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RunIndex:
    """Columns over the first `count` events of a run; `complete` once the whole file was read.

    Attributes:
        kinds: names; `kind` holds indexes into it. Begins with the kinds of the log format in their order (KINDS).
        tools: names; `tool` holds indexes into it, NO_TOOL if the event is not about a tool.
        phases: (EventIndex of the StateTransition event; name of the phase), in order.
        offset: uint64, byte offset of each record.
        time: int64, ns since 1970, NO_TIME if the event has none.
        span: the earliest and the latest time of any event; None if none has a time. The first event need not be
            the earliest: a session that is resumed may begin with a new head.
        duration: int64, ns, NO_DURATION if unknown. For a request and its response: the call's.
        pair: int32, for a request the index of its response and the reverse, NO_PAIR if there is none (yet).
        flags: uint8, FLAG_*.
        groups: the events by kind and tool, see EventGroups. clock: by which they are drawn, or why there is none.
        snapshots: positions at which a state snapshot is kept.
        bookkeeping, failures: bool[kinds], which kinds are not steps of the agent, and which always mean a failure.
        spanning: bool[kinds], of which kinds the duration is that of other events.
        phase_indexes, snapshot_positions: int64, the indexes of `phases`, and `snapshots`, to be searched.
    """

    kinds: tuple[str, ...] = KINDS
    tools: tuple[str, ...] = ()
    phases: tuple[tuple[int, str], ...] = ()
    kind: NDArray[np.uint16] = field(default_factory=lambda: np.zeros(0, np.uint16))
    tool: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    offset: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    time: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    duration: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    pair: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    flags: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, np.uint8))
    groups: EventGroups = field(default_factory=EventGroups)
    clock: RunClock | NoClock = NoClock.NO_EVENTS
    snapshots: tuple[Position, ...] = ()
    complete: bool = False
    span: tuple[int, int] | None = field(init=False)
    bookkeeping: NDArray[np.bool_] = field(init=False)
    failures: NDArray[np.bool_] = field(init=False)
    spanning: NDArray[np.bool_] = field(init=False)
    phase_indexes: NDArray[np.int64] = field(init=False)
    snapshot_positions: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        """Compute values over all events, kinds or phases; the engine makes indexes, not the window."""
        object.__setattr__(self, "bookkeeping", np.array([is_bookkeeping(name) for name in self.kinds], bool))
        object.__setattr__(self, "failures", np.array([is_failure(name) for name in self.kinds], bool))
        object.__setattr__(self, "spanning", np.array([is_spanning(name) for name in self.kinds], bool))
        object.__setattr__(self, "phase_indexes", np.array([at for at, _ in self.phases], np.int64))
        object.__setattr__(self, "snapshot_positions", np.array(self.snapshots, np.int64))
        known = self.time != NO_TIME
        latest = int(self.time.max(where=known, initial=NO_TIME))
        earliest = int(self.time.min(where=known, initial=latest))
        object.__setattr__(self, "span", None if latest == NO_TIME else (earliest, latest))

    @property
    def count(self) -> int:
        """The number of events in the columns."""
        return len(self.kind)


def forget_pages(index: RunIndex) -> None:
    """Release the memory of an index's mapped columns; they are read again when they are needed."""
    of_group = next(iter(index.groups.positions.values()), index.kind)  # all groups are parts of one column
    times = index.clock.times if isinstance(index.clock, RunClock) else index.time
    columns = (index.kind, index.tool, index.offset, index.time, index.duration, index.pair, index.flags)
    for column in (*columns, of_group, times):
        release_pages(column)


def limit_pages(index: RunIndex) -> None:
    """Release the memory of an index's mapped columns if the process has much of mapped files in its memory."""
    if mapped_bytes() > _MAPPED_BUDGET_BYTES:
        forget_pages(index)


def parts_of_index(index: RunIndex) -> Iterator[slice]:
    """Yield the events as consecutive ranges; a pass over whole columns has one range of them in memory at a time."""
    for begin in range(0, index.count, _PART_EVENTS):
        if begin:
            forget_pages(index)
        yield slice(begin, begin + _PART_EVENTS)


def time_since_start(index: RunIndex, event_index: EventIndex) -> int | None:
    """Return the time of an event since the earliest time of the run, in ns; None if it has no time."""
    time = int(index.time[event_index])
    return None if index.span is None or time == NO_TIME else time - index.span[0]


def failures_of_index(index: RunIndex, which: slice | NDArray[np.int64] = _ALL) -> NDArray[np.bool_]:
    """Return bool[events]: failures, each counted at its first event only. `which`: a range, or indexes."""
    flags = index.flags[which]
    no_failure = (flags & (FLAG_REPEATED | FLAG_INTERRUPTED)) != 0
    failures: NDArray[np.bool_] = (index.failures[index.kind[which]] & ~no_failure) | ((flags & FLAG_FAILED) != 0)
    return failures
