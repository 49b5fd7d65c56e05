from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import KINDS
from replay_gui.core.log.positions import EventIndex
from replay_gui.models.run.event_readable import TextStyle, readable
from tests.helpers.moments import event_at


def event(kind: str, payload: dict[str, Any], meta: dict[str, Any] | None = None) -> Event:
    return Event(EventIndex(0), 0, 0, "r:0", kind, payload, meta or {"seq": 0}, b"", None, None)


def texts(kind: str, payload: dict[str, Any]) -> list[str]:
    return [line.text for line in readable(event(kind, payload))[0]]


def test_fields_come_in_the_order_of_the_format() -> None:
    assert [line.text for line in readable(event_at(6))[0]] == [
        'error_type "Timeout"', 'message "search: no answer in 2,400 ms"', 'component "search"', "recoverable true",
        "", "meta", "  time 2023-11-14 22:13:22.458 UTC", "  model gpt-x", "  tokens 812",
    ]  # fmt: skip


def test_line_breaks_are_real_and_json_is_unfolded() -> None:
    assert texts("x:a", {"t": "one\ntwo\x1b", "j": '{"rows": [1, "a"]}'}) == [
        "t ", "  one", "  two\\x1b", "j.rows JSON", "  0 1", '  1 "a"',
    ]  # fmt: skip


def test_colours_of_a_terminal_are_left_out() -> None:
    assert texts("x:a", {"t": "\x1b[31mFAIL\x1b[0m\n\x1b[2Jnext"}) == ["t ", "  FAIL", "  \\x1b[2Jnext"]


def test_a_member_alone_stands_on_the_line_of_its_map() -> None:
    assert texts("x:a", {"d": {"content": {"text": "Hi"}}, "e": {}, "f": {"a": {}, "b": 1}}) == [
        'd.content.text "Hi"', "e (empty)", "f ", "  a (empty)", "  b 1",
    ]  # fmt: skip


def test_patches_are_coloured() -> None:
    inks = {line.text.strip(): line.style for line in readable(event_at(12))[0]}
    assert inks["2 -vacuum orders;"] is TextStyle.REMOVED
    assert inks["2 +analyze orders;"] is TextStyle.ADDED
    assert inks["--- a/ops/analyze.sql"] is TextStyle.QUIET
    assert inks["1  begin;"] is TextStyle.VALUE


def test_hashes_do_not_fill_the_view() -> None:
    assert texts("PatchApplied", {"patch_hash": "ab" * 32}) == ["patch_hash abababababababab…"]


def test_an_edit_is_shown_as_a_difference() -> None:
    edit = {"file_path": "a.py", "old_string": "x\ny\n", "new_string": "x\nz\n"}
    lines = texts("ToolRequest", {"tool_name": "Edit", "tool_version": "", "input": edit, "capabilities": []})
    assert '  file_path "a.py"' in lines
    assert "     2 -y" in lines
    assert "     2 +z" in lines


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from([*KINDS, "x:a"]), st.dictionaries(st.text(), values, max_size=4))
def test_any_payload_can_be_read(kind: str, payload: dict[str, Any]) -> None:
    for line in readable(event(kind, payload))[0]:
        assert len(line.text.splitlines()) <= 1


def test_size_is_bounded_and_said() -> None:
    lines, whole = readable(event("x:a", {"t": "line\n" * 10_000_000, "l": list(range(100_000))}))
    assert not whole
    assert sum(len(line.text) for line in lines) < 200_000
    lines, whole = readable(event("x:a", {"t": "\n" * 10_000_000}))
    assert not whole
    assert len(lines) < 2500, "laying out a line costs time, even if it is empty"


@pytest.mark.parametrize("depth", [5, 120])
def test_depth_is_bounded(depth: int) -> None:
    value: Any = 1
    for _ in range(depth):
        value = {"d": value}
    assert len(texts("x:a", {"v": value})) <= 16


def test_what_the_title_says_is_not_said_again() -> None:
    said = {"obs_type": "message", "source": "user", "data": "Hi"}
    assert texts("Observation", said)[0] == 'data "Hi"'
    assert texts("Observation", {**said, "obs_type": "clock"})[0] == 'obs_type "clock"'
    assert texts("Decision", {"decision_type": "thinking", "data": None, "reasoning": "so"})[0] == 'reasoning "so"'
    assert texts("x:a", {"source": "s"})[0] == 'source "s"'
    asked = {"tool_name": "ls", "tool_version": "", "input": {"path": "."}, "capabilities": []}
    assert texts("ToolRequest", asked)[0] == 'input.path "."'
    assert texts("ToolRequest", {**asked, "tool_version": "2"})[0] == 'tool_version "2"'
