"""What the panels' models cost, without the window."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

from replay_gui.core.state import Change, OverlayMap
from replay_gui.models.lanes import Lanes
from replay_gui.models.timeline_choice import LaneChoice
from replay_gui.models.value_rows import ValueTree, View
from tests.benchmarks.figure import Figure, seconds
from tests.helpers.runs import synthetic_index


def lanes(log: Path, small: Path) -> Iterator[Figure]:
    index = synthetic_index(1_000_000)
    best = seconds(lambda: Lanes().grown(index).rows(LaneChoice()), 3)
    yield Figure("timeline: 1 M events sorted into lanes", 1000 * best, 60, "ms")


def inspector(log: Path, small: Path) -> Iterator[Figure]:
    generator = random.Random(3)
    tree, view = ValueTree(), View()
    state = OverlayMap({f"k{i:06}": i for i in range(100_000)})
    tree.rows(state, (), view)  # type: ignore[arg-type]
    best = float("inf")
    for step in range(30):
        fresh, key = state.copy(), f"k{generator.randrange(100_000):06}"
        fresh[key] = step
        change = Change((key,), 0, step)
        best = min(best, seconds(lambda: tree.rows(fresh, (change,), view)))  # type: ignore[arg-type]  # noqa: B023
        state = fresh
    yield Figure("state inspector: a step in a map of 100,000 keys", 1000 * best, 10, "ms")


MEASURES: list[Callable[[Path, Path], Iterator[Figure]]] = [lanes, inspector]
