"""A body has the same value, whatever was decoded before; and what it shares with one before is not decoded again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.importers.json_lines import NotJson
from replay_gui.record.calls.json_bodies import json_value
from replay_gui.record.messages.request_bodies import RequestBodies

LONG = "x" * 300
ITEM = st.sampled_from(
    [1, "", "]", '],"messages":[', [], [[1]], {"role": "user", "content": '"]}'}, {"messages": ["a"]}, None]
)
CHANGE = st.tuples(st.integers(0, 4), st.lists(ITEM, max_size=3), st.booleans(), st.sampled_from([None, (",", ":")]))


@given(st.lists(CHANGE, max_size=8), st.sampled_from(["messages", "input", "contents"]))
def test_a_body_has_the_value_that_it_has_by_itself(changes: list[Any], name: str) -> None:
    bodies, messages = RequestBodies(), list[Any]()
    for dropped, added, is_other, separators in changes:
        messages = messages[: max(0, len(messages) - dropped)] + added
        body = {"model": LONG, name: messages, "tools": [LONG, is_other]}
        raw = json.dumps(body, separators=separators).encode()
        assert bodies.value(raw) == json_value(raw) == body


def test_messages_that_were_sent_before_are_the_same_objects() -> None:
    bodies = RequestBodies()
    messages = [{"role": "user", "content": f"{LONG}{number}"} for number in range(20)]
    marked = {**messages[9], "cache_control": {"type": "ephemeral"}}
    tools = [{"name": "f"}]

    def value(items: list[Any]) -> Any:
        return bodies.value(json.dumps({"messages": items, "tools": tools}).encode())

    first = value([*messages[:9], marked])
    other = bodies.value(json.dumps({"model": "another", "messages": messages[:2]}).encode())
    second = value(messages[:12])
    assert all(a is b for a, b in zip(first["messages"][:7], second["messages"], strict=False))
    assert (second["tools"], len(second["messages"])) == (first["tools"], 12)
    assert second["tools"] is first["tools"]
    assert second["messages"][9] == messages[9]
    assert value(messages[:12]) is second
    assert other["messages"] == messages[:2]


@pytest.mark.parametrize("tail", ["", "]", '1]}{"messages":[1]}', ",]}", "}]}", '{"a":1]]}', ",1],[2]}"])
def test_what_is_no_json_is_refused_all_the_same(tail: str) -> None:
    bodies = RequestBodies()
    start = json.dumps({"model": LONG, "messages": [1, 2]})
    bodies.value(start.encode())
    with pytest.raises(NotJson):
        bodies.value((start[:-2] + tail).encode())
