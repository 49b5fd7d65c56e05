"""What panels and their models cost, without the window."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap
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
from tests.benchmarks.bare_pass import THOUSAND, BarePass, passes
from tests.benchmarks.figure import Figure, by_turns, ratio, seconds
from tests.helpers.runs import StillSession, synthetic_index


def lanes(log: Path, small: Path) -> Iterator[Figure]:
    """The sort of a million kinds is as long as the bare pass over 1,650 records."""
    index = synthetic_index(1_000_000)
    kinds = np.array(index.kind)
    pairs = by_turns(
        lambda: _cpu(lambda: sorted_groups(index)), lambda: _cpu(lambda: np.argsort(kinds, kind="stable")), 9
    )
    yield ratio(
        "engine: sort a million events into groups, CPU time", pairs, passes(0.06, 1650), "a sort of their kinds"
    )
    pairs = by_turns(lambda: _cpu(lambda: Lanes.of(index).rows(LaneChoice())), _thousand(log), 9)
    yield ratio("timeline: their lanes, CPU time", pairs, passes(0.001, 1000), THOUSAND)


def inspector(log: Path, small: Path) -> Iterator[Figure]:
    generator = random.Random(3)
    tree, view = ValueTree(), TreeView()
    state = OverlayMap({f"k{i:06}": i for i in range(100_000)})
    tree.rows(state, StateChanges(), view)  # type: ignore[arg-type]

    def step() -> float:
        nonlocal state
        fresh, key = state.copy(), f"k{generator.randrange(100_000):06}"
        before, fresh[key] = fresh[key], generator.random()
        changes = StateChanges([StateChange((key,), before, fresh[key])])
        state = fresh
        return _cpu(lambda: tree.rows(fresh, changes, view))  # type: ignore[arg-type]

    pairs = by_turns(step, _thousand(log), 30)
    yield ratio("state inspector: a step in a map of 100,000 keys, CPU time", pairs, passes(0.01, 1000), THOUSAND)


def spending(log: Path, small: Path) -> Iterator[Figure]:
    """The bare picture takes as long as the bare pass over 1,030 records."""
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
    starts = iter(range(20))

    def frame() -> float:
        shift = 1000.0 * next(starts)
        session.set_view(shift, 900_000.0 + shift)
        return _cpu(band.grab)

    pairs = by_turns(frame, lambda: _cpu(_picture), 20)
    yield ratio(
        "tokens and cost: a frame over a million events, CPU time",
        pairs,
        passes(0.008, 1030),
        "1,280 boxes by QPainter",
    )
    panel.close()
    app.processEvents()


def _picture() -> None:
    """A box for each pixel of the width, as smooth as those of the band."""
    pixmap = QPixmap(1280, 100)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(Qt.GlobalColor.red)
    painter.drawRects([QRectF(x + 0.1, 20.5, 0.9, 60) for x in range(1280)])
    painter.end()


def _thousand(log: Path) -> BarePass:
    return BarePass(log, 1000, time.process_time)


def _cpu(action: Callable[[], object]) -> float:
    return seconds(action, time.process_time)


MEASURES: list[Callable[[Path, Path], Iterator[Figure]]] = [lanes, inspector, spending]
