"""What links records and what names requests and patches."""

from __future__ import annotations

import math
import struct

from blake3 import blake3

from replay_gui.core.log.canonical import encode
from replay_gui.core.log.chain import (
    digests,
    patch_hash,
    record_hash,
    request_hash,
    request_hash_of_decoded,
    request_hashes_of_decoded,
    seal_hash,
)


def test_hashes_name_by_content() -> None:
    assert request_hash("t", "1", {"b": 1, "a": 2}) == request_hash("t", "1", {"a": 2, "b": 1})
    assert request_hash("t", "1", 1) != request_hash("t", "1", 1.0)
    assert patch_hash("t", "f", [1]) != patch_hash("t", "g", [1])
    assert request_hash("t", "1", {"a": 1}) == blake3(encode(["t", "1", {"a": 1}])).hexdigest()
    assert request_hash_of_decoded("t", "1", {"b": [1.5], "a": None}) == request_hash("t", "1", {"b": [1.5], "a": None})


def test_a_record_is_linked_by_everything_in_it() -> None:
    previous, state = bytes(32), b"s" * 32
    assert record_hash(previous, b"c", None, b"m") == blake3(previous + b"c" + b"\xc0" + b"m").digest()
    assert record_hash(previous, b"c", state, b"m") == blake3(previous + b"c" + b"\xc4\x20" + state + b"m").digest()
    assert seal_hash(previous, b"body") == blake3(previous + b"body").digest()


def test_digests_are_those_of_each() -> None:
    data = [b"", b"a", b"a" * 5000, b"a", bytes(32)]
    assert digests(data) == [blake3(raw).digest() for raw in data]
    assert digests(iter(data[:1])) == [blake3(b"").digest()]
    assert digests([]) == []


def test_request_hashes_are_those_of_each() -> None:
    negative_nan = struct.unpack(">d", bytes.fromhex("fff8000000000000"))[0]
    requests = [("t", "1", {"b": 1, "a": None}), ("t", "2", [1.5]), ("u", "", math.nan), ("u", "", negative_nan)]
    assert request_hashes_of_decoded(requests) == [request_hash(*request) for request in requests]
    assert request_hashes_of_decoded([]) == []
