"""The state hash (log-format.md, State hash): LtHash over BLAKE3; its cost depends on the change, not on the state.

Bellare & Micciancio 1997, "A New Paradigm for Collision-Free Hashing"; Lewi et al. 2019, "Securing Update
Propagation with Homomorphic Hashing".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import islice, starmap
from typing import Any, TypeAlias

import numpy as np
from blake3 import blake3
from numpy.typing import NDArray

from replay_gui.core.log.canonical import encode_sorted, may_contain_nan
from replay_gui.core.log.chain import digests
from replay_gui.core.state.draft import Draft
from replay_gui.core.state.state import ABSENT, Path, differing_parts, leaves

LANES = 1024
VECTOR_SIZE = 2 * LANES  # bytes
_LANE = np.dtype("<u2")
_SCALARS = frozenset((str, int, float, bool, bytes, type(None)))
_BATCH_VECTORS = 64  # vectors summed at a time: 128 KB, for any number of changed leaves
_FEW_VECTORS = 8
_MAX_CACHED_LEAF_BYTES = 1024  # longer leaves are not cached
_MIN_FOLLOWED_LEAVES = 1024  # changes of up to this many leaves are always followed, even in a small state


class StateHash:
    """The running sum of a state's leaf vectors: 1,024 lanes of 16 bits, little-endian, modulo 2^16.

    Attributes:
        leaf_count: number of leaves in the sum.
        work: number of leaves hashed so far; one of more than 2,048 bytes counts once more for each 2,048.
    """

    __slots__ = ("_digest", "_sum", "leaf_count", "work")

    def __init__(self) -> None:
        """Begin with the empty state, whose vector is zeros."""
        self._sum: NDArray[np.uint16] = np.zeros(LANES, _LANE)
        self._digest: bytes | None = None  # of the current sum; many events change nothing
        self.leaf_count = 0
        self.work = 0

    @classmethod
    def of(cls, root: dict[str, Any]) -> StateHash:
        """Return the hash of a whole state; takes about 1.5 µs per leaf."""
        whole = cls()
        rest = leaves(root)
        while pairs := [*islice(rest, _BATCH_VECTORS)]:
            batch = [*map(encode_sorted, pairs)]
            if may_contain_nan(b"".join(batch)):
                batch = [*starmap(_encoded, pairs)]
            whole._sum += _total(digests(batch, VECTOR_SIZE))
            whole.leaf_count += len(batch)
            whole.work += len(batch) + sum(map(len, batch)) // VECTOR_SIZE
        return whole

    def add_changes(self, draft: Draft, limit: int | None = None) -> bool:
        """Add the changes by the draft's last event; memory does not depend on their number.

        Return False if `work` exceeds `limit` before all changes were added: the sum is then invalid.
        """
        added: list[bytes] = []
        removed: list[bytes] = []
        for path, value, vectors, hashed in _changed_values(draft, added, removed):
            for leaf in _encoded_leaves(path, value):
                self.work += 1 + len(leaf) // VECTOR_SIZE
                vectors.append(hashed(leaf) if len(leaf) <= _MAX_CACHED_LEAF_BYTES else _extended(leaf))
                if len(added) + len(removed) == _BATCH_VECTORS:
                    self._add(added, removed)
                    if limit is not None and self.work > limit:
                        return False
        if added or removed:
            self._add(added, removed)
        return True

    def _add(self, added: list[bytes], removed: list[bytes]) -> None:
        self._digest = None
        for vectors, operation in ((added, np.add), (removed, np.subtract)):
            # Adding a few one by one takes a third of the time of summing them first.
            for vector in vectors if len(vectors) <= _FEW_VECTORS else (_total(vectors),):
                operation(self._sum, np.frombuffer(vector, _LANE), self._sum)
        self.leaf_count += len(added) - len(removed)
        added.clear()
        removed.clear()

    def digest(self) -> bytes:
        """The BLAKE3 hash of the sum, 32 bytes."""
        if self._digest is None:
            self._digest = blake3(self._sum.tobytes()).digest()
        return self._digest


class RecordedHashes:
    """The state hash after those events that record one.

    Between two of them, it hashes at most about as many leaves as the state has: if events change more than that,
    the state is hashed again at the next recorded hash. So ten thousand insertions at the front of a long list have
    no cost if no event among them records a hash.
    """

    __slots__ = ("_is_stale", "_limit", "_running", "_work_before")

    def __init__(self, root: dict[str, Any]) -> None:
        """Begin with a state, which is hashed completely."""
        self._is_stale = False
        self._work_before = 0
        self._use(StateHash.of(root))

    @property
    def work(self) -> int:
        """The number of leaves hashed so far; see StateHash."""
        return self._work_before + self._running.work

    def add_changes(self, draft: Draft) -> None:
        """Note the changes by the draft's last event."""
        if not draft.has_changes:
            return
        self._is_stale = self._is_stale or not self._running.add_changes(draft, self._limit)

    def digest(self, root: dict[str, Any]) -> bytes:
        """Return the state hash of the state, which must be the result of the events so far."""
        if self._is_stale:
            self._work_before = self.work
            self._use(StateHash.of(root))
            self._is_stale = False
        else:
            self._use(self._running)
        return self._running.digest()

    def _use(self, running: StateHash) -> None:
        self._running = running
        self._limit = running.work + running.leaf_count + _MIN_FOLLOWED_LEAVES


_Changed: TypeAlias = tuple[Path, Any, list[bytes], Callable[[bytes], bytes]]


def _changed_values(draft: Draft, added: list[bytes], removed: list[bytes]) -> Iterator[_Changed]:
    """Yield (path, value, the list for the vectors of its leaves, their hash function) of each new or removed value."""
    for path, old, new in draft.leaf_changes():
        if old is ABSENT:  # what is appended to a list, such as a message, usually stays there
            yield path, new, added, _extended if type(path[-1]) is int else _remembered
        elif new is ABSENT:
            yield path, old, removed, _remembered
        else:
            for part, before, after in differing_parts(path, old, new):
                if before is not ABSENT:
                    yield part, before, removed, _remembered
                if after is not ABSENT:
                    yield part, after, added, _remembered


def _encoded_leaves(path: Path, value: Any) -> Iterable[bytes]:
    """Return the encoded leaves of a value; those of the most common values without a generator, which takes longer."""
    if type(value) in _SCALARS:
        return (_encoded(path, value),)
    if type(value) is dict and 0 < len(value) <= _FEW_VECTORS and _SCALARS.issuperset(map(type, value.values())):
        return [_encoded((*path, key), member) for key, member in value.items()]
    return starmap(_encoded, leaves(value, path))


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


def _total(vectors: list[bytes]) -> NDArray[np.uint16]:
    """Return the sum of vectors, lane by lane, modulo 2^16."""
    lanes = np.frombuffer(b"".join(vectors), _LANE).reshape(-1, LANES)
    total: NDArray[np.uint16] = np.add.reduce(lanes, axis=0, dtype=np.uint16)
    return total
