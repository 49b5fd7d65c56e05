from __future__ import annotations

import base64
import json
import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.state.json_form import event_members
from replay_gui.core.state.state import GrowList, OverlayMap
from replay_gui.core.text.json_pointer import join_pointer
from replay_gui.models.run.json_text import json_text
from tests.helpers.story import event_at

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(values)
def test_it_is_the_json_of_the_value(value: Any) -> None:
    text, whole = json_text(value, 10**9)
    assert whole
    assert json.loads(text) == value
    assert all(c.isprintable() or c == "\n" for c in text if c < "\x80")


def test_what_json_lacks_is_named() -> None:
    assert json.loads(json_text({"f": math.nan, "g": -math.inf, "b": b"\x00" * 100_000}, 10**9)[0]) == {
        "f": {"$float": "nan"}, "g": {"$float": "-inf"}, "b": {"$bytes": base64.b64encode(b"\x00" * 100_000).decode()},
    }  # fmt: skip


def test_bidi_is_escaped_and_read_back() -> None:
    text, _ = json_text("a\u202e\U000e0041\x9b", 100)
    assert text == '"a\\u202e\\udb40\\udc41\\u009b"'
    assert json.loads(text) == "a\u202e\U000e0041\x9b"


def test_states_are_written_like_plain_values() -> None:
    state = OverlayMap({"b": GrowList([1, 2, 3], 2), "a": {}})
    assert json.loads(json_text(state, 1000)[0]) == {"a": {}, "b": [1, 2]}


def test_a_cut_ends_where_it_should() -> None:
    text, whole = json_text({"a": list(range(3_000_000)), "b": "x" * 50_000_000}, 65_536)
    assert (len(text), whole) == (65_536, False)
    assert len(json_text("x" * 50_000_000, 65_536)[0]) == 65_536


def test_an_event_has_the_fields_of_the_command_line() -> None:
    shown = event_members(event_at(6))
    assert list(shown) == [
        "position", "event_id", "seq", "parent", "kind", "time", "payload", "meta", "state_hash", "hash",
    ]  # fmt: skip
    assert json.loads(json_text(shown, 10**6)[0])["payload"]["error_type"] == "Timeout"


def test_pointers_are_escaped() -> None:
    assert join_pointer(("a/b", "c~d", 3)) == "/a~1b/c~0d/3"
    assert join_pointer(()) == ""
