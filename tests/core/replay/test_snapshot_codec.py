"""States as bytes: keyframes, differences, and damaged bytes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import msgpack

from replay_gui.core.errors import NotCanonical
from replay_gui.core.log.canonical import encode
from replay_gui.core.replay import snapshot_codec
from replay_gui.core.replay.snapshot_codec import (
    decode_difference,
    decode_keyframe,
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


@pytest.fixture(scope="module")
def narrow() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        for module in (draft, snapshot_codec):
            patch.setattr(module, "MIN_OVERLAY_MEMBERS", 2)
        for module in (state_module, snapshot_codec):
            patch.setattr(module, "PACK_ITEMS", 16)
        patch.setattr(snapshot_codec, "_PACK_HEAD", b"\xdc\x00\x10")
        yield


@settings(max_examples=tries(40, long=150), deadline=None)
@given(st.lists(events, max_size=30), st.sets(st.integers(0, 30), max_size=6))
def test_states_are_decoded_from_keyframes_and_differences(narrow: None, run: list[Any], keyframes: set[int]) -> None:
    fold = BulkReducer()
    keyframe, large = encode_keyframe(fold.root), large_members(fold.root)
    fold.forget_changes()
    for n, event in enumerate(run):
        fold.fold([encode(list(event))])
        expected = encode(fold.present.plain())
        base = decode_keyframe(keyframe)
        found = decode_difference(encode_difference(fold.root, large, fold.changed), base)
        again = decode_keyframe(encode_keyframe(found.root))
        assert encode(found.plain()) == expected
        assert encode(again.plain()) == expected, "one that was read and only partly looked at can be written again"
        assert decode_keyframe(keyframe).plain() == base.plain(), "the keyframe stays as it was"
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
            decode_difference(raw, base)
    with pytest.raises(NotCanonical):
        decode_keyframe(raw)


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_every_pack_has_the_same_number_of_items(narrow: None, more: int) -> None:
    packs = [[0] * 16, list(range(16 + more))]
    raw = msgpack.encode({"messages": msgpack.Ext(2, msgpack.encode((packs, ["rest"])))})
    if more == 0:
        assert decode_keyframe(raw).plain() == {"messages": [*packs[0], *packs[1], "rest"]}
    else:
        with pytest.raises(NotCanonical, match="pack"):
            decode_keyframe(raw)


@settings(max_examples=tries(40, long=150), deadline=None)
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
    first = decode_difference(differences[0], EMPTY)
    merged = decode_difference(merge_differences(differences[1], differences[2]), first)
    assert encode(merged.plain()) == states[2]
