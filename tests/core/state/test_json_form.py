"""Values as JSON: replacements, order, escapes, pointers."""

from __future__ import annotations

import json
import math
from typing import Any
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.errors import PositionError
from replay_gui.core.state.json_form import at_pointer, indented_json, json_form, one_line_json
from replay_gui.core.state.state import GrowList, OverlayMap

SCALARS: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers(-(1 << 63), (1 << 64) - 1) | st.floats() | st.text() | st.binary()
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (b"", {"$bytes": ""}),
        (b"\x00\xff\x10", {"$bytes": "AP8Q"}),
        (math.nan, {"$float": "nan"}),
        (-math.nan, {"$float": "nan"}),
        (math.inf, {"$float": "inf"}),
        (-math.inf, {"$float": "-inf"}),
        (1.0, 1.0),
        (True, True),
        (None, None),
        ((1 << 64) - 1, (1 << 64) - 1),
        ({"b": [b"x"], "a": {}}, {"a": {}, "b": [{"$bytes": "eA=="}]}),
    ],
)
def test_replacements_of_values_that_json_lacks(value: Any, form: Any) -> None:
    assert json_form(value) == form
    assert type(json_form(value)) is type(form)


def test_overlay_maps_and_grow_lists_become_plain() -> None:
    grown = {"m": OverlayMap({"b": 1, "a": b""}), "l": GrowList([1, 2, 3], 2)}
    assert json_form(grown) == {"l": [1, 2], "m": {"a": {"$bytes": ""}, "b": 1}}


@given(VALUES)
def test_equal_values_have_equal_texts_and_both_texts_have_the_same_value(value: Any) -> None:
    form = json_form(value)
    assert json.loads(one_line_json(form)) == form
    assert json.loads(indented_json(form)) == form
    if isinstance(value, dict):
        turned = dict(reversed(value.items()))
        assert one_line_json(json_form(turned)) == one_line_json(form)


@given(VALUES)
def test_control_characters_are_escaped(value: Any) -> None:
    form = json_form(value)
    assert one_line_json(form).isascii()
    assert one_line_json(form).isprintable()
    assert not {category(c) for c in indented_json(form) if c != "\n"} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_other_scripts_stay_readable() -> None:
    assert indented_json({"ключ": "schön\u202e"}) == '{\n  "ключ": "schön\\u202e"\n}'


# The examples of RFC 6901.
DOCUMENT = {"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "m~n": 8, " ": 7, "~1": 9}


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("", DOCUMENT),
        ("/foo", ["bar", "baz"]),
        ("/foo/0", "bar"),
        ("/", 0),
        ("/a~1b", 1),
        ("/c%d", 2),
        ("/m~0n", 8),
        ("/ ", 7),
        ("/~01", 9),
    ],
)
def test_pointers(pointer: str, value: Any) -> None:
    assert at_pointer(DOCUMENT, pointer) == value


@pytest.mark.parametrize("pointer", ["foo", "/nothing", "/foo/2", "/foo/-", "/foo/01", "/foo/x", "/ /x", "/m~n", "/~"])
def test_pointers_to_missing_members(pointer: str) -> None:
    with pytest.raises(PositionError, match=r"JSON Pointer|leads nowhere"):
        at_pointer(DOCUMENT, pointer)
