"""The numbers of the window, each run a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from tests.benchmarks.figure import Figure
from tests.benchmarks.probing import probed
from tests.helpers.paths import ROOT

PROBE = "window_probe"
_STARTS = 9  # of each kind


def window(log: Path, small: Path) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="replay-gui-window-") as cache:
        first, memory = probed(PROBE, log, cache)
        again = [probed(PROBE, log, cache) for _ in range(3)]
        starts = [first, *(probed(PROBE, small, cache)[0] for _ in range(2)), *(found for found, _ in again)]
    yield Figure("start to first window painted, offscreen", median(start["painted"] for start in starts), 1.0, "s")
    opened = median(found["first_state"] for found, _ in again)
    yield Figure("open with a valid index to the first state shown", 1000 * opened, 300, "ms")
    held, after = 1000 * first["held"], first["verdict_after"]
    yield Figure("event loop held while indexing and verifying", held, 50, "ms", f"verdict after {after:.1f} s")
    shares = f"with the workers, while they index and verify, {memory.together:.0f} MB"
    yield Figure("memory with the log open", max(memory.window, *(more.window for _, more in again)), 500, "MB", shares)


def event_loop(log: Path, small: Path) -> Iterator[Figure]:
    """How long the window's thread works between two turns of its event loop, in its own time."""
    with tempfile.TemporaryDirectory(prefix="replay-gui-loop-") as cache:
        first, _ = probed("loop_probe", log, cache)
        found, _ = probed("loop_probe", log, cache, "indexed")
    frame, frame_p99 = found.pop("frame"), found.pop("frame_p99")
    for name, held in (first | found).items():
        if name != "events":
            note = f"p99 {held['p99']:.1f} ms of the turns that work"
            yield Figure(f"event loop held while a run is {name}", held["worst"], 50, "ms", note)
    yield Figure("scrub with a pointer: work of a frame, p99", frame_p99, 16, "ms", f"median {frame:.1f} ms")


def start(log: Path, small: Path) -> Iterator[Figure]:
    """From the start of the process to its first painted window, beside an empty Qt window, by turns."""
    floors, programs = [], []
    with tempfile.TemporaryDirectory(prefix="replay-gui-start-") as config:
        _start_seconds("program", config)  # with the files of both in memory
        for _ in range(_STARTS):
            floors.append(_start_seconds("floor", config))
            programs.append(_start_seconds("program", config))
    floor, program = median(floors), median(programs)
    note = f"{program:.2f} s to {floor:.2f} s"
    yield Figure("start to first window painted, to an empty Qt window", program / floor, 2.0, "x", note)


def follow(log: Path, small: Path) -> Iterator[Figure]:
    """A run that grows by 1,000 events a second, beside a bare reader of the same file that looks as often."""
    with tempfile.TemporaryDirectory(prefix="replay-gui-follow-") as folder:
        found, _ = probed("follow_probe", folder, f"{folder}/cache", "50000")
    painted, read, frame, at_rest = (found[name] for name in ("painted", "read", "frame", "frame_at_rest"))
    note = f"while the position moves {found['moving']:.0f} ms; {found['events']:,} events"
    yield Figure("follow 1,000 events a second: until painted, p95", painted, 150, "ms", note)
    yield Figure("the same, to a bare reader that looks as often", painted / read, 5.0, "x", f"{read:.0f} ms")
    note = f"{frame:.0f} to {at_rest:.0f} ms of the thread's own time"
    yield Figure("the position moves while it grows, frame p99, to one at rest", frame / at_rest, 2.0, "x", note)


def history(log: Path, small: Path) -> Iterator[Figure]:
    """From the key to the next change of a value, beside a step by key in the same window, in the thread's own time."""
    with tempfile.TemporaryDirectory(prefix="replay-gui-history-") as cache:
        found, _ = probed("value_probe", log, cache)
    note = f"{found['changes']:,} changes; looked up in {found['looked_up']:.0f} ms"
    yield Figure("from the key to the next change of a value, p95", found["change"], 5, "ms", note)
    yield Figure("the same, to a step by key", found["change"] / found["step"], 2.0, "x")
    yield Figure("index of all changes, in the cache", found["bytes"] / 1e6, 20, "MB")


def _start_seconds(kind: str, config: str) -> float:
    command = [sys.executable, str(Path(__file__).with_name("start_probe.py")), kind, config]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # a user's modules are compiled once
    begun = time.perf_counter()
    subprocess.run(command, env=environment, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


MEASURES: list[Callable[[Path, Path], Iterator[Figure]]] = [window, event_loop, start, follow, history]
