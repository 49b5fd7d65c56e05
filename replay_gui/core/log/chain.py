"""The hashes of FORMAT 1: what links the records, and what names requests and patches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from blake3 import blake3

from replay_gui.core.log.canonical import encode, encode_decoded, encode_sorted, may_contain_nan

HASH_BYTES = 32
MSGPACK_NIL = b"\xc0"
MSGPACK_BIN32 = b"\xc4\x20"  # msgpack's head of a byte string of 32 bytes


def digest(data: bytes) -> bytes:
    """BLAKE3, 32 bytes."""
    return blake3(data).digest()


def digests(data: Iterable[bytes]) -> list[bytes]:
    """BLAKE3 of each.

    One hasher serves all, in C loops: to make one takes as long as to hash a hundred bytes.
    """
    hasher = blake3()
    each = zip(map(hasher.update, data), iter(hasher.digest, None), iter(hasher.reset, b""))  # noqa: B905  data end it
    return [digest for _, digest, _ in each]


def record_hash(previous: bytes, content: bytes, state: bytes | None, meta: bytes) -> bytes:
    """The hash of a record that follows one whose hash is `previous`."""
    return blake3(b"".join((previous, content, MSGPACK_NIL if state is None else MSGPACK_BIN32 + state, meta))).digest()


def seal_hash(previous: bytes, body: bytes) -> bytes:
    """The hash of a seal after a record whose hash is `previous`."""
    return blake3(previous + body).digest()


def request_hash_of_decoded(tool_name: str, tool_version: str, value: Any) -> str:
    """request_hash of a request that was read from a log, whose limits need not be checked again."""
    return blake3(encode_decoded((tool_name, tool_version, value))).hexdigest()


def request_hashes_of_decoded(requests: Sequence[tuple[str, str, Any]]) -> list[str]:
    """That of each (tool_name, tool_version, input), in C loops."""
    raws = [*map(encode_sorted, requests)]
    if may_contain_nan(b"".join(raws)):
        raws = [*map(encode_decoded, requests)]
    return [*map(bytes.hex, digests(raws))]


def request_hash(tool_name: str, tool_version: str, value: Any) -> str:
    """Names a request by content: lower-case hex BLAKE3 of canonical [tool_name, tool_version, input]."""
    return blake3(encode([tool_name, tool_version, value])).hexdigest()


def patch_hash(patch_type: str, target: str, patch: Any) -> str:
    """Names a patch by content: lower-case hex BLAKE3 of canonical [patch_type, target, patch]."""
    return blake3(encode([patch_type, target, patch])).hexdigest()
