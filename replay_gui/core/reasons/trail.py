"""The events of a run that show what led to a reason: origins, actions, and the events around them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.origin import Side
from replay_gui.core.reasons.reason import Reason, ReasonKind, Tier
from replay_gui.core.reasons.why_result import Shared, WhyResult

MAX_TRAIL_EVENTS = 400
_EVENTS_AROUND = 1  # events before and after each key event
_EVENTS_AROUND_A_SINGLE_ONE = 4  # the same if there is only one key event
_MAX_FALLBACK_EVENTS = 12
_MAX_FILLED_EVENTS = 2  # events between two of a trail that are shown instead of counted


def key_events(reason: Reason, side: Side) -> list[EventIndex]:
    """Return the events of a side that a reason is about, ascending: its origins and its request."""
    named = reason.index_a if side == "a" else reason.index_b
    origins = {origin.index for origin in reason.origins if origin.side == side}
    return sorted(origins if named is None else origins | {named})


def fallback_events(reason: Reason, why: WhyResult, side: Side, count: int) -> list[EventIndex]:
    """Return the events to show for a reason that names no events, ascending.

    The differing actions, for a reason about actions and submissions; the first event for the set-up; else the
    last one.
    """
    if reason.kind is ReasonKind.SETUP:
        return [EventIndex(0)][:count]
    if reason.tier is Tier.ACTION or reason.kind is ReasonKind.SUBMISSION:
        rows = [row for row in why.actions if row.shared is not Shared.BOTH]
        requests = [index for row in rows for index in (row.requests_a if side == "a" else row.requests_b)]
        return sorted(requests)[:_MAX_FALLBACK_EVENTS]
    return [EventIndex(count - 1)] if count else []


def trail_events(
    keys: Iterable[EventIndex],
    places: Iterable[EventIndex],
    opened: Iterable[tuple[int, int]],
    *,
    count: int,
    hidden: Sequence[bool],
) -> list[EventIndex]:
    """Return the events to show, ascending, at most MAX_TRAIL_EVENTS.

    Args:
        keys: the key events. places: events of this run at which the other run has a key event.
        opened: (start, stop) of events to show as well.
        count: the number of events of the run. hidden: for each event, whether it is not a step; empty: none is hidden.
    """
    key_set, place_set = set(keys), set(places)
    around = _EVENTS_AROUND if len(key_set | place_set) > 1 else _EVENTS_AROUND_A_SINGLE_ONE
    chosen = set[int](key_set)
    for centre in key_set | place_set:
        chosen.update(range(max(centre - around, 0), min(centre + around + 1, count)))
    for start, stop in opened:
        chosen.update(range(max(start, 0), min(stop, count, start + MAX_TRAIL_EVENTS)))
    inside = map(EventIndex, sorted(index for index in chosen if 0 <= index < count))
    ordered = [index for index in inside if index in key_set or not _at(hidden, index)]
    filled: list[EventIndex] = []
    for index in ordered[:MAX_TRAIL_EVENTS]:
        if filled:
            between = [other for other in map(EventIndex, range(filled[-1] + 1, index)) if not _at(hidden, other)]
            if len(between) <= _MAX_FILLED_EVENTS:
                filled += between
        filled.append(index)
    return filled


def _at(hidden: Sequence[bool], index: EventIndex) -> bool:
    return bool(hidden[index]) if len(hidden) else False
