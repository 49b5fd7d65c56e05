"""The state hash (log-format.md, State hash): LtHash over BLAKE3; its cost depends on the change, not on the state.

Bellare & Micciancio 1997, "A New Paradigm for Collision-Free Hashing"; Lewi et al. 2019, "Securing Update
Propagation with Homomorphic Hashing".
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np
from blake3 import blake3
from numpy.typing import NDArray

from replay_gui.core.log.canonical import encode_sorted
from replay_gui.core.state.draft import Draft
from replay_gui.core.state.state import Path, leaves

LANES = 1024
VECTOR_SIZE = 2 * LANES  # bytes
_BATCH_VECTORS = 64  # vectors summed at a time: 128 KB
_MAX_CACHED_LEAF_BYTES = 1024  # bytes; longer leaves are not remembered


class StateHash:
    """The running sum of a state's leaf vectors: 1,024 lanes of 16 bits, little-endian, modulo 2^16."""

    __slots__ = ("_sum",)

    def __init__(self, vector: bytes = bytes(VECTOR_SIZE)) -> None:
        self._sum: NDArray[np.uint16] = np.frombuffer(vector, "<u2").copy()

    @classmethod
    def of(cls, root: dict[str, Any]) -> StateHash:
        """Return the hash of a whole state; takes about 1.5 µs a leaf."""
        whole = cls()
        members = iter(leaves(root))
        while batch := [_extended(_encoded(path, value)) for path, value in islice(members, _BATCH_VECTORS)]:
            whole._sum += _total(batch)
        return whole

    def follow(self, draft: Draft) -> None:
        """Add what the draft's last event changed."""
        added, removed = [], []
        for path, old, new in draft.leaf_changes():
            removed += [_vector(_encoded(*leaf)) for leaf in leaves(old, path)]
            added += [_vector(_encoded(*leaf)) for leaf in leaves(new, path)]
        if added:
            self._sum += _total(added)
        if removed:
            self._sum -= _total(removed)

    def digest(self) -> bytes:
        """The BLAKE3 hash of the sum, 32 bytes."""
        return blake3(self._sum.tobytes()).digest()


def _encoded(path: Path, value: Any) -> bytes:
    """Return the canonical bytes of [path, value] of a leaf."""
    if value != value:  # a NaN read from a damaged record may have other bits than the canonical one
        value = math.nan
    return encode_sorted((path, value))


def _extended(leaf: bytes) -> bytes:
    """Return the vector of a leaf: its BLAKE3, extended to 2,048 bytes."""
    return blake3(leaf).digest(length=VECTOR_SIZE)


_remembered = lru_cache(maxsize=4096)(
    _extended
)  # 8 MB, 12 with the leaves; most leaves that are removed were added a few events ago


def _vector(leaf: bytes) -> bytes:
    return _remembered(leaf) if len(leaf) <= _MAX_CACHED_LEAF_BYTES else _extended(leaf)


def _total(vectors: list[bytes]) -> NDArray[np.uint16]:
    """Return the sum of vectors, lane by lane, modulo 2^16."""
    if len(vectors) == 1:
        return np.frombuffer(vectors[0], "<u2")
    lanes = np.frombuffer(b"".join(vectors), "<u2").reshape(-1, LANES)
    total: NDArray[np.uint16] = np.add.reduce(lanes, axis=0, dtype=np.uint16)
    return total
