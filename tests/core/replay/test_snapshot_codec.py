"""States as bytes: keyframes, differences, and damaged bytes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import msgpack

from replay_gui.core.errors import NotCanonical
from replay_gui.core.log.canonical import encode
from replay_gui.core.log.chain import digest
from replay_gui.core.replay import snapshot_codec
from replay_gui.core.replay.snapshot_codec import (
    decode_differences,
    encode_difference,
    encode_keyframe,
    large_members,
    merge_differences,
)
from replay_gui.core.state import draft
from replay_gui.core.state import state as state_module
from replay_gui.core.state.bulk_reducer import BulkReducer
from replay_gui.core.state.state import EMPTY, State
from tests.helpers.effort import tries
from tests.helpers.event_strategies import events
from tests.helpers.kept_indexes import keyframe_state


@pytest.fixture(scope="module")
def narrow() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        for module in (draft, snapshot_codec):
            patch.setattr(module, "MIN_OVERLAY_MEMBERS", 2)
        for module in (state_module, snapshot_codec):
            patch.setattr(module, "PACK_ITEMS", 16)
        patch.setattr(snapshot_codec, "_PAGE_MEMBERS", 3)
        yield


@settings(max_examples=tries(20, long=150), deadline=None)
@given(st.lists(events, max_size=30), st.sets(st.integers(0, 30), max_size=6))
def test_states_are_decoded_from_keyframes_and_differences(narrow: None, run: list[Any], keyframes: set[int]) -> None:
    fold = BulkReducer()
    keyframe, large = encode_keyframe(fold.root), large_members(fold.root)
    fold.forget_changes()
    for n, event in enumerate(run):
        fold.fold([encode(list(event))])
        expected = encode(fold.present.plain())
        base = keyframe_state(keyframe)
        found = decode_differences([encode_difference(fold.root, large, fold.changed)], base)
        again = keyframe_state(encode_keyframe(found.root))
        assert encode(found.plain()) == expected
        assert encode(again.plain()) == expected, "one that was read and only partly looked at can be written again"
        assert keyframe_state(keyframe).plain() == base.plain(), "the keyframe stays as it was"
        if n in keyframes:
            keyframe, large = encode_keyframe(fold.root), large_members(fold.root)
            fold.forget_changes()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xc0",
        b"\x90",
        b"\x81\x01\x01",
        b"\x81\xa1a\xd4\x09\x00",
        b"\x81\xa1a\xd4\x01\xc1",
        b"\x81\xa1a\xd4\x03\x80",
        b"\x81\xa1a\xd4\x04\x90",
        b"\x81\xa1a" * 2000,
    ],
)
def test_invalid_snapshots(raw: bytes) -> None:
    for base in (State({}), State({"a": {}})):
        with pytest.raises(NotCanonical):
            decode_differences([raw], base)
    with pytest.raises(NotCanonical):
        keyframe_state(raw)


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_every_pack_has_the_same_number_of_items(narrow: None, more: int) -> None:
    packs = [[0] * 16, list(range(16 + more))]
    raws = [*map(msgpack.encode, packs)]
    member = 0, [*map(len, raws)], b"".join(map(digest, raws)), ["rest"]
    root = msgpack.encode({"messages": msgpack.Ext(2, msgpack.encode(member))})
    state = keyframe_state(b"".join((*raws, root, len(root).to_bytes(8, "big"))))
    if more == 0:
        assert state.plain() == {"messages": [*packs[0], *packs[1], "rest"]}
    else:
        with pytest.raises(NotCanonical, match="pack"):
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
    member = length, 0, firsts, [*map(len, raws)], b"".join(map(digest, raws))
    root = msgpack.encode({"memory": msgpack.Ext(1, msgpack.encode(member))})
    with pytest.raises(NotCanonical, match="a snapshot has a"):
        keyframe_state(b"".join((*raws, root, len(root).to_bytes(8, "big")))).plain()


@settings(max_examples=tries(20, long=150), deadline=None)
@given(st.lists(st.lists(events, max_size=12), min_size=3, max_size=3))
def test_a_merged_difference_equals_both_one_after_the_other(narrow: None, runs: list[list[Any]]) -> None:
    fold = BulkReducer()
    states, differences = [], []
    for run in runs:
        large = large_members(fold.root)
        fold.forget_changes()
        fold.fold([encode(list(event)) for event in run])
        differences.append(encode_difference(fold.root, large, fold.changed))
        states.append(encode(fold.present.plain()))
    first = decode_differences(differences[:1], EMPTY)
    merged = decode_differences([merge_differences(*differences[1:])], first)
    assert encode(merged.plain()) == encode(decode_differences(differences, EMPTY).plain()) == states[2]
