"""The numbers of the window, each run a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.figure import Figure

PROBE = Path(__file__).with_name("window_probe.py")


def window(log: Path, small: Path) -> Iterator[Figure]:
    cache = tempfile.mkdtemp(prefix="replay-gui-window-")
    try:
        first, again = _probe(log, cache), _probe(log, cache)
    finally:
        shutil.rmtree(cache)
    yield Figure("start to first window painted, offscreen", min(first["painted"], again["painted"]), 1.0, "s")
    yield Figure("open with a valid index to the first state shown", 1000 * again["first_state"], 300, "ms")
    held, after = 1000 * first["held"], first["verdict_after"]
    yield Figure("event loop held while indexing and verifying", held, 50, "ms", f"verdict after {after:.1f} s")
    yield Figure("memory with the log open", max(first["megabytes"], again["megabytes"]), 500, "MB")


def _probe(log: Path, cache: str) -> dict[str, Any]:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, str(PROBE), str(log), cache], capture_output=True, check=True, env=environment, text=True
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


MEASURES: list[Callable[[Path, Path], Iterator[Figure]]] = [window]
