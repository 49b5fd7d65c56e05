"""The numbers of a comparison in the window, in a process of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks.figure import Figure
from tests.benchmarks.log_editor import make_edited
from tests.benchmarks.probing import probed

EDITS = 10_000


def comparison(log: Path, small: Path) -> Iterator[Figure]:
    other = log.with_name(f"{log.stem}-edited.rlog")
    if not other.exists():
        make_edited(log, other.with_suffix(".new"), EDITS)
        other.with_suffix(".new").replace(other)
    with tempfile.TemporaryDirectory(prefix="replay-gui-compare-") as cache:
        found, memory = probed("compare_probe", log, cache, other)
    after = f"shown after {found['shown_after']:.0f} s, of which {found['took']:.1f} s to compare"
    yield Figure("event loop held while comparing two logs", 1000 * found["held"], 50, "ms", after)
    median = f"median {1000 * found['look_median']:.0f} ms; with the states {1000 * found['states_median']:.0f} ms"
    yield Figure("select a divergence to its differences shown, p99", 1000 * found["look"], 50, "ms", median)
    yield Figure("compare two logs again, by another rule", found["again"], 1.5, "s")
    shares = f"the window and its workers at their peaks: {memory} MB"
    yield Figure("memory for comparing two logs, all processes", memory.together, 1000, "MB", shares)


MEASURES: list[Callable[[Path, Path], Iterator[Figure]]] = [comparison]
