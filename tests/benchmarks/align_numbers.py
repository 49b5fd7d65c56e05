"""The numbers of alignment, first divergence and differences: no window, no log."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.divergence.alignment.event_alignment import align_ids
from replay_gui.core.divergence.alignment.id_intersection import Ids
from replay_gui.core.divergence.differences import find_differences
from tests.benchmarks.bare_pass import TEN_THOUSAND, BarePass, passes
from tests.benchmarks.figure import Figure, by_turns, ratio, seconds

EVENTS, EDITS, TOOLS = 1_000_000, 10_000, 8


def alignment(log: Path, small: Path) -> Iterator[Figure]:
    """The floor is as long as the bare pass over 106,000 records."""
    rng = np.random.default_rng(7)
    unique = rng.integers(0, 2**60, EVENTS)
    none = ((_turns(1), _turns(2)),) * 2
    runs: dict[str, tuple[NDArray[np.int64], NDArray[np.int64], tuple[tuple[Ids, Ids], ...]]] = {
        "10,000 edits": (unique, _edited(rng, unique), ()),
        "10,000 edits, each event twice": (twice := np.repeat(unique[: EVENTS // 2], 2), _edited(rng, twice), ()),
        "10,000 edits, period 1,000": (round_ := np.arange(EVENTS) % 1000, _edited(rng, round_), ()),
        "nothing in common": (unique, unique + 2**61, none),
    }
    for name, (a, b, keys) in runs.items():
        sides = a.astype(np.uint64), b.astype(np.uint64)
        pairs = by_turns(lambda: _cpu(lambda: align_ids(*sides, keys)), lambda: _cpu(lambda: _sort_twice(unique)), 3)  # noqa: B023
        name = f"align a million events on either side, {name}, CPU time"
        yield ratio(name, pairs, passes(2, 106_000), "two sorts of a million ids")


def _sort_twice(ids: NDArray[np.int64]) -> None:
    for _ in range(2):  # as for either side
        np.argsort(ids, kind="stable")


def difference(log: Path, small: Path) -> Iterator[Figure]:
    a = {f"k{i}": {f"m{j}": {"x": i * j, "y": [i, j, "t"]} for j in range(50)} for i in range(50)}
    b = copy.deepcopy(a)
    b["k7"]["m3"]["x"] = -1
    pairs = by_turns(lambda: _cpu(lambda: [*find_differences(a, b)]), BarePass(log, 10_000, time.process_time), 9)
    yield ratio("differences of 10,000 leaves, none shared, CPU time", pairs, passes(0.02, 10_000), TEN_THOUSAND)


def _cpu(action: Callable[[], object]) -> float:
    return seconds(action, time.process_time)


def _edited(rng: np.random.Generator, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """A third of the edits each: changed, left out, inserted."""
    changed, left_out, inserted = np.array_split(rng.choice(len(ids), EDITS, replace=False), 3)
    found = ids.copy()
    found[changed] = rng.integers(2**61, 2**62, len(changed))
    found = np.delete(found, left_out)
    return np.insert(found, inserted % len(found), rng.integers(2**61, 2**62, len(inserted)))


def _turns(seed: int) -> Ids:
    """The kinds of a run of decisions, requests and answers, each request of one of the tools."""
    tool = np.random.default_rng(seed).integers(0, TOOLS, EVENTS // 3 + 1)
    return np.column_stack((np.zeros_like(tool), 10 + tool, 20 + tool)).ravel()[:EVENTS].astype(np.uint64)


MEASURES: list[Callable[[Path, Path], Iterator[Figure]]] = [alignment, difference]
