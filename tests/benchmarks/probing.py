"""Runs a probe, a process that measures the window, and watches from outside what memory it and its workers hold."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmarks.bare_pass import THOUSAND, passes
from tests.benchmarks.figure import Figure, p99, ratio
from tests.helpers.paths import ROOT

PAUSE = 0.1  # seconds between two looks


@dataclass
class Memory:
    """The most that was held at any look, in MB. A page that several processes share counts by its share in each.

    Attributes:
        together: of the window's process and its workers at one time. each: of every process by its id, the window's
            first, at the time when that one held the most.
    """

    together: float = 0.0
    each: dict[int, float] = field(default_factory=dict)

    def look(self, process: int) -> None:
        """Takes in what the process and its children hold now."""
        held = {one: size for one in (process, *_children(process)) if (size := _held(one))}
        self.together = max(self.together, sum(held.values()))
        for one, size in held.items():
            self.each[one] = max(self.each.get(one, 0.0), size)

    @property
    def window(self) -> float:
        return next(iter(self.each.values()))

    def __str__(self) -> str:
        return ", ".join(f"{size:.0f}" for size in self.each.values())


def loop_rows(what: str, turns: Sequence[Sequence[float]]) -> Iterator[Figure]:
    """Two rows of the turns of a window's event loop, which are pairs of its thread's time."""
    yield ratio(f"event loop while {what}, longest turn", turns, passes(0.05, 1000), THOUSAND, of=max)
    yield ratio(f"event loop while {what}, p99", turns, passes(0.016, 1000), THOUSAND, of=p99)


def probed(probe: str, *arguments: str | Path) -> tuple[Any, Memory]:
    """What the probe of this name, run with these arguments, printed as JSON last; and the memory it took."""
    command = [sys.executable, str(Path(__file__).with_name(f"{probe}.py")), *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    memory, over = Memory(), threading.Event()
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as process:

        def watch() -> None:
            while not over.wait(PAUSE):
                memory.look(process.pid)

        watcher = threading.Thread(target=watch)
        watcher.start()
        said, _ = process.communicate()
        over.set()
        watcher.join()
    if process.returncode:
        raise RuntimeError(f"{probe} failed with {process.returncode}")
    return json.loads(said.splitlines()[-1]), memory


def _children(process: int) -> Iterator[int]:
    for file in Path(f"/proc/{process}/task").glob("*/children"):
        yield from map(int, _text(file).split())


def _held(process: int) -> float:
    """MB, 0 of a process that has ended."""
    for line in _text(Path(f"/proc/{process}/smaps_rollup")).splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:  # the process has ended meanwhile
        return ""
