"""What links records and what names requests and patches."""

from __future__ import annotations

from blake3 import blake3

from replay_gui.core.canonical import encode
from replay_gui.core.chain import patch_hash, record_hash, request_hash, request_hash_of_decoded, seal_hash


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
