"""Snapshots: states kept at chosen positions, so that a seek replays hundreds of events, not a million."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple

from replay_gui.core.log.positions import Position
from replay_gui.core.state.state import EMPTY, State

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MEMORY_BUDGET_BYTES = 32 << 20  # estimated; large states take up to twice as many
_CLOSE_SNAPSHOTS = 1024  # snapshots that may be directly next to each other
_NO_SNAPSHOT = Position(-1)  # before every position


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state after the first `position` events of a run.

    Attributes:
        id: any name. run_id: of the run. position: events applied. state: plain dicts and lists.
    """

    id: str
    run_id: str
    position: Position
    state: dict[str, Any]


class CachedState(NamedTuple):
    """A state in memory.

    Attributes:
        own_bytes: memory that no other state shares, estimated.
        group: the position of the keyframe whose memory it shares with others, `group_bytes` in total; None: it shares
            no memory.
    """

    state: State
    own_bytes: int
    group: int | None = None
    group_bytes: int = 0


@dataclass(slots=True)
class SnapshotPolicy:
    """Decides at which positions a pass over the log saves a snapshot. Any of three reasons is enough:

    every: N events since the last one;
    critical: just before and just after an operation that users look for (patches, errors, denials, phase changes);
    growth: the state may have grown by this factor since the last one (judged by the bytes of records since then).

    In a run full of critical operations, they would be needlessly dense: for each thousand snapshots, the minimum
    distance grows by one event, so that a million events have at most about 45,000.

    `critical` and `growth` wait until the records since the last snapshot have as many bytes as that snapshot, `every`
    until they have a quarter of that. So the snapshots take space and time in proportion to the log.
    """

    every: int = 1024
    growth: float = 2.0
    min_growth_bytes: int = 16 << 10  # bytes of records; `growth` needs at least as many
    _position: Position = field(default=Position(0), init=False)
    _offset: int = field(default=0, init=False)
    _size: int = field(default=0, init=False)
    _total: int = field(default=0, init=False)
    _saved: int = field(default=0, init=False)

    def next_due(self, first: Position, offsets: NDArray[np.int64], begin: int, critical: Sequence[int]) -> int | None:
        """Return the index of the first of some records from `begin` on before which to save a snapshot; None if none.

        Args:
            first: the position before the first of these records, which has the index 0.
            offsets: of these records in bytes, and the end of the last one.
            critical: the indexes of records before which, or just after which, a critical event is; ascending.
        """
        size, count = self._size, len(offsets) - 1
        grown = max(size, self.min_growth_bytes, ceil((self.growth - 1) * self._total))
        # The first records with so many bytes between them and the last snapshot.
        quarter, same, more = offsets.searchsorted([self._offset + since for since in (-(-size // 4), size, grown)])
        regular = max(int(quarter), self._position + self.every - first)
        apart = max(begin, int(same), self._position + self._saved // _CLOSE_SNAPSHOTS - first)
        at = bisect_left(critical, apart)
        due = max(begin, min(regular, int(more), critical[at] if at < len(critical) else count))
        return due if due < count else None

    def note_saved(self, position: Position, offset: int, size: int, total: int) -> None:
        """Note that a snapshot was saved: `size` bytes on disk, of a state of about `total` bytes."""
        self._position, self._offset, self._size, self._total = position, offset, size, total
        self._saved += 1


class SnapshotManager:
    """Snapshots by position: those in memory, and those that a store can load.

    The states used last stay in memory, up to a budget; others are loaded again when needed. A damaged stored
    snapshot is dropped, and an earlier one is used.

    Cost: finding a snapshot is a binary search; loading one decodes its state.
    """

    def __init__(
        self,
        load: Callable[[Position], CachedState | None] | None = None,
        budget: int = MEMORY_BUDGET_BYTES,
        on_dropped: Callable[[Position], None] | None = None,
    ) -> None:
        """Begin without snapshots; see `add` and `set_stored`.

        Args:
            load: returns the state of a stored position, or None if it is damaged.
            budget: estimated bytes of the states in memory. States added by `add` are never removed.
            on_dropped: called with the position of a stored snapshot that was dropped.
        """
        self._load = load
        self._budget = budget
        self._on_dropped = on_dropped
        self._stored: list[Position] = []
        self._cached: list[Position] = []
        self._states: OrderedDict[Position, CachedState] = OrderedDict()
        self._group_sizes = Counter[int]()  # number of cached states by group
        self._added: dict[Position, Snapshot] = {}
        self._loaded: dict[Position, CachedState] = {}  # without their states: what those that were loaded have cost
        self._used = 0

    def set_stored(self, positions: list[Position]) -> None:
        """Set the positions that `load` can load, in ascending order."""
        self._stored = positions

    def add(self, snapshot: Snapshot) -> None:
        """Keep a snapshot in memory for good; do not change its state afterwards."""
        self._added[snapshot.position] = snapshot
        self.cache_state(snapshot.position, CachedState(State(snapshot.state), 0))

    def cache_state(self, position: Position, cached: CachedState) -> None:
        """Keep a state in memory; if the budget is exceeded, remove others.

        First the least recently used ones that can be loaded again are removed, then those closest to their neighbours.
        """
        if position in self._states:
            self._forget(position)
        self._states[position] = cached
        insort(self._cached, position)
        self._used += cached.own_bytes
        if cached.group is not None:
            self._used += 0 if cached.group in self._group_sizes else cached.group_bytes
            self._group_sizes[cached.group] += 1
        while self._used > self._budget and (removed := self._least_needed(position)) is not None:
            self._forget(removed)

    def cache_replayed(self, position: Position, state: State, more_bytes: int) -> None:
        """Keep a state in memory that was replayed from an earlier one, of which it may be the last one that is left.

        `more_bytes`: memory that it does not share with that, estimated.
        """
        loaded = self._loaded.get(_last(self._stored, position), CachedState(EMPTY, 0))
        self.cache_state(position, loaded._replace(state=state, own_bytes=loaded.own_bytes + more_bytes))

    def distance(self, position: Position) -> int:
        """Return the number of events since the last snapshot at or before `position`, or since the beginning."""
        return position - max(_last(self._cached, position), _last(self._stored, position), 0)

    def nearest(self, position: Position) -> tuple[Position, State] | None:
        """Return (position, state) of the last snapshot at or before `position`; None if there is none."""
        while True:
            cached, stored = _last(self._cached, position), _last(self._stored, position)
            if cached >= stored:
                if cached < 0:
                    return None
                self._states.move_to_end(cached)
                return cached, self._states[cached].state
            loaded = self._load(stored) if self._load is not None else None
            if loaded is not None:
                self._loaded[stored] = loaded._replace(state=EMPTY)
                self.cache_state(stored, loaded)
                return stored, loaded.state
            self._drop_stored(stored)

    def drop_damaged(self, position: Position) -> bool:
        """Drop the states that a state at `position` may have used, since a part of one was found to be damaged.

        These are the last stored one at or before it, and all that can be replayed again. Return whether there was any.
        """
        gone = [at for at in self._states if at not in self._added]
        for at in gone:
            self._forget(at)
        stored = _last(self._stored, position)
        if stored >= 0:
            self._drop_stored(stored)
        return stored >= 0 or bool(gone)

    def _drop_stored(self, position: Position) -> None:
        self._stored.remove(position)
        if self._on_dropped is not None:
            self._on_dropped(position)

    def get_snapshot_before(self, position: Position, run_id: str = "") -> Snapshot | None:
        """Return the last snapshot at or before `position`, or None. `run_id`: for a snapshot from the store."""
        nearest = self.nearest(position)
        if nearest is None:
            return None
        return self._added.get(nearest[0]) or Snapshot(f"snapshot-{nearest[0]}", run_id, nearest[0], nearest[1].plain())

    def _least_needed(self, kept: Position) -> Position | None:
        """Return the position of the state to remove first; None if only `kept` and those of `add` are left."""
        others = [position for position in self._states if position not in self._added and position != kept]
        stored = next((position for position in others if _last(self._stored, position) == position), None)
        if stored is not None or not others:
            return stored
        before, after = [Position(0), *self._cached[:-1]], [*self._cached[1:], self._cached[-1]]
        room = {at: b - a for a, at, b in zip(before, self._cached, after, strict=True)}
        return min(others, key=room.__getitem__)

    def _forget(self, position: Position) -> None:
        removed = self._states.pop(position)
        self._cached.remove(position)
        self._used -= removed.own_bytes
        if removed.group is not None:
            self._group_sizes[removed.group] -= 1
            if not self._group_sizes[removed.group]:
                del self._group_sizes[removed.group]
                self._used -= removed.group_bytes


def _last(positions: list[Position], position: Position) -> Position:
    """Return the last of `positions` at or before `position`, -1 if there is none."""
    count = bisect_right(positions, position)
    return positions[count - 1] if count else _NO_SNAPSHOT
