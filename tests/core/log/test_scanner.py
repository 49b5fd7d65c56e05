"""The quick way through a block takes nothing for a record that framing, byte by byte, does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay_gui.core.log.framing import CutShort, Framing, NotWellFormed, Record
from replay_gui.core.log.positions import FIRST_EVENT
from replay_gui.core.log.scanner import Block, Ending, Skipped, scan_log
from replay_gui.core.log.source import Source
from tests.helpers.effort import tries
from tests.helpers.forged_logs import pack, written

HASH = bytes(range(32))
SOUND = pack((b"content", None, b"meta", HASH))


def longer(head: int) -> Callable[[bytes], bytes]:
    """A byte string of under 256 bytes behind a head of `head` bytes."""
    return lambda data: bytes([0xC3 + head.bit_length()]) + len(data).to_bytes(head, "big") + data


NO_RECORDS = {
    "array of 3": msgpack.packb((b"content", None, b"meta")),
    "array of 5": msgpack.packb((b"content", None, b"meta", HASH, None)),
    "array16": b"\xdc\x00\x04" + SOUND[1:],
    "array32": b"\xdd\x00\x00\x00\x04" + SOUND[1:],
    "bytes for a record": msgpack.packb(b"four"),
    "number for a record": b"\x05",
    "float for a record": msgpack.packb(1.5),
    "empty map for a record": b"\x80",
    "extension for a record": b"\xc7\x00\x05",
    "text for content": pack(("", None, b"meta", HASH)),
    "number for content": pack((7, None, b"meta", HASH)),
    "nil for content": pack((None, None, b"meta", HASH)),
    "array for content": pack(((b"c",), None, b"meta", HASH)),
    "nil for meta": pack((b"content", None, None, HASH)),
    "text for meta": pack((b"content", None, "", HASH)),
    "extension for meta": b"\x94" + msgpack.packb(b"content") + b"\xc0" + b"\xc7\x00\x05" + msgpack.packb(HASH),
    "short hash": pack((b"content", None, b"meta", HASH[1:])),
    "long hash": pack((b"content", None, b"meta", HASH + b"x")),
    "nil for hash": pack((b"content", None, b"meta", None)),
    "short state": pack((b"content", HASH[1:], b"meta", HASH)),
    "empty state": pack((b"content", b"", b"meta", HASH)),
    "text for state": pack((b"content", "", b"meta", HASH)),
    "false for state": pack((b"content", False, b"meta", HASH)),
    "zero for state": pack((b"content", 0, b"meta", HASH)),
    "array for state": pack((b"content", (), b"meta", HASH)),
    "content in bin16": b"\x94" + longer(2)(b"content") + SOUND[10:],
    "content in bin32": b"\x94" + longer(4)(b"content") + SOUND[10:],
    "meta in bin16": SOUND[:11] + longer(2)(b"meta") + msgpack.packb(HASH),
    "hash in bin16": SOUND[:17] + longer(2)(HASH),
}
SIZES = [0, 1, 255, 256, 65_535, 65_536]


def read(path: Path, data: bytes) -> list[tuple[Any, ...]]:
    """What a scan makes of `data`: (offset, end, the four fields) of each record, (offset, end) of each stretch."""
    source = Source(written(path, data))
    found: list[tuple[Any, ...]] = []
    for part in scan_log(source, 0, FIRST_EVENT, None):
        match part:
            case Block():
                ends = part.offsets.tolist()
                assert (ends[0], ends[-1]) == (part.start_offset, part.end_offset)
                found += zip(ends[:-1], ends[1:], part.contents, part.states, part.metas, part.hashes, strict=True)
            case Skipped():
                found.append((part.offset, part.offset + part.size))
            case Ending():
                found.append((part.offset, part.offset + part.tail_bytes))
    source.close()
    return found


@pytest.mark.parametrize("name", NO_RECORDS)
@pytest.mark.parametrize("before", [0, 3])
def test_what_is_no_record_is_never_taken_for_one(tmp_path: Path, name: str, before: int) -> None:
    odd = NO_RECORDS[name]
    found = read(tmp_path / "run.rlog", SOUND * before + odd + SOUND)
    records = [it for it in found if len(it) > 2]
    assert len(records) == before
    assert found[before][0] == len(SOUND) * before
    with pytest.raises(NotWellFormed):
        Framing(Source(written(tmp_path / "odd.rlog", odd + SOUND))).read_object(0)


@settings(max_examples=tries(20, long=100), deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(SIZES).map(bytes),
            st.none() | st.just(HASH),
            st.sampled_from(SIZES[:4]).map(bytes),
            st.just(HASH),
        ),
        max_size=12,
    ),
    st.integers(0, 40),
)
def test_the_records_of_a_block_are_those_that_framing_reads(
    tmp_path_factory: pytest.TempPathFactory, records: list[tuple[Any, ...]], cut: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "scanned.rlog"
    data = b"".join(map(pack, records))
    data = data[: max(0, len(data) - cut)]
    found = [it for it in read(path, data) if len(it) > 2]
    framing, at, exactly = Framing(Source(path)), 0, []
    while True:
        try:
            item, end = framing.read_object(at)
        except CutShort:
            break
        assert isinstance(item, Record)
        exactly.append((at, end, *item))
        at = end
    assert found == exactly
    assert [it[2:] for it in found] == [tuple(record) for record in records[: len(found)]]
