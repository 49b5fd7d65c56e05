"""The numbers of the window, each run a process of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks.figure import Figure
from tests.benchmarks.probing import probed

PROBE = "window_probe"


def window(log: Path, small: Path) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="replay-gui-window-") as cache:
        first, memory = probed(PROBE, log, cache)
        again, memory_again = probed(PROBE, log, cache)
        starts = [first, again, *(probed(PROBE, small, cache)[0] for _ in range(2))]
    yield Figure("start to first window painted, offscreen", min(start["painted"] for start in starts), 1.0, "s")
    yield Figure("open with a valid index to the first state shown", 1000 * again["first_state"], 300, "ms")
    held, after = 1000 * first["held"], first["verdict_after"]
    yield Figure("event loop held while indexing and verifying", held, 50, "ms", f"verdict after {after:.1f} s")
    shares = f"with the workers, while they index and verify, {memory.together:.0f} MB"
    yield Figure("memory with the log open", max(memory.window, memory_again.window), 500, "MB", shares)


MEASURES: list[Callable[[Path, Path], Iterator[Figure]]] = [window]
