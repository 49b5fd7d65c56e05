"""The columns that two runs are compared by: a hash of each event's content, and the chain over these hashes.

The hashes need nothing of the replay that the other columns rest on, so that whichever pass has time for it makes them,
in slices, if need be. The chain is made of them once all are there.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from blake3 import blake3
from numpy.typing import NDArray

from replay_gui.core.chain import HASH_SIZE, digests
from replay_gui.core.index_columns import CHAIN_STEP, COMPARED, read_column
from replay_gui.core.scanner import Block, Skipped

_CONTENT, _CHAIN = COMPARED
_STRIDE = CHAIN_STEP * HASH_SIZE


class ContentHashes:
    """Writes the hashes of the events from `place` on into the column in a folder, which has those of all before."""

    def __init__(self, folder: Path, place: int) -> None:
        self._file = (folder / _CONTENT).open("r+b" if place else "wb")
        self._file.seek(place * HASH_SIZE)

    def take(self, part: Block | Skipped) -> None:
        """The next part of the log."""
        contents = part.contents if isinstance(part, Block) else None
        hashes = bytes(HASH_SIZE) if contents is None else b"".join(digests(contents))
        self._file.write(hashes)

    def close(self) -> None:
        """Closes the file."""
        self._file.close()


def write_chain(folder: Path) -> None:
    """Makes the chain of the hashes that are in a folder, which must be all of the run's."""
    (folder / _CHAIN).write_bytes(_chain(read_column(folder, _CONTENT)))


def read_contents(folder: Path, count: int) -> tuple[NDArray[np.void], NDArray[np.void]]:
    """(content, chain) of a run of `count` events, the chain without its value over the last, fewer events.

    The chain vouches for the hashes that it was made of. OSError, ValueError: one of them is missing or damaged.
    """
    content, chain = (read_column(folder, name) for name in COMPARED)
    if len(content) != count or _chain(content) != chain.tobytes():
        raise ValueError(f"{folder}: the columns that runs are compared by are damaged")
    return content, chain[: count // CHAIN_STEP]


def _chain(content: NDArray[np.void]) -> bytes:
    """A running hash over content hashes: its value after every CHAIN_STEP of them, and after the last."""
    hashes, running, values = content.view(np.uint8).data, blake3(), []
    for begin in range(0, len(hashes), _STRIDE):
        running.update(hashes[begin : begin + _STRIDE])
        values.append(running.digest())
    return b"".join(values)
