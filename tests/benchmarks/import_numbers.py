"""The numbers of a large foreign file in the window, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.figure import Figure
from tests.helpers.large_session import write_session

PROBE = Path(__file__).with_name("import_probe.py")
SIZE = 150_000_000  # bytes


def conversion(log: Path, small: Path) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="replay-gui-import-") as folder:
        session = Path(folder, "session.jsonl")
        write_session(session, SIZE)
        yield from figures(opened(session, Path(folder, "cache")))


def opened(session: Path, cache: Path) -> dict[str, Any]:
    """What a window measures that opens a session with an empty cache."""
    cache.mkdir()
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, str(PROBE), str(session), str(cache)]
    done = subprocess.run(command, capture_output=True, check=True, env=environment, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert not found["was_whole"], "it is shown before it is whole"
    return found


def figures(found: dict[str, Any]) -> Iterator[Figure]:
    """The rows of what was measured on a session of 150 MB."""
    whole = f"{found['events']:,} events after {found['whole']:.1f} s"
    yield Figure("open a session of 150 MB to its first events shown", found["shown"], 2.0, "s", whole)
    yield Figure("event loop held while such a session is converted", 1000 * found["held"], 50, "ms")
    each = ", ".join(f"{size:.0f}" for size in found["workers"])
    shares = f"the window {found['megabytes']:.0f} MB; worker processes {each} MB"
    most = max(found["megabytes"], *found["workers"])
    yield Figure("memory for such a session, the largest process", most, 600, "MB", shares)


MEASURES: list[Callable[[Path, Path], Iterator[Figure]]] = [conversion]
