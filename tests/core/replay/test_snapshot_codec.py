"""States as bytes: keyframes, differences, their parts, and damaged bytes."""

from __future__ import annotations

from array import array
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import msgpack

from replay_gui.core.errors import NotCanonical, ReplayError, SnapshotDamaged
from replay_gui.core.log.canonical import encode
from replay_gui.core.log.chain import digest
from replay_gui.core.replay.snapshot_codec import decode_snapshot, large_members, with_moved_parts
from replay_gui.core.state.bulk_reducer import BulkReducer
from replay_gui.core.state.state import EMPTY, GrowList, State
from replay_gui.core.state.stored_parts import key_number
from tests.helpers.effort import tries
from tests.helpers.event_strategies import events
from tests.helpers.kept_indexes import SnapshotFile, keyframe, narrow_snapshots


@pytest.fixture(scope="module")
def narrow() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        narrow_snapshots(patch, unpaged_members=1)
        yield


@settings(max_examples=tries(20, long=150), deadline=None)
@given(st.lists(events, max_size=30), st.sets(st.integers(0, 30), max_size=6))
def test_states_are_decoded_from_keyframes_and_differences(narrow: None, run: list[Any], keyframes: set[int]) -> None:
    fold, file = BulkReducer(), SnapshotFile()
    base, large = file.state(file.add(fold.root, fold.changed)), large_members(fold.root)
    fold.forget_changes()
    for n, event in enumerate(run):
        fold.fold([encode(list(event))])
        expected, before = encode(fold.present.plain()), base.plain()
        # The packs of the file are those of the last keyframe, since all differences are from that one.
        found = file.state(file.add(fold.root, fold.changed, (large, fold.changed)), base)
        assert encode(keyframe(found.root).plain()) == expected, "a state can be written again before it is looked at"
        assert encode(found.plain()) == expected
        assert encode(keyframe(found.root).plain()) == expected, "and afterwards"
        assert base.plain() == before, "the keyframe stays as it was"
        if n in keyframes:
            base, large = file.state(file.add(fold.root, fold.changed)), large_members(fold.root)
            fold.forget_changes()


def test_a_pack_is_written_once(narrow: None) -> None:
    fold, file = BulkReducer(), SnapshotFile()
    message = {"obs_type": "message", "source": "user", "data": "x" * 50}
    sizes, states, large = [], list[State](), dict[str, int]()
    for n in range(40):
        fold.fold([encode(["Observation", message])])
        before = len(file.data)
        is_keyframe = n % 5 == 0
        number = file.add(fold.root, fold.changed, None if is_keyframe else (large, fold.changed))
        states.append(file.state(number, None if is_keyframe else states[-1]))
        sizes.append(len(file.data) - before)
        large = large_members(fold.root)
        fold.forget_changes()
        assert len(states[-1].root["messages"]) == n + 1
    assert max(sizes) < 500 + 40 * 40, "no message twice: all of them take 3,000 bytes"
    last = states[-1].root["messages"]
    assert isinstance(last, GrowList)
    assert last.shared_start(states[-20].root["messages"]) == 21, "equal packs are known without reading them"
    for n, state in enumerate(states, 1):
        assert state.plain()["messages"] == [{"role": "user", "content": "x" * 50}] * n


def test_a_changed_list_is_written_anew(narrow: None) -> None:
    fold, file = BulkReducer(), SnapshotFile()
    fold.fold([encode(["x:ops", {"ops": [{"op": "add", "path": "/list", "value": [*range(9)]}]}])])
    file.add(fold.root, fold.changed)
    fold.forget_changes()
    large = large_members(fold.root)
    fold.fold([encode(["x:ops", {"ops": [{"op": "replace", "path": "/list/1", "value": "new"}]}])])
    found = file.state(file.add(fold.root, fold.changed, (large, fold.changed)), EMPTY)
    assert found.plain() == {"list": [0, "new", *range(2, 9)]}


def test_parts_can_be_moved(narrow: None) -> None:
    members = {f"k{n}": n for n in range(9)}
    root = {"map": members, "list": [*range(11)], "small": [1]}
    file = SnapshotFile()
    whole = file.add(root, {})
    later_members = {key: value for key, value in members.items() if key != "k0"} | {"k3": -1, "l": 1}
    longer = {"map": later_members, "list": [*range(20)], "small": [1]}
    changed = {"map": {"k3", "l", "k0"}}
    later = file.add(longer, changed, (large_members(root), changed))
    moved = b"12345" + file.data
    state = None
    for number, expected in ((whole, root), (later, longer)):
        table = with_moved_parts(file.data[file.tables[number]], lambda at, size: at + 5)
        state = decode_snapshot(table, state, lambda at, size: moved[at : at + size], file.tables[number].start + 5)
        assert state.plain() == expected


@pytest.mark.parametrize("flipped", range(8))
def test_a_damaged_part_is_found_when_it_is_read(narrow: None, flipped: int) -> None:
    root = {"map": {f"k{n}": n for n in range(9)}, "list": [*range(11)]}
    file = SnapshotFile()
    number = file.add(root, {})
    damaged = bytearray(file.data)
    damaged[file.tables[number].start * flipped // 8] ^= 1
    file.data = bytes(damaged)
    state = file.state(number)
    with pytest.raises(SnapshotDamaged):
        state.plain()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xc0",
        b"\x90",
        b"\x81\x01\x01",
        b"\x81\xa1a\xd4\x09\x00",
        b"\x81\xa1a\xd4\x01\xc1",
        b"\x81\xa1a\xd4\x02\x80",
        b"\x81\xa1a\xd4\x03\x80",
        b"\x81\xa1a\xd4\x04\x90",
        b"\x81\xa1a\xd4\x05\x90",
        b"\x81\xa1a" * 2000,
    ],
)
def test_invalid_snapshots(raw: bytes) -> None:
    for earlier in (None, State({}), State({"a": {}}), State({"a": GrowList([])})):
        file = SnapshotFile()
        with pytest.raises(NotCanonical):
            file.state(file.add_table(raw), earlier)


def with_parts(parts: list[bytes], name: str, form: int, table: Any) -> SnapshotFile:
    """A file of some parts and a snapshot with one large member."""
    file = SnapshotFile()
    file.data = b"".join(parts)
    file.add_table(msgpack.encode({name: msgpack.Ext(form, msgpack.encode(table))}))
    return file


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_every_pack_has_the_same_number_of_items(narrow: None, more: int) -> None:
    packs = [[0] * 3, list(range(3 + more))]
    raws = [*map(msgpack.encode, packs)]
    table = 0, ([0, len(raws[0])], [*map(len, raws)], b"".join(map(digest, raws))), ["rest"]
    state = with_parts(raws, "messages", 2, table).state(0)
    if more == 0:
        assert state.plain() == {"messages": [*packs[0], *packs[1], "rest"]}
    else:
        with pytest.raises(SnapshotDamaged, match="pack"):
            state.plain()


@pytest.mark.parametrize(
    ("pages", "firsts", "length"),
    [
        ([{"a": 1, "b": 2}, {"c": 3}], ["a", "c"], 2),
        ([{"a": 1, "b": 2}, {"c": 3}], ["a", "b"], 3),
        ([{"a": 1, "c": 3}, {"b": 2}], ["a", "b"], 3),
        ([{"b": 1, "a": 3}, {"c": 2}], ["b", "c"], 3),
        ([{"b": 1}, {}], ["b", "c"], 1),
        ([{"b": 1}, {"a": 1}], ["b", "a"], 2),
        ([{"b": 1}, {"c": 1}], ["b"], 2),
    ],
)
def test_a_map_in_pages_that_are_not_its_own_is_refused(pages: Any, firsts: list[str], length: int) -> None:
    raws = [*map(msgpack.encode, pages)]
    table = length, (0, firsts, [*map(len, raws)], b"".join(map(digest, raws)))
    with pytest.raises(ReplayError, match="a snapshot has a"):
        with_parts(raws, "memory", 1, table).state(0).plain()


@pytest.mark.parametrize(("begin", "size", "hashes"), [(-1, 3, 1), (0, 9, 1), (1, 3, 1), (0, -1, 1), (0, 3, 2)])
def test_parts_that_are_not_before_the_snapshot_are_refused(begin: int, size: int, hashes: int) -> None:
    raw = msgpack.encode({"a": 1})[:3]
    tables: list[tuple[int, Any]] = [
        (1, (1, (begin, ["a"], [size], bytes(32 * hashes)))),
        (2, (0, ([begin], [size], bytes(32 * hashes)), [])),
    ]
    for form, table in tables:
        with pytest.raises(NotCanonical, match="a snapshot has a part"):
            with_parts([raw], "m", form, table).state(0)


def test_keys_with_equal_numbers_are_kept_apart(narrow: None) -> None:
    """The number of a key only rules out pages that cannot have it."""
    first, second = "plumless", "buckeroo"
    assert key_number(first) == key_number(second)
    pages = [msgpack.encode({first: 1})]
    for numbers in (array("I", [key_number(first)]).tobytes(), b"1234"):
        file = SnapshotFile()
        whole = file.add({"m": dict.fromkeys("abc", 0)}, {})
        start = len(file.data)
        file.data += pages[0]
        table: Any = 4, (start, [first], [len(pages[0])], digest(pages[0])), [], numbers
        later = file.add_table(msgpack.encode({"m": msgpack.Ext(5, msgpack.encode(table))}))
        found = file.state(later, file.state(whole)).root["m"]
        assert second not in found
        assert found.get(second) is None
        assert (first in found) == (numbers != b"1234")
