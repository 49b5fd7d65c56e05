"""A single record is read by C code exactly as byte by byte."""

from __future__ import annotations

import tempfile
from pathlib import Path

import msgpack
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.log.chain import HASH_BYTES
from replay_gui.core.log.framing import CutShort, Framing, NotWellFormed, Record, whole_record
from replay_gui.core.log.source import Source

HASHES = st.binary(min_size=HASH_BYTES, max_size=HASH_BYTES)
PARTS = st.tuples(
    st.binary(max_size=40) | st.integers(250, 260).map(bytes), st.none() | HASHES, st.binary(max_size=20), HASHES
)
VALUES = st.none() | st.booleans() | st.integers(0, 300) | st.text(max_size=3) | st.binary(max_size=HASH_BYTES + 1)


def read_by_bytes(raw: bytes) -> Record | None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record"
        path.write_bytes(raw)
        with Source(path) as source:
            try:
                item, end = Framing(source).read_object(0)
            except (CutShort, NotWellFormed):
                return None
    return item if isinstance(item, Record) and end == len(raw) else None


@given(PARTS)
def test_any_record(parts: tuple[bytes, bytes | None, bytes, bytes]) -> None:
    raw = msgpack.packb(parts)
    assert whole_record(raw) == read_by_bytes(raw) == Record(*parts)


@given(PARTS, st.data())
def test_a_record_with_changed_bytes(parts: tuple[bytes, bytes | None, bytes, bytes], data: st.DataObject) -> None:
    raw = bytearray(msgpack.packb(parts))
    at = data.draw(st.integers(0, len(raw) - 1) | st.integers(0, 3))
    raw[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4) | st.sampled_from([b"\xc5\x00"]))
    assert whole_record(bytes(raw)) == read_by_bytes(bytes(raw))


@given(st.lists(VALUES, max_size=5) | VALUES)
def test_other_values_are_no_record(value: object) -> None:
    raw = msgpack.packb(value)
    assert whole_record(raw) == read_by_bytes(raw)
