"""Canonical msgpack: one value, one sequence of bytes, and every other form refused."""

from __future__ import annotations

import datetime
import math
import struct
from typing import Any

import msgpack
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.errors import NotCanonical
from replay_gui.core.log import canonical
from replay_gui.core.log.canonical import (
    MAX_DEPTH,
    MAX_KEY_BYTES,
    SHALLOW_DEPTH,
    decode,
    decode_canonical,
    decode_shallow,
    encode,
    encode_all,
    encode_limited,
    encode_sorted,
    nesting_depth,
)
from replay_gui.core.log.deep_msgpack import decode_without_recursion
from tests.helpers.event_strategies import scalars, values


def nested(depth: int, inner: Any = None) -> Any:
    """Lists `depth` deep."""
    value = inner if inner is not None else []
    for _ in range(depth - 1):
        value = [value]
    return value


def by_msgpack(value: Any) -> bytes:
    """The canonical bytes, put together by another library."""

    def ordered(v: Any) -> Any:
        if isinstance(v, dict):
            return {key: ordered(v[key]) for key in sorted(v, key=lambda k: str(k).encode())}
        if isinstance(v, list):
            return [ordered(child) for child in v]
        return math.nan if isinstance(v, float) and math.isnan(v) else v

    raw: bytes = msgpack.packb(ordered(value), use_bin_type=True)
    return raw


@given(values)
def test_the_bytes_are_those_of_another_library(value: Any) -> None:
    assert encode(value) == encode_limited(value) == by_msgpack(value)


@given(values)
def test_round_trip(value: Any) -> None:
    raw = encode(value)
    assert by_msgpack(decode_canonical(raw)) == raw
    assert by_msgpack(decode(raw)) == raw


@given(scalars, scalars)
def test_different_values_have_different_bytes(a: Any, b: Any) -> None:
    same = type(a) is type(b) and (a == b or a != a) and (b == b or a != a)
    if same and isinstance(a, float) and a == 0:
        same = math.copysign(1, a) == math.copysign(1, b)
    assert (encode(a) == encode(b)) == (same and (a != a) == (b != b))


def test_one_and_one_point_zero_and_true_differ() -> None:
    assert len({encode(value) for value in (1, 1.0, True, 0.0, -0.0, False, 0)}) == 7


def bin32(data: bytes) -> bytes:
    return b"\xc6" + len(data).to_bytes(4, "big") + data


NOT_CANONICAL = {
    "float32": b"\xca\x3f\x80\x00\x00",
    "extension": b"\xd4\x01\x00",
    "timestamp": b"\xd6\xff\x00\x00\x00\x00",
    "timestamp out of range": b"\xd7\xff\xff\xff\xff\xff\xff\xff\xff\xff",
    "ext8": b"\xc7\x01\x05\x00",
    "never used": b"\xc1",
    "small integer in 8 bits": b"\xcc\x01",
    "integer in 16 bits": b"\xcd\x00\xff",
    "integer in 32 bits": b"\xce\x00\x00\xff\xff",
    "integer in 64 bits": b"\xcf" + bytes(7) + b"\x01",
    "signed non-negative": b"\xd0\x01",
    "signed 64 non-negative": b"\xd3" + bytes(7) + b"\x01",
    "long negative": b"\xd1\xff\xff",
    "long string": b"\xd9\x01a",
    "longer string": b"\xda\x00\x01a",
    "long binary": b"\xc5\x00\x01a",
    "longest binary": bin32(b"a"),
    "long array": b"\xdc\x00\x01\xc0",
    "longer array": b"\xdd\x00\x00\x00\x01\xc0",
    "long map": b"\xde\x00\x01\xa1a\xc0",
    "keys unsorted": b"\x82\xa1b\x01\xa1a\x01",
    "keys twice": b"\x82\xa1a\x01\xa1a\x01",
    "key an integer": b"\x81\x01\x01",
    "key binary": b"\x81\xc4\x01a\x01",
    "key nil": b"\x81\xc0\x01",
    "key a list": b"\x81\x90\x01",
    "bad UTF-8": b"\xa1\xff",
    "bad UTF-8 in a key": b"\x81\xa1\xff\x01",
    "overlong UTF-8": b"\xa2\xc0\xaf",
    "surrogate": b"\xa3\xed\xa0\x80",
    "cut": b"\x92\x01",
    "empty": b"",
    "more than one value": b"\x01\x01",
    "NaN with a sign": b"\xcb\xff\xf8" + bytes(6),
    "NaN with a payload": b"\xcb\x7f\xf8" + bytes(5) + b"\x01",
    "signalling NaN": b"\xcb\x7f\xf0" + bytes(5) + b"\x01",
}


@pytest.mark.parametrize("name", NOT_CANONICAL)
@pytest.mark.parametrize("frame", [b"%s", b"\x91%s", b"\x81\xa1a%s", b"\x92\xc4\x00%s"])
def test_every_other_form_is_refused(name: str, frame: bytes) -> None:
    raw = frame % NOT_CANONICAL[name]
    with pytest.raises(NotCanonical):
        decode_canonical(raw)


def test_keys_are_sorted_by_their_bytes() -> None:
    keys = ["\U0001f600", "￿", "é", "z", "", "a", "ab"]
    assert list(decode_canonical(encode(dict.fromkeys(keys, 1)))) == sorted(keys, key=str.encode)


def test_the_one_nan() -> None:
    odd = struct.unpack(">d", bytes.fromhex("fff8000000000001"))[0]
    raw = encode([odd, {"a": (odd,)}])
    assert encode_limited([odd, {"a": (odd,)}]) == raw
    assert raw == b"\x92" + b"\xcb\x7f\xf8" + bytes(6) + b"\x81\xa1a\x91\xcb\x7f\xf8" + bytes(6)
    assert math.isnan(decode_canonical(raw)[0])


def test_bytes_that_look_like_a_nan_are_no_nan() -> None:
    for value in (b"\xcb\xff\xff", 3406823423, "\x7f", [0xCB, -1], float("inf"), -float("inf")):
        assert decode_canonical(encode(value)) == value


@pytest.mark.parametrize("depth", [1, SHALLOW_DEPTH, SHALLOW_DEPTH + 1, 127, 128])
def test_depth_within_the_limit(depth: int) -> None:
    for value in (nested(depth), nested(depth, {"a": 1}), nested(depth - 1, {"a": []}) if depth > 1 else []):
        assert decode_canonical(encode(value)) == value
    assert nesting_depth(nested(depth)) == depth


@pytest.mark.parametrize("depth", [129, 1000, 100_000])
def test_depth_beyond_the_limit(depth: int) -> None:
    raw = b"\x91" * (depth - 1) + b"\x90"
    for bad in (raw, b"\x81\xa1a" * (depth - 1) + b"\x80"):
        with pytest.raises(NotCanonical):
            decode(bad)
    if depth < 1000:
        with pytest.raises(NotCanonical):
            encode(nested(depth))


@pytest.mark.parametrize("character", ["k", "é", "\U0001f600"])
def test_key_length(character: str) -> None:
    fits = character * (MAX_KEY_BYTES // len(character.encode()))
    assert decode_canonical(encode([{fits: 1}])) == [{fits: 1}]
    long = fits + "k"
    assert len(long.encode()) == MAX_KEY_BYTES + 1
    with pytest.raises(NotCanonical):
        encode({"a": {long: 1}})
    with pytest.raises(NotCanonical):
        decode(by_msgpack([[{long: 1}]]))
    assert decode_shallow(by_msgpack(["x:a", {long: 1}])) is None


@pytest.mark.parametrize(
    "value",
    [
        object(),
        1 << 64,
        -(1 << 63) - 1,
        {1: 2},
        {b"a": 1},
        "\ud800",
        {"\ud800": 1},
        1j,
        datetime.datetime.now(datetime.UTC),
        [[msgspec.msgpack.Ext(1, b"")]],
    ],
)
def test_values_that_the_format_lacks(value: Any) -> None:
    with pytest.raises(NotCanonical):
        encode(value)


def test_tuples_are_arrays_and_a_cycle_is_refused() -> None:
    assert encode((1, (2,))) == encode([1, [2]])
    cycle: list[Any] = []
    cycle.append(cycle)
    with pytest.raises(NotCanonical):
        encode(cycle)


@pytest.mark.parametrize("value", [object(), 1 << 64, -(1 << 63) - 1, {"a": ["\ud800"]}])
def test_what_has_no_bytes_is_refused_without_a_check_of_the_limits(value: Any) -> None:
    with pytest.raises(NotCanonical, match="cannot be written"):
        encode_limited(value)


def test_a_loose_decoder_takes_the_last_of_equal_keys() -> None:
    assert decode(b"\x82\xa1a\x01\xa1a\x02") == {"a": 2}


@given(values)
def test_shallow_events_are_decoded_alike(value: Any) -> None:
    raw = encode(["x:a", {"v": value}])
    shallow = decode_shallow(raw)
    if shallow is not None:
        assert encode(shallow) == raw
    elif nesting_depth(value) <= SHALLOW_DEPTH - 2:
        assert b"\xc4" in raw  # byte strings are left to the slower decoder


@given(values, st.integers(0, 140), st.binary(max_size=3), st.integers(0, 200))
def test_the_fast_decoder_accepts_what_the_slow_one_accepts(value: Any, depth: int, odd: bytes, at: int) -> None:
    """Values below the levels whose types are checked at once, with some bytes that may break any rule."""
    raw = encode_sorted(nested(depth, value) if depth else value)
    raw = raw[:at] + odd + raw[at + len(odd) :] if odd else raw
    results = []
    for decoder in (decode, canonical._decode_slowly):
        try:
            results.append(encode_sorted(decoder(raw)))
        except NotCanonical:
            results.append(b"")
    assert results[0] == results[1]


def test_is_canonical_event() -> None:
    assert canonical.is_canonical_event(encode(["x", {}]))
    not_events: list[Any] = [[], ["x"], ["x", []], [1, {}], ["x", {}, 1], {"x": {}}, None]
    for bad in not_events:
        assert not canonical.is_canonical_event(encode(bad))
    assert not canonical.is_canonical_event(b"\x92\xa1x\x82\xa1b\x01\xa1a\x01")


def test_encode_all_is_one_after_another() -> None:
    for count in (0, 1, 15, 16, 65_535, 65_536):
        values = [{"b": n, "a": None} for n in range(count)]
        assert encode_all(values) == b"".join(map(encode, values)), count


@pytest.mark.parametrize(
    "odd",
    [
        b"\xd4\x05\x00",  # an extension type
        b"\xd6\xff\x00\x00\x00\x01",  # a timestamp
        b"\xd4\xff\x00",  # a timestamp of a wrong size
        b"\xc7\x0c\xff" + b"\xff" * 12,
        b"\x91" * 129 + b"\xc0",
        b"\x91" * 990 + b"\xc0",  # about where the decoder in C gives up
        b"\x81\xa1a" * 100_000 + b"\xc0",
        b"\x81\x90\x02",  # keys that are no strings
        b"\x81\x91\x80\x02",
        b"\x81\x80\x02",
        b"\x81\xd4\x05\x00\x02",
        b"\x81\x01\x02",
        b"\x81\xda\x10\x01" + b"k" * 4097 + b"\x02",
    ],
)
def test_what_an_equal_key_overwrites_is_not_looked_at(odd: bytes) -> None:
    assert decode(b"\x82\xa1a" + odd + b"\xa1a\x07") == {"a": 7}
    for refused in (odd, b"\x82\xa1a\x07\xa1a" + odd, b"\x92" + odd + b"\x07"):
        with pytest.raises(NotCanonical):
            decode(refused)


@given(values)
def test_the_decoder_without_recursion_agrees(value: Any) -> None:
    raw = encode(value)
    assert encode(decode_without_recursion(raw, MAX_DEPTH)) == raw
    for cut in {0, len(raw) // 2, len(raw) - 1} - {len(raw)}:
        with pytest.raises(NotCanonical):
            decode_without_recursion(raw[:cut], MAX_DEPTH)
    with pytest.raises(NotCanonical):
        decode_without_recursion(raw + b"\xc0", MAX_DEPTH)
