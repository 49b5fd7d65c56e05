"""Any value has a plain form that a log can hold, and it is known whether it is the same value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.log.canonical import decode, encode
from replay_gui.record.calls.plain_form import plain_form


@dataclass
class Point:
    x: int
    y: tuple[int, ...]


class Odd:
    def __repr__(self) -> str:
        return "<odd>"


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ((1, (2,)), [1, [2]]),
        ({1: "a"}, {"1": "a"}),
        (Point(1, (2, 3)), {"x": 1, "y": [2, 3]}),
        ({3, 1}, [1, 3]),
        (Odd(), "<odd>"),
        (1 << 70, str(1 << 70)),
        ("a\ud800b", "a\\ud800b"),
    ],
)
def test_what_is_changed_is_not_exact(value: Any, plain: Any) -> None:
    form = plain_form(value)
    assert (form.value, form.exact) == (plain, False)


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 64) - 1)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(PLAIN)
def test_plain_values_stay_as_they_are(value: Any) -> None:
    form = plain_form(value)
    assert form.exact
    assert form.value == value
    assert decode(encode(form.value)) == value


def test_what_is_nested_without_end_can_be_written() -> None:
    value: list[Any] = []
    value.append(value)
    form = plain_form(value)
    assert not form.exact
    encode(form.value)
