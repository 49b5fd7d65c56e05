"""The public form of divergences, as ``diff --json`` and ``ReplayEngine.detect_divergence`` return them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from replay_gui.core.collection_pause import paused_collection
from replay_gui.core.divergence.causes.explanations import one_line_diff
from replay_gui.core.divergence.comparer import Comparer
from replay_gui.core.divergence.comparison import Change, Comparison, DivergencePoint
from replay_gui.core.divergence.rules.rules import Rules
from replay_gui.core.divergence.side import ComparedSide, EventRedactor
from replay_gui.core.log.event import Event
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import NO_EVENT, EventIndex


def find_divergences(a: EventLog, b: EventLog, rules: Rules | None = None) -> Iterator[DivergencePoint]:
    """Yield the divergences of two logs, in their order; indexes both logs first."""
    with paused_collection():
        comparer = Comparer(_index_side(a), _index_side(b))
        comparison = comparer.compare(rules)
    return divergence_points(comparer, comparison)


def _index_side(log: EventLog) -> ComparedSide:
    with tempfile.TemporaryDirectory(prefix="replay-gui-index-") as folder:
        return ComparedSide.build(log, Path(folder))  # reads all of the index; the folder is not needed afterwards


def divergence_points(
    comparer: Comparer, comparison: Comparison, redactor: EventRedactor | None = None
) -> Iterator[DivergencePoint]:
    """Yield the divergences of the comparer's last comparison, in their order; events are read one by one.

    `redactor`: hides secrets of events.
    """
    points, alignment = comparison.points, comparison.alignment
    rows = comparer.rows
    next_a = np.concatenate(([0], np.maximum.accumulate(alignment.a) + 1))  # by row: events of A above it
    next_b = np.concatenate(([0], np.maximum.accumulate(alignment.b) + 1))
    for row, index_a, index_b, number in zip(
        points.row.tolist(), points.a.tolist(), points.b.tolist(), points.change.tolist(), strict=True
    ):
        change = Change(number)
        a = None if index_a == NO_EVENT else rows.a.event(index_a)
        b = None if index_b == NO_EVENT else rows.b.event(index_b)
        event = a or b
        assert event is not None
        differences = comparer.differences(row) if change is Change.CHANGED else []
        hash_a, hash_b = _hash(a, change, rows.a), _hash(b, change, rows.b)
        if redactor is not None:
            if a is not None and b is not None:
                differences = [redactor.difference(difference, a, b) for difference in differences]
            a, b = (None if compared is None else redactor.event(compared) for compared in (a, b))
            event = redactor.event(event)
        yield DivergencePoint(
            position=EventIndex(index_a if a is not None else int(next_a[row])),
            position_b=EventIndex(index_b if b is not None else int(next_b[row])),
            event_id=event.event_id,
            change=change.name.lower(),
            expected=hash_a,
            actual=hash_b,
            diff=one_line_diff(change, a, b, [d for d in differences if not d.ignored]),
            differences=tuple(differences),
        )


def _hash(event: Event | None, change: Change, side: ComparedSide) -> str | None:
    """Return the hash (hex) by which the side was compared; None if it has none."""
    if event is None:
        return None
    if change is Change.STATE:
        return None if event.state_hash is None else event.state_hash.hex()
    return side.content_hash(event.index)
