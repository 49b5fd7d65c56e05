"""Replay: the state at any position of a run, from the nearest earlier state in memory or on disk."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from replay_gui.core.errors import NotApplicable, PositionError, SnapshotDamaged
from replay_gui.core.log.large_values import LARGE_BYTES
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex, Position, index_after, index_before, position_before
from replay_gui.core.replay.snapshots import SnapshotManager
from replay_gui.core.state.bulk_reducer import BulkReducer
from replay_gui.core.state.draft import Draft
from replay_gui.core.state.reducer import apply_event
from replay_gui.core.state.state import EMPTY, State, StateChange
from replay_gui.core.state.work_limit import TooMuchWork, max_moved_values, too_costly
from replay_gui.core.translation.messages import trn

MAX_CHANGES = 5_000
"""Changes of one event that are given one by one."""

MAX_CHANGED_KEYS = 10_000
"""Keys that the paths of these changes have together: to show them, each is gone along."""

_MAX_RECENT_STATES = 256  # states kept of recent replays, so that a step back is a look-up
_MAX_DISTANCE_EVENTS = 4096  # states farther away from a seek share little memory with it, and are removed
_SNAPSHOT_INTERVAL_EVENTS = 2048  # so far from other snapshots, a replay leaves one at each multiple of this position
_SNAPSHOT_INTERVAL_BYTES = 2 << 20  # and when the events since the last snapshot have this many bytes
_LAST_STATES_KEPT = 32  # states at the end of a replay that are all kept if the position moves back in small steps
_KEPT_INTERVAL_EVENTS = 256  # before those, a replay keeps the state at every multiple of this position


@dataclass(frozen=True, slots=True)
class EventEffect:
    """A state, and the changes by the event just before it.

    Attributes:
        changes: the first, up to MAX_CHANGES and MAX_CHANGED_KEYS. more_changes: the number of further ones.
        not_applied: why that event cannot be applied, or None.
    """

    state: State
    changes: tuple[StateChange, ...]
    not_applied: str | None
    more_changes: int = 0


class Replayer:
    """Returns the states of one log by position, as immutable values that share memory (State)."""

    def __init__(
        self, log: EventLog, snapshots: SnapshotManager | None = None, on_pause: Callable[[], None] = lambda: None
    ) -> None:
        """`on_pause` is called every few hundred events of a replay."""
        self._log = log
        self._on_pause = on_pause
        self._snapshots = SnapshotManager() if snapshots is None else snapshots
        self._recent: OrderedDict[Position, State] = OrderedDict()

    def state_at(self, position: Position) -> State:
        """Return the state after the first `position` events; raise PositionError if the log has fewer.

        Raises TooCostly if the events since the nearest known state change too much for a log of this size.
        Cost: about 5 µs for each event since the nearest known state.
        """
        if not 0 <= position <= len(self._log):
            raise PositionError(
                trn(
                    "no position {position}: the log has {n} event",
                    "no position {position}: the log has {n} events",
                    len(self._log),
                    position=position,
                )
            )
        while True:
            try:
                return self._replayed(position)
            except SnapshotDamaged:
                if not self.drop_damaged(position):
                    raise

    def drop_damaged(self, position: Position) -> bool:
        """Drop the snapshots of a state at `position` in which a damaged part was found; False if there is none.

        The next state there is replayed from an earlier one.
        """
        dropped = bool(self._recent)
        self._recent.clear()
        return self._snapshots.drop_damaged(position) or dropped

    def _replayed(self, position: Position) -> State:
        reached, state = self._nearest_state(position)
        reducer = BulkReducer(state, max_moved_values(self._log.source.size))
        contents = self._log.contents(index_after(reached), index_after(position))
        bytes_since_snapshot = 0
        kept_from = position - _MAX_DISTANCE_EVENTS
        moves_back = any(position < other <= position + _LAST_STATES_KEPT for other in self._recent)
        for stop in _stops(reached, position, _LAST_STATES_KEPT if moves_back else 1):
            records = [*islice(contents, stop - reached)]
            self._fold(reducer, records, index_after(reached))
            bytes_since_snapshot += sum(len(content) for content in records if content is not None)
            reached = stop
            is_snapshot = bytes_since_snapshot >= _SNAPSHOT_INTERVAL_BYTES or self._is_far(reached)
            if is_snapshot or reached >= kept_from:
                state = reducer.publish()
                self._remember(reached, state)
            if reached % _KEPT_INTERVAL_EVENTS == 0:
                self._on_pause()
            if is_snapshot:
                self._snapshots.cache_replayed(reached, state, bytes_since_snapshot)
                bytes_since_snapshot = 0
        return state

    def _is_far(self, reached: Position) -> bool:
        """Return whether a replay leaves a snapshot here because of its length."""
        is_multiple = reached % _SNAPSHOT_INTERVAL_EVENTS == 0
        return is_multiple and self._snapshots.distance(reached) >= _SNAPSHOT_INTERVAL_EVENTS

    def _fold(self, reducer: BulkReducer, records: list[bytes | None], first_index: EventIndex) -> None:
        """Apply the events with these contents; `first_index`: of the first one. Raises TooCostly as state_at."""
        begin = 0
        large = [i for i, content in enumerate(records) if content is not None and len(content) > LARGE_BYTES]
        for i in (*large, len(records)):
            numbers = [n for n in range(begin, i) if records[n] is not None]
            try:
                reducer.fold([content for content in records[begin:i] if content is not None])
                if i < len(records):
                    numbers = [i]
                    self._fold_large(reducer, records[i] or b"")
            except TooMuchWork as why:
                raise too_costly(self._log.source.path, EventIndex(first_index + numbers[why.number])) from None
            begin = i + 1

    def _fold_large(self, reducer: BulkReducer, content: bytes) -> None:
        try:
            kind, payload = self._log.decode(content)
        except NotApplicable:
            return
        reducer.fold_decoded(kind, payload)

    def effect_at(self, position: Position) -> EventEffect:
        """Return the state at `position`, and the changes by the event before it."""
        while True:
            try:
                return self._effect(position)
            except SnapshotDamaged:
                if not self.drop_damaged(position):
                    raise

    def _effect(self, position: Position) -> EventEffect:
        if position == 0:
            return EventEffect(EMPTY, (), None)
        applied = index_before(position)
        draft = Draft(self.state_at(position_before(applied)))
        content = next(self._log.contents(applied, index_after(position)))
        reason = None
        try:
            if content is None:
                raise NotApplicable("these bytes are no record")
            apply_event(draft, *self._log.decode(content))
        except NotApplicable as why:
            draft.begin()
            reason = str(why)
        changes, more = _first_changes(draft.each_change())
        draft.begin()
        state = draft.publish()
        self._remember(position, state)
        return EventEffect(state, changes, reason, more)

    def _nearest_state(self, position: Position) -> tuple[Position, State]:
        if position in self._recent:
            self._recent.move_to_end(position)
            return position, self._recent[position]
        recent = max((p for p in self._recent if p < position), default=Position(0))
        nearest = self._snapshots.nearest(position)
        if nearest is not None and nearest[0] > recent:
            for far in [other for other in self._recent if abs(other - position) > _MAX_DISTANCE_EVENTS]:
                del self._recent[far]
            return nearest
        return (recent, self._recent[recent]) if recent else (Position(0), EMPTY)

    def _remember(self, position: Position, state: State) -> None:
        self._recent[position] = state
        self._recent.move_to_end(position)
        while len(self._recent) > _MAX_RECENT_STATES:
            self._recent.popitem(last=False)


def _stops(start: Position, end: Position, count: int) -> Iterator[Position]:
    """Yield the positions after `start` whose states a replay to `end` may keep, ascending.

    `count`: of them, those just before and at `end`.
    """
    near = max(start, end - count)
    first_multiple = start - start % _KEPT_INTERVAL_EVENTS + _KEPT_INTERVAL_EVENTS
    yield from map(Position, range(first_multiple, near, _KEPT_INTERVAL_EVENTS))
    yield from map(Position, range(near + 1, end + 1))


def _first_changes(each: Iterator[StateChange]) -> tuple[tuple[StateChange, ...], int]:
    """Return (the changes that are listed, the number of further ones)."""
    first: list[StateChange] = []
    keys = 0
    for change in islice(each, MAX_CHANGES):
        first.append(change)
        keys += len(change.path)
        if keys >= MAX_CHANGED_KEYS:
            break
    return tuple(first), sum(1 for _ in each)
