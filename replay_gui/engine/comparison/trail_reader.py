"""The trail of a reason: the steps of both runs that led to it, with its values marked in their texts."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from replay_gui.core.divergence.alignment.row_indexes import RowIndexes
from replay_gui.core.errors import ReplayError
from replay_gui.core.index.run_index import NO_PAIR
from replay_gui.core.log.kinds import KindGroup, group_of, is_bookkeeping
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.marked_text import marked_text
from replay_gui.core.reasons.origin import Side
from replay_gui.core.reasons.reason import Reason
from replay_gui.core.reasons.trail import fallback_events, key_events, trail_events
from replay_gui.core.reasons.why_result import WhyResult
from replay_gui.engine.comparison.why_answers import Trail, TrailGap, TrailRow
from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.requests import GetTrail

_MAX_PLACES = 3  # of the other run's events that a side is shown at
_MAX_MARKED_BYTES = 1 << 20  # a larger event is not searched for values


class TrailReader:
    """Reads trails from both runs. Used on the engine thread alone."""

    def __init__(self, a: OpenRun, b: OpenRun, row_indexes: RowIndexes, why: WhyResult) -> None:
        self._a, self._b = a, b
        self._row_indexes = row_indexes
        self._why = why

    def trail(self, request: GetTrail) -> Trail | None:
        """Return the trail of a reason; None if there is no such reason."""
        if not 0 <= request.reason < len(self._why.reasons):
            return None
        reason, rows = self._why.reasons[request.reason], self._row_indexes
        a, b = key_events(reason, "a"), key_events(reason, "b")
        if not a and not b:
            a = fallback_events(reason, self._why, "a", self._a.index.count)
            b = fallback_events(reason, self._why, "b", self._b.index.count)
        places_a = _places(b, rows.row_of_b, rows.last_a)
        places_b = _places(a, rows.row_of_a, rows.last_b)
        return Trail(
            request.reason,
            _side(self._a, a, places_a, request.opened_a, _SideValues(reason, "a")),
            _side(self._b, b, places_b, request.opened_b, _SideValues(reason, "b")),
        )


class _SideValues:
    """The values of a reason for the events of a side: those new in an event; else the side's; else all."""

    def __init__(self, reason: Reason, side: Side) -> None:
        own = [origin for origin in reason.origins if origin.side == side]
        self._of_event: dict[int, set[str]] = {}
        for origin in own:
            self._of_event.setdefault(origin.index, set()).add(origin.value)
        self._others = {origin.value for origin in own or reason.origins}

    def at(self, index: EventIndex) -> set[str]:
        """Return the values to mark in an event."""
        return self._of_event.get(index, self._others)


def _places(keys: list[EventIndex], row_of: NDArray[np.int32], last: NDArray[np.int32]) -> list[EventIndex]:
    """Return the other run's events at the same time, for the first relevant events and the last one."""
    chosen = keys if len(keys) <= _MAX_PLACES else [*keys[: _MAX_PLACES - 1], keys[-1]]
    return [EventIndex(max(int(last[row_of[key]]), 0)) for key in chosen if key < len(row_of)]


def _side(
    run: OpenRun,
    keys: list[EventIndex],
    places: list[EventIndex],
    opened: tuple[tuple[int, int], ...],
    values: _SideValues,
) -> tuple[TrailRow | TrailGap, ...]:
    index = run.index
    pairs = (int(index.pair[key]) for key in keys if key < index.count)
    marked = {*keys, *(EventIndex(pair) for pair in pairs if pair != NO_PAIR)}
    is_hidden = np.array([is_bookkeeping(kind) or group_of(kind) is KindGroup.AGENT for kind in index.kinds], bool)
    hidden = is_hidden[index.kind] if is_hidden.any() else np.zeros(0, bool)
    events = trail_events(marked, places, opened, count=index.count, hidden=hidden)  # type: ignore[arg-type]
    rows: list[TrailRow | TrailGap] = []
    before = -1
    for event in events:
        if event > before + 1 and rows:
            rows.append(TrailGap(EventIndex(before + 1), event))
        rows.append(_row(run, event, values.at(event), event in marked))
        before = event
    return tuple(rows)


def _row(run: OpenRun, event_index: EventIndex, values: set[str], is_key: bool) -> TrailRow:
    row = run.row(event_index)
    if not values or row.broken:
        return TrailRow(row=row, is_key=is_key)
    try:
        event = run.log[event_index]
    except ReplayError:
        return TrailRow(row=row, is_key=is_key)  # the row shows that it cannot be read
    if event.size > _MAX_MARKED_BYTES:
        return TrailRow(row=row, is_key=is_key)
    text, spans = marked_text(event, values)
    return TrailRow(row=msgspec.structs.replace(row, text=text), marked=spans, is_key=is_key)
