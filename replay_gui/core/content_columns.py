"""The columns that two runs are compared by: a hash of each event's content, and the chain over these hashes.

They need nothing of the replay that the other columns rest on, so another process can make them beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from blake3 import blake3
from numpy.typing import NDArray

from replay_gui.core.chain import HASH_SIZE
from replay_gui.core.index_columns import CHAIN_STEP, COMPARED, ColumnWriter, read_column
from replay_gui.core.log_reader import EventLog
from replay_gui.core.scanner import Block, Ending, Skipped

_STRIDE = CHAIN_STEP * HASH_SIZE
_digest = blake3.digest


class ContentColumns:
    """Appends to the columns in a folder what the parts of a log give, one after another."""

    def __init__(self, folder: Path) -> None:
        self._writer = ColumnWriter(folder, COMPARED)
        self._chain = _Chain()

    def take(self, part: Block | Skipped) -> None:
        """The next part of the log."""
        contents = part.contents if isinstance(part, Block) else None
        hashes = bytes(HASH_SIZE) if contents is None else b"".join(map(_digest, map(blake3, contents)))
        self._writer.append({"content": hashes, "chain": self._chain.over(hashes)})

    def finish(self) -> None:
        """To be called once the last part has been taken."""
        self._writer.append({"chain": self._chain.end()})

    def close(self) -> None:
        """Closes the files."""
        self._writer.close()


class _Chain:
    """A running hash over content hashes, read off after every CHAIN_STEP of them and at the end."""

    def __init__(self) -> None:
        self._hash = blake3()
        self._rest = 0  # bytes since the last value

    def over(self, hashes: bytes | memoryview) -> bytes:
        """The values at every CHAIN_STEP-th of the events that end with these."""
        values, begin = [], 0
        while (end := begin + _STRIDE - self._rest) <= len(hashes):
            self._hash.update(hashes[begin:end])
            values.append(self._hash.digest())
            begin, self._rest = end, 0
        self._hash.update(hashes[begin:])
        self._rest += len(hashes) - begin
        return b"".join(values)

    def end(self) -> bytes:
        """The value over the last events, where they are fewer than CHAIN_STEP."""
        return self._hash.digest() if self._rest else b""


def hash_contents(log: EventLog, folder: Path, on_progress: Callable[[int], None]) -> None:
    """One pass over a log that writes both columns; `on_progress` hears the byte offset reached, after each block."""
    columns = ContentColumns(folder)
    try:
        for part in log.parts():
            if isinstance(part, Ending):
                columns.finish()
                return
            columns.take(part)
            on_progress(int(part.offsets[-1]) if isinstance(part, Block) else part.offset + part.size)
    finally:
        columns.close()


def read_contents(folder: Path, count: int) -> tuple[NDArray[np.void], NDArray[np.void]]:
    """(content, chain) of a run of `count` events, the chain without its value over the last, fewer events.

    The chain vouches for the hashes that it was made of. OSError, ValueError: one of them is missing or damaged.
    """
    content, chain = (read_column(folder, name) for name in COMPARED)
    running = _Chain()
    again = running.over(content.view(np.uint8).data) + running.end()
    if len(content) != count or again != chain.tobytes():
        raise ValueError(f"{folder}: the columns that runs are compared by are damaged")
    return content, chain[: count // CHAIN_STEP]
