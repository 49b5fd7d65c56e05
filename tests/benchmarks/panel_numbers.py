"""What panels and their models cost, without the window."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtWidgets import QApplication

from replay_gui.core.facts.nesting import Nesting
from replay_gui.core.facts.spending import SpendingBuilder
from replay_gui.core.index.group_sorter import sorted_groups
from replay_gui.core.log.positions import Position
from replay_gui.core.state.state import OverlayMap, StateChange
from replay_gui.core.state.state_changes import StateChanges
from replay_gui.engine.answers import Totals
from replay_gui.models.run.value_rows import TreeView, ValueTree
from replay_gui.models.timeline.lanes import Lanes
from replay_gui.models.timeline.timeline_choice import LaneChoice
from replay_gui.widgets.timeline.timeline_panel import TimelinePanel
from tests.benchmarks.figure import Figure, seconds
from tests.helpers.runs import StillSession, synthetic_index


def lanes(log: Path, small: Path) -> Iterator[Figure]:
    index = synthetic_index(1_000_000)
    best = seconds(lambda: sorted_groups(index), 3)
    yield Figure("engine: 1 M events sorted into groups", 1000 * best, 60, "ms")
    best = seconds(lambda: Lanes.of(index).rows(LaneChoice()), 3)
    yield Figure("timeline: their lanes", 1000 * best, 1, "ms")


def inspector(log: Path, small: Path) -> Iterator[Figure]:
    generator = random.Random(3)
    tree, view = ValueTree(), TreeView()
    state = OverlayMap({f"k{i:06}": i for i in range(100_000)})
    tree.rows(state, StateChanges(), view)  # type: ignore[arg-type]
    best = float("inf")
    for step in range(30):
        fresh, key = state.copy(), f"k{generator.randrange(100_000):06}"
        fresh[key] = step
        changes = StateChanges([StateChange((key,), 0, step)])
        best = min(best, seconds(lambda: tree.rows(fresh, changes, view)))  # type: ignore[arg-type]  # noqa: B023
        state = fresh
    yield Figure("state inspector: a step in a map of 100,000 keys", 1000 * best, 10, "ms")


def spending(log: Path, small: Path) -> Iterator[Figure]:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app, builder, session = QApplication([]), SpendingBuilder(), StillSession()
    for position in range(1, 1_000_001):
        builder.add_event(Position(position), "Decision", {"tokens": {"input": 900, "output": 100}, "cost": 0.1})
    session.show(synthetic_index(1_000_000))
    panel = TimelinePanel(session)
    panel.resize(1280, 420)
    panel.show()
    session.totals = Totals(uses=(), spending=builder.build(), nesting=Nesting())
    session.totals_changed.emit()
    band = panel.spending
    assert band is not None
    best = float("inf")
    for shift in range(20):
        session.set_view(1000.0 * shift, 900_000.0 + 1000.0 * shift)
        best = min(best, seconds(band.grab))
    yield Figure("tokens and cost: a frame over 1 M events", 1000 * best, 8, "ms")
    panel.close()
    app.processEvents()


MEASURES: list[Callable[[Path, Path], Iterator[Figure]]] = [lanes, inspector, spending]
