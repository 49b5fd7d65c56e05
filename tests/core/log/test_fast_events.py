"""Events in the common form, and those of other forms among them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay_gui.core.log import fast_events
from replay_gui.core.log.canonical import (
    MAX_DEPTH,
    MAX_KEY_BYTES,
    SHALLOW_DEPTH,
    decode,
    encode,
    encode_sorted,
    is_canonical_event,
)
from replay_gui.core.log.fast_events import FAST_EVENT_TYPES, EventDecoder, are_canonical, indexes_not_canonical
from tests.helpers.effort import tries

USUAL = encode(("MemoryWrite", {"key": "a", "value": 1}))
FURTHER = encode(("MemoryWrite", {"key": "a", "value": 1, "further": [1]}))
LONG_KEY = encode_sorted(("MemoryWrite", {"key": "a", "value": {"k" * (MAX_KEY_BYTES + 1): 1}}))
LONG_TEXT = encode(("MemoryWrite", {"key": "a", "value": "t" * (MAX_KEY_BYTES + 1)}))
KEPT = encode(("MemoryWrite", {"details": None, "fields": {"a": [1.5]}, "key": "a", "value": 1}))
FAST = FAST_EVENT_TYPES["MemoryWrite"]
MANY = 100  # enough for a structure of their own


def test_each_event_is_decoded_by_its_form_whatever_is_around_it() -> None:
    """Also once a kind has so often had another form that its common form is not tried any more."""
    events = EventDecoder().decode([USUAL, LONG_TEXT, FURTHER, b"", LONG_KEY, USUAL, *[FURTHER] * 20, USUAL])
    assert [type(event) for event in events[:6]] == [FAST, FAST, tuple, type(None), type(None), FAST]
    assert events[6:26] == [("MemoryWrite", {"key": "a", "value": 1, "further": [1]})] * 20
    assert type(events[26]) in (FAST, tuple)
    assert len(events) == 27


def test_what_importers_keep_of_records_is_in_the_common_form() -> None:
    unsorted = (
        b"\x92\xabMemoryWrite\x83"
        + encode("value")
        + b"\x01"
        + encode("fields")
        + b"\x02"
        + encode("key")
        + encode("a")
    )
    events = EventDecoder().decode([KEPT, USUAL, unsorted])
    assert [type(event) for event in events] == [FAST] * 3
    assert indexes_not_canonical(events[:2], [KEPT, USUAL]) == []
    assert indexes_not_canonical(events, [KEPT, USUAL, unsorted]) == [2]


def test_a_name_that_may_be_too_long_a_key_of_the_state_is_left_to_the_reducer() -> None:
    for length, form in ((MAX_KEY_BYTES // 4, FAST), (MAX_KEY_BYTES // 4 + 1, tuple)):
        content = encode(("MemoryWrite", {"key": "k" * length, "value": 1}))
        assert [type(event) for event in EventDecoder().decode([content])] == [form]


def test_operations_are_in_the_common_form() -> None:
    operations = [
        {"op": "add", "path": "/a/b", "value": {"a": [1]}},
        {"op": "remove", "path": "/a"},
        {"op": "replace", "path": "/a", "value": None},
    ]
    others = [
        [{"op": "add", "path": "/a"}],
        [{"op": "test", "path": "/a", "value": 1}],
        [{"op": "add", "path": "/a", "value": 1, "why": "?"}],
        [{"op": "remove", "path": f"/{'k' * (MAX_KEY_BYTES // 4)}"}],
        {},
    ]
    usual = encode(("StateTransition", {"transition_type": "t", "ops": operations}))
    decoder = EventDecoder()
    assert {type(event) for event in decoder.decode([usual])} == {tuple}
    events = decoder.decode([usual] * MANY)
    assert {type(event).has_operations for event in events} == {True}
    assert [operation.path for operation in events[0].payload.ops] == ["/a/b", "/a", "/a"]
    assert indexes_not_canonical(events, [usual] * MANY) == []
    assert are_canonical(events, [usual] * MANY)
    for other in others:
        content = encode(("StateTransition", {"transition_type": "t", "ops": other}))
        assert [type(event) for event in decoder.decode([content])] == [tuple]


def test_fields_that_a_log_uses_are_in_the_common_form_once_they_are_known() -> None:
    names = ("further", "a.b", "from", "_a", "_0", "é", "", "\x00", 'a"b')
    further = [encode(("MemoryWrite", {"key": "a", "value": 1, name: [1]})) for name in names]
    custom = encode(("x:own/step", {"tool_name": "t", "a.b": {"c": [1]}}))
    decoder = EventDecoder()
    assert {type(event) for event in decoder.decode([*further, custom])} == {tuple}
    decoder.decode([*further, custom] * MANY)
    events = decoder.decode([USUAL, custom, *further])
    forms = ["MemoryWrite", "x:own/step", *["MemoryWrite"] * 7, None, None]
    assert [getattr(event, "kind", None) for event in events] == forms
    assert (events[2].payload.key, events[2].payload.value, events[2].payload.further) == ("a", 1, [1])
    assert events[1].payload.tool_name == "t"
    assert indexes_not_canonical(events, [USUAL, custom, *further]) == []
    assert [type(event) for event in EventDecoder().decode([FURTHER, USUAL])] == [tuple, FAST], "each log has its own"


def test_names_that_are_data_have_no_structure() -> None:
    ever_new = [encode(("MemoryWrite", {"key": "a", "value": 1, f"n{i}": 1})) for i in range(MANY)]
    kinds = [encode((f"x:{i}", {})) for i in range(MANY)]
    named = [encode(("MemoryWrite", {"key": "a", "value": 1, "tool_name": "t"}))] * MANY
    for contents in (ever_new, named):
        decoder = EventDecoder()
        for _ in range(2):
            assert {type(event) for event in decoder.decode(contents)} == {tuple}
    decoder = EventDecoder()
    for _ in range(2):
        forms = [type(event) for event in decoder.decode(kinds)]
    assert 0 < forms.count(tuple) < MANY, "some have one"


@pytest.mark.parametrize("depth", [SHALLOW_DEPTH - 2, SHALLOW_DEPTH - 1, 40, MAX_DEPTH - 2, MAX_DEPTH - 1])
def test_deep_contents_are_in_the_common_form(depth: int) -> None:
    value: Any = "x"
    for i in range(depth):
        value = [value] if i % 2 else {"n": value}
    content = encode_sorted(("MemoryWrite", {"key": "a", "value": value}))
    (event,) = EventDecoder().decode([content])
    assert (type(event) is FAST) == (depth <= 40)
    assert indexes_not_canonical([event], [content]) == ([] if depth < MAX_DEPTH - 1 else [0])


_SCALARS = st.none() | st.integers(-3, 300) | st.sampled_from(["x", b"y", 1.5, float("nan"), "k" * 2000])
_DEEP = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["a", "b", "k" * 1025, "k" * 4097]), inner, max_size=2)
        | inner.map(lambda value: [[[{"a": [[value]]}]]])
    ),
    max_leaves=6,
)
_PAYLOADS = st.dictionaries(st.sampled_from(["key", "value", "a", "b.c", "_d", "e", "tool_name"]), _DEEP, max_size=4)
_CONTENTS = st.tuples(
    st.sampled_from(["MemoryWrite", "Observation", "x:own", "x:other", "unknown"]),
    _PAYLOADS | _PAYLOADS.map(lambda payload: {"key": "a", "value": 1, **payload}),
).map(encode_sorted)


@st.composite
def _damaged(draw: st.DrawFn) -> bytes:
    """A content with one changed byte, or without its end."""
    raw = draw(_CONTENTS)
    at = draw(st.integers(0, len(raw) - 1))
    return draw(st.sampled_from([raw[:at], raw[:at] + bytes((draw(st.integers(0, 255)),)) + raw[at + 1 :]]))


@given(st.lists(_CONTENTS | _damaged(), min_size=1, max_size=12))
@settings(max_examples=tries(100, long=3000), deadline=None)
def test_every_form_says_the_same_of_a_content(contents: list[bytes]) -> None:
    decoder = EventDecoder()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fast_events, "_MIN_OTHERS", 1)
        for _ in range(3):
            events = decoder.decode(contents)
            expected = [i for i, content in enumerate(contents) if not is_canonical_event(content)]
            assert indexes_not_canonical(events, contents) == expected
            assert not (are_canonical(events, contents) and (expected or None in events))
            for event, content in zip(events, contents, strict=True):
                if event is not None:  # then it is an event within the limits, and its value is that of the content
                    assert encode_sorted(event if type(event) is tuple else decode(encode_sorted(event))) == (
                        encode_sorted(decode(content))
                    )


@given(st.lists(_CONTENTS, min_size=1, max_size=12))
@settings(max_examples=tries(50, long=1000), deadline=None)
def test_packed_values_are_those_of_the_content(contents: list[bytes]) -> None:
    plain, packed = EventDecoder(), EventDecoder()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fast_events, "_MIN_OTHERS", 1)
        for _ in range(2):
            events = packed.decode(contents, packed=True)
            for event, expected in zip(events, plain.decode(contents), strict=True):
                if expected is not None:
                    assert getattr(event, "kind", None) == getattr(expected, "kind", None)
                    assert encode_sorted(event) == encode_sorted(expected)
                    assert getattr(event, "is_packed", True) or type(event) is tuple
