"""The numbers of a large foreign file in the window, in a process of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.figure import Figure
from tests.benchmarks.probing import Memory, probed
from tests.helpers.importers.large_session import write_session

SIZE = 150_000_000  # bytes


def conversion(log: Path, small: Path) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="replay-gui-import-") as folder:
        session = Path(folder, "session.jsonl")
        write_session(session, SIZE)
        yield from figures(*opened(session, Path(folder, "cache")))


def opened(session: Path, cache: Path) -> tuple[dict[str, Any], Memory]:
    """What a window measures that opens a session with an empty cache, and the memory it takes."""
    cache.mkdir()
    found, memory = probed("import_probe", session, cache)
    assert not found["was_whole"], "it is shown before it is whole"
    return found, memory


def figures(found: dict[str, Any], memory: Memory) -> Iterator[Figure]:
    """The rows of what was measured on a session of 150 MB."""
    whole = f"{found['events']:,} events after {found['whole']:.1f} s"
    yield Figure("open a session of 150 MB to its first events shown", found["shown"], 2.0, "s", whole)
    yield Figure("event loop held while such a session is converted", 1000 * found["held"], 50, "ms")
    shares = f"the window and its workers at their peaks: {memory} MB"
    yield Figure("memory for such a session, the largest process", max(memory.each.values()), 600, "MB", shares)


MEASURES: list[Callable[[Path, Path], Iterator[Figure]]] = [conversion]
