"""The numbers of a large foreign file in the window, in a process of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from tests.benchmarks.bare_pass import passes
from tests.benchmarks.figure import Figure, Pair, ratio, seconds, shown_time
from tests.benchmarks.probing import Memory, loop_rows, probed
from tests.helpers.importers.large_session import write_session

SIZE = 150_000_000  # bytes


def conversion(log: Path, small: Path) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="replay-gui-import-") as folder:
        session = Path(folder, "session.jsonl")
        write_session(session, SIZE)
        yield from figures(*opened(session, Path(folder, "cache"), log))


def opened(session: Path, cache: Path, log: Path) -> tuple[dict[str, Any], Memory]:
    """What a window measures that opens a session with an empty cache, and the memory it takes.

    The bare pass beside it is over the first records of `log`.
    """
    cache.mkdir()
    before = _decoded(session)
    found, memory = probed("import_probe", session, cache, log)
    found["shown"] = Pair(found["shown"], (before + _decoded(session)) / 2)
    assert not found["was_whole"], "it is shown before it is whole"
    return found, memory


def figures(found: dict[str, Any], memory: Memory) -> Iterator[Figure]:
    """The rows of what was measured on a session of 150 MB.

    To decode its lines takes as long as the bare pass over 163,000 records.
    """
    whole = f"{found['events']:,} events after {shown_time(found['whole'])}"
    name = "open a session of 150 MB to its first events shown"
    yield ratio(name, [found["shown"]], passes(2, 163_000), "decode its JSON", note=whole)
    yield from loop_rows("such a session is converted", found["turns"])
    largest = max(memory.each.values())
    yield Figure("memory for such a session, the largest process", largest, 600, seen=f"each process {memory} MB")


def _decoded(session: Path) -> float:
    """Seconds to read and decode all lines of a session."""
    decode = msgspec.json.Decoder().decode

    def lines() -> None:
        with session.open("rb") as file:
            for line in file:
                decode(line)

    return seconds(lines)


MEASURES: list[Callable[[Path, Path], Iterator[Figure]]] = [conversion]
