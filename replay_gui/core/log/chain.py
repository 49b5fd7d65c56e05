"""The hashes of the format: those that link the records, and those that identify requests and patches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from blake3 import blake3

from replay_gui.core.log.canonical import encode, encode_decoded, encode_in_parts, encode_sorted, may_contain_nan

HASH_BYTES = 32
MSGPACK_NIL = b"\xc0"
MSGPACK_BIN32 = b"\xc4\x20"  # first bytes of a byte string of 32 bytes


def digest(data: bytes) -> bytes:
    """Return the BLAKE3 hash of `data`, 32 bytes."""
    return blake3(data).digest()


def digests(data: Iterable[bytes], size: int = HASH_BYTES) -> list[bytes]:
    """Return the BLAKE3 hash of each item, extended to `size` bytes.

    One hasher serves all items, in C loops, since making a hasher takes as long as hashing a hundred bytes. For each
    item, `zip` calls update(item), then digest(), then reset(): for ``[b"a", b"b"]`` it makes
    ``[(…, digest of a, …), (…, digest of b, …)]``.
    """
    hasher = blake3()
    digest = hasher.digest if size == HASH_BYTES else partial(hasher.digest, length=size)
    each = zip(map(hasher.update, data), iter(digest, None), iter(hasher.reset, b""))  # noqa: B905  the data end the loop
    return [hash_ for _, hash_, _ in each]


def record_hash(previous: bytes, content: bytes, state: bytes | None, meta: bytes) -> bytes:
    """Return the hash of a record whose predecessor has the hash `previous`."""
    return blake3(b"".join((previous, content, MSGPACK_NIL if state is None else MSGPACK_BIN32 + state, meta))).digest()


def seal_hash(previous: bytes, body: bytes) -> bytes:
    """Return the hash of a seal after a record that has the hash `previous`."""
    return blake3(previous + body).digest()


def request_hash_of_decoded(tool_name: str, tool_version: str, value: Any) -> str:
    """Return the request_hash of a request that was read from a log; its limits are not checked again."""
    hasher = blake3()
    for part in encode_in_parts((tool_name, tool_version, value)):
        hasher.update(part)
    return hasher.hexdigest()


def request_hashes_of_decoded(requests: Sequence[tuple[str, str, Any]]) -> list[str]:
    """Return the request_hash of each (tool_name, tool_version, input), in C loops."""
    raws = [*map(encode_sorted, requests)]
    if may_contain_nan(b"".join(raws)):
        raws = [*map(encode_decoded, requests)]
    return [*map(bytes.hex, digests(raws))]


def request_hash(tool_name: str, tool_version: str, value: Any) -> str:
    """Return the hash of a request: BLAKE3 in lower-case hex of canonical [tool_name, tool_version, input]."""
    return blake3(encode([tool_name, tool_version, value])).hexdigest()


def patch_hash(patch_type: str, target: str, patch: Any) -> str:
    """Return the hash of a patch: BLAKE3 in lower-case hex of canonical [patch_type, target, patch]."""
    return blake3(encode([patch_type, target, patch])).hexdigest()
