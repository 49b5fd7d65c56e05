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

from tests.benchmarks.bare_pass import HUNDRED_THOUSAND, THOUSAND, BarePass, passes
from tests.benchmarks.figure import Figure, Pair, by_turns, p99, ratio, shown_time
from tests.benchmarks.probing import Memory, loop_rows, probed
from tests.helpers.paths import ROOT

_STARTS = 9  # of each kind
_OPENED = 3
_LARGE = 2_000_000_000  # bytes of a log; the first state of a larger one may take longer


def window(log: Path, small: Path) -> Iterator[Figure]:
    """A log without an index; then with a valid one."""
    with tempfile.TemporaryDirectory(prefix="replay-gui-window-") as cache:
        read, while_read = probed("loop_probe", log, cache)
        opened: list[Memory] = []

        def first_state() -> float:  # the bare pass would add to the memory of the window's process
            took, memory = probed("window_probe", log, cache)
            opened.append(memory)
            return float(took)

        pairs = by_turns(first_state, BarePass(log, 100_000), _OPENED)
        used, while_used = probed("loop_probe", log, cache, "indexed")
    bound = passes(1 if log.stat().st_size > _LARGE else 0.3, 100_000)
    yield ratio("open with a valid index to the first state shown", pairs, bound, HUNDRED_THOUSAND)
    shares = f"all processes {max(memory.together for memory in opened):.0f} MB"
    held = max(memory.window for memory in opened)
    yield Figure("memory of the window, opened with a valid index", held, 500, seen=shares)
    shares = f"all processes {while_used.together:.0f} MB"
    yield Figure("memory of the window, after 600 seeks", while_used.window, 500, seen=shares)
    shares = f"all processes {while_read.together:.0f} MB"
    yield Figure("memory of the window, while its log is indexed and verified", while_read.window, 500, seen=shares)
    frames, seeks = used.pop("frames"), used.pop("seeks")
    for name, turns in (read | used).items():
        yield from loop_rows(f"a run is {name}", turns)
    for name, pairs in (
        ("scrub with a pointer, a frame, its thread's time, p99", frames),
        ("seek with all that the window draws, CPU time, p99", seeks),
    ):
        note = f"median {shown_time(median(measured for measured, _ in pairs))}"
        yield ratio(name, pairs, passes(0.016, 1000), THOUSAND, of=p99, note=note)


def start(log: Path, small: Path) -> Iterator[Figure]:
    """From the start of the process to its first painted window, beside an empty Qt window, by turns."""
    with tempfile.TemporaryDirectory(prefix="replay-gui-start-") as config:
        _start_seconds("program", config)  # with the files of both in memory
        pairs = by_turns(lambda: _start_seconds("program", config), lambda: _start_seconds("floor", config), _STARTS)
    yield ratio("start to first window painted", pairs, 2.0, "an empty Qt window")


def follow(log: Path, small: Path) -> Iterator[Figure]:
    """A run that grows by 1,000 events a second, beside a bare reader of the same file that looks as often."""
    with tempfile.TemporaryDirectory(prefix="replay-gui-follow-") as folder:
        found, _ = probed("follow_probe", folder, f"{folder}/cache", "50000")
    reader = "a bare reader"
    yield ratio("follow 1,000 events a second, until painted, p95", [found["painted"]], 5, reader)
    yield ratio("follow them while the position moves, until painted, p95", [found["painted_moving"]], 5, reader)
    rest, grows = ([Pair(*pair) for pair in found[name]] for name in ("at_rest", "growing"))
    in_floors = [p99([pair.measured / pair.floor for pair in pairs]) for pairs in (grows, rest)]
    seen = " to ".join(shown_time(p99([pair.measured for pair in pairs])) for pairs in (grows, rest))
    value = in_floors[0] / in_floors[1]
    yield Figure(
        "frames while such a run is followed, their thread's time, p99",
        value,
        2,
        "frames of the run at rest",
        seen=seen,
    )


def history(log: Path, small: Path) -> Iterator[Figure]:
    """From the key to the next change of a value, beside a step by key in the same window, in the thread's own time."""
    with tempfile.TemporaryDirectory(prefix="replay-gui-history-") as cache:
        found, _ = probed("value_probe", log, cache)
    note = f"{found['changes']:,} changes; looked up in {shown_time(found['looked_up'])}"
    name = "to the next change of a value by key, its thread's time, p95"
    yield ratio(name, [found["pair"]], 2, "a step by key", note=note)
    yield Figure("index of all changes, in the cache", found["bytes"] / 1e6, 20)


def _start_seconds(kind: str, config: str) -> float:
    command = [sys.executable, str(Path(__file__).with_name("start_probe.py")), kind, config]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # a user's modules are compiled once
    begun = time.perf_counter()
    subprocess.run(command, env=environment, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


MEASURES: list[Callable[[Path, Path], Iterator[Figure]]] = [window, start, follow, history]
