"""Large values are decoded, encoded and let go in steps, and come out as they do at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgpack
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from replay_gui.core.errors import NotCanonical
from replay_gui.core.log import canonical, large_values
from replay_gui.core.log.canonical import MAX_KEY_BYTES, decode, encode, encode_in_parts
from replay_gui.core.log.large_values import LargeValues
from tests.helpers.event_strategies import values

small_steps = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
STEP = 24  # bytes


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_values, "LARGE_BYTES", STEP)
    monkeypatch.setattr(large_values, "_STEP_BYTES", STEP)
    monkeypatch.setattr(large_values, "_STEP_MEMBERS", 2)
    monkeypatch.setattr(canonical, "_PART_MEMBERS", 4)


def no_pause() -> None:
    """Other threads need no turn here."""


def outcome(decoder: Callable[[bytes], Any], raw: bytes) -> Any:
    """The value, with its order of keys; or that it is refused."""
    try:
        value = decoder(raw)
    except NotCanonical:
        return "refused"
    return repr(value)


@small_steps
@given(values)
def test_a_value_is_the_same_in_steps(value: Any) -> None:
    raw = encode(value)
    assert outcome(LargeValues(no_pause).decode, raw) == outcome(decode, raw)


@small_steps
@given(values, st.integers(0), st.integers(0, 255))
def test_damaged_bytes_come_to_the_same(value: Any, at: int, byte: int) -> None:
    raw = bytearray(encode([value, {"key": value}]))
    raw[at % len(raw)] = byte
    for damaged in (bytes(raw), bytes(raw[: at % len(raw)])):
        assert outcome(LargeValues(no_pause).decode, damaged) == outcome(decode, damaged)


LONG = "k" * (MAX_KEY_BYTES + 1)


@pytest.mark.parametrize(
    "raw",
    [
        msgpack.packb({LONG: 1}),
        msgpack.packb({"a": {LONG: list(range(60))}}),
        msgpack.packb({1: list(range(60))}),
        msgpack.packb({"a": msgpack.ExtType(1, b"x" * 60)}),
        msgpack.packb(["x" * 60, msgpack.Timestamp(1)]),
        msgpack.packb([b"bytes" * 20, list(range(60))]),
        b"\x91" * 40 + msgpack.packb(list(range(60))),
        b"\x91" * 127 + msgpack.packb(list(range(60))),
        b"\x91" * 128 + msgpack.packb(list(range(60))),
        b"\x91" * 5000 + b"\x90",
        b"\x82\xa1a" + msgpack.packb(msgpack.ExtType(1, b"x" * 60)) + b"\xa1a" + msgpack.packb("x" * 60),
        b"\x82\xa1a" + msgpack.packb(list(range(60))) + b"\xa1a" + msgpack.packb({"b": list(range(40))}),
        msgpack.packb(list(range(60))) + b"\x01",
        b"\xdf\xff\xff\xff\xff" + b"\xa1a\x01" * 60,
        b"\xa1" * 60,
        b"\xc1" * 60,
    ],
)
def test_what_no_log_may_have_is_refused_and_what_was_overwritten_is_not(raw: bytes) -> None:
    assert outcome(LargeValues(no_pause).decode, raw) == outcome(decode, raw)


@small_steps
@given(st.dictionaries(st.text(max_size=4), values, max_size=12) | st.lists(values, max_size=12))
def test_members_stay_encoded_but_for_large_ones(value: Any) -> None:
    members = LargeValues(no_pause).decode_members(encode(value))
    pairs = list(members.items() if isinstance(members, dict) else enumerate(members))
    for key, member in pairs:
        is_packed = type(member) is msgspec.Raw
        assert encode(decode(bytes(member)) if is_packed else member) == encode(value[key])
        assert is_packed or len(encode(member)) + 1 > STEP - len(encode(key)), "small ones are packed"
    assert len(pairs) == len(value)


@pytest.mark.parametrize("raw", [b"", b"\x01", b"\xa3abc", b"\x92\x01", msgpack.packb("x" * 60)])
def test_what_is_no_map_or_list_has_no_members(raw: bytes) -> None:
    with pytest.raises(NotCanonical):
        LargeValues(no_pause).decode_members(raw)


def test_there_is_a_pause_after_each_step_also_when_the_value_is_freed() -> None:
    pauses: list[int] = []
    large = LargeValues(lambda: pauses.append(1))
    raw = encode({"few": {f"key {i:03}": i for i in range(100)}})
    value = large.decode(raw)
    assert len(pauses) >= len(raw) // STEP
    assert large.decode(raw) is value, "what was decoded last is not decoded again"

    inner = value["few"]
    large.forget_last()
    del value
    large.release()
    assert len(inner) == 100, "somebody still uses it"
    pauses.clear()
    del inner
    large.release()
    assert len(pauses) >= 50, "two members at a time"


@small_steps
@given(values)
def test_the_parts_of_an_encoding_are_the_encoding(value: Any) -> None:
    assert b"".join(encode_in_parts(value)) == encode(value)
    assert b"".join(encode_in_parts([value, *range(20)])) == encode([value, *range(20)])


def test_a_large_value_is_encoded_in_many_parts() -> None:
    value = ("tool", "1", {"rows": [{"n": n} for n in range(40)], "more": {f"k{n}": n for n in range(40)}})
    parts = [*encode_in_parts(value)]
    assert b"".join(parts) == encode(list(value))
    assert max(map(len, parts)) < 40
