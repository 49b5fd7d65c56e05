"""What events do to the state, and that an event that does not apply does nothing."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay_gui.core.errors import NotApplicable
from replay_gui.core.log.canonical import encode, nesting_depth
from replay_gui.core.log.chain import request_hash
from replay_gui.core.log.event import decode_event
from replay_gui.core.log.kinds import KINDS
from replay_gui.core.state.draft import Draft
from replay_gui.core.state.reducer import apply_content, apply_event, pointer_tokens
from replay_gui.core.state.state import ABSENT, EMPTY, State, StateChange
from replay_gui.core.state.state_hash import StateHash
from tests.helpers.effort import tries
from tests.helpers.event_strategies import events, fitting
from tests.helpers.reference import reference

SEARCH = request_hash("search", "1", {"q": 1})
ROW = {"calls": 0, "errors": 0, "denied": 0}


def ask(**more: Any) -> tuple[str, dict[str, Any]]:
    return "ToolRequest", {"tool_name": "search", "tool_version": "1", "input": {"q": 1}, "capabilities": [], **more}


def answer(success: bool = True, **more: Any) -> tuple[str, dict[str, Any]]:
    response = {"tool_name": "search", "request_hash": SEARCH, "output": [1], "success": success, "error": None, **more}
    return "ToolResponse", response


def state_after(*events: tuple[str, dict[str, Any]], start: dict[str, Any] | None = None) -> dict[str, Any]:
    draft = Draft(State(start or {}))
    for kind, payload in events:
        apply_event(draft, kind, payload)
    return draft.publish().plain()


def patched(start: dict[str, Any], *operations: dict[str, Any]) -> dict[str, Any]:
    return state_after(("x:patch", {"ops": list(operations)}), start=start)


def refuses(start: dict[str, Any], *events: tuple[str, dict[str, Any]]) -> None:
    """The last of the events does not apply, and leaves the state as it was."""
    draft = Draft(State(copy.deepcopy(start)))
    for kind, payload in events[:-1]:
        apply_event(draft, kind, payload)
    before, hash_before = encode(draft.publish().plain()), StateHash.of(draft.root).digest()
    with pytest.raises(NotApplicable):
        apply_event(draft, *events[-1])
    assert encode(draft.publish().plain()) == before
    assert StateHash.of(draft.root).digest() == hash_before
    if nesting_depth(events[-1][1]) < 128:
        assert not apply_content(draft, encode(list(events[-1])))
        assert not draft.changes


@pytest.mark.parametrize(
    ("events", "state"),
    [
        (
            [("AgentInit", {"agent_type": "t", "agent_version": "v", "config": {"a": 1}})],
            {"agent": {"type": "t", "version": "v", "config": {"a": 1}}},
        ),
        ([("StateTransition", {"transition_type": "x"})], {}),
        ([("StateTransition", {"transition_type": "x", "phase": "p"})], {"phase": "p"}),
        (
            [ask()],
            {
                "tools": {"search": {**ROW, "calls": 1}},
                "pending": {SEARCH: {"tool": "search", "input": {"q": 1}, "count": 1}},
            },
        ),
        (
            [ask(), ask()],
            {
                "tools": {"search": {**ROW, "calls": 2}},
                "pending": {SEARCH: {"tool": "search", "input": {"q": 1}, "count": 2}},
            },
        ),
        (
            [ask(), ask(), answer()],
            {
                "tools": {"search": {**ROW, "calls": 2, "last": [1]}},
                "pending": {SEARCH: {"tool": "search", "input": {"q": 1}, "count": 1}},
            },
        ),
        ([ask(), answer(False)], {"tools": {"search": {**ROW, "calls": 1, "errors": 1, "last": [1]}}, "pending": {}}),
        ([answer()], {"tools": {"search": {**ROW, "last": [1]}}}),
        ([answer(False)], {"tools": {"search": {**ROW, "errors": 1, "last": [1]}}}),
        (
            [("CapabilityDenied", {"capability": "c", "tool_name": "search", "reason": "r"})],
            {"tools": {"search": {**ROW, "denied": 1}}},
        ),
        (
            [("Observation", {"obs_type": "message", "source": "user", "data": [1]})] * 2,
            {"messages": [{"role": "user", "content": [1]}] * 2},
        ),
        ([("Observation", {"obs_type": "a.b/c", "source": "s", "data": None})], {"observations": {"a.b/c": None}}),
        (
            [("Decision", {"decision_type": "message", "data": "m"})],
            {"messages": [{"role": "assistant", "content": "m"}]},
        ),
        (
            [("Decision", {"decision_type": "plan", "data": 1, "reasoning": None})],
            {"decision": {"type": "plan", "data": 1}},
        ),
        ([("MemoryWrite", {"key": "k", "value": None})], {"memory": {"k": None}}),
        ([("MemoryWrite", {"key": "k", "operation": "append", "value": 1})], {"memory": {"k": 1}}),
        (
            [("MemoryWrite", {"key": "k", "value": 1}), ("MemoryWrite", {"key": "k", "operation": "delete"})],
            {"memory": {}},
        ),
        ([("MemoryWrite", {"key": "k", "operation": "delete", "value": 1})], {}),
        ([("MemoryRead", {"key": "k", "value": 1})], {}),
        (
            [("PatchProposal", {"patch_hash": "h", "patch_type": "t", "target": "f", "patch": 1, "reasoning": None})],
            {"patches": {"h": {"status": "proposed", "target": "f"}}},
        ),
        ([("PatchApplied", {"patch_hash": "h"})], {"patches": {"h": {"status": "applied"}}}),
        (
            [
                ("PatchRejected", {"patch_hash": "h", "reason": "r", "stage": "s"}),
                ("PatchApplied", {"patch_hash": "h"}),
            ],
            {"patches": {"h": {"status": "applied", "reason": "r"}}},
        ),
        (
            [("Error", {"error_type": "e", "message": "m", "component": "c", "recoverable": True})] * 2,
            {"errors": {"count": 2, "last": {"type": "e", "message": "m"}}},
        ),
        ([("Snapshot", {"snapshot_type": "s"})], {}),
        ([("x:own", {"a": 1})], {}),
        ([("Unheard", {})], {}),
    ],
)
def test_effect(events: list[tuple[str, dict[str, Any]]], state: dict[str, Any]) -> None:
    assert state_after(*events) == state


REQUIRED: dict[str, dict[str, Any]] = {
    "AgentInit": {"agent_type": "", "agent_version": "", "config": {}},
    "StateTransition": {"transition_type": ""},
    "ToolRequest": {"tool_name": "", "tool_version": "", "input": None, "capabilities": []},
    "ToolResponse": {"tool_name": "", "request_hash": "", "output": None, "success": True, "error": None},
    "CapabilityDenied": {"capability": "", "tool_name": "", "reason": ""},
    "Observation": {"obs_type": "", "source": "", "data": None},
    "Decision": {"decision_type": "", "data": None},
    "MemoryWrite": {"key": "", "value": None},
    "MemoryRead": {"key": ""},
    "PatchProposal": {"patch_hash": "", "patch_type": "", "target": "", "patch": None, "reasoning": None},
    "PatchApplied": {"patch_hash": ""},
    "PatchRejected": {"patch_hash": "", "reason": "", "stage": ""},
    "Error": {"error_type": "", "message": "", "component": "", "recoverable": True},
    "Snapshot": {"snapshot_type": ""},
}


@pytest.mark.parametrize("kind", KINDS)
def test_required_fields_and_their_types(kind: str) -> None:
    whole = REQUIRED[kind]
    state_after((kind, {**whole, "more": 1}))
    for name, value in whole.items():
        refuses({}, (kind, {key: field for key, field in whole.items() if key != name}))
        others: list[Any] = [None, 0, 1.0, b"", [], {}, "", True] if value is not None else []
        for other in others:
            if type(other) is not type(value):
                refuses({}, (kind, {**whole, name: other}))
    refuses({}, (kind, {**whole, "ops": {}}))


@pytest.mark.parametrize(
    ("kind", "field", "good", "bad"),
    [
        ("StateTransition", "phase", ["p"], [None, 1]),
        ("Decision", "reasoning", ["p", None], [1, b""]),
        ("MemoryWrite", "operation", ["set", "delete"], [None, 1]),
        ("MemoryRead", "value", [None, 1], []),
        ("PatchProposal", "reasoning", ["p", None], [1]),
        ("ToolResponse", "error", ["p", None], [1]),
    ],
)
def test_optional_fields(kind: str, field: str, good: list[Any], bad: list[Any]) -> None:
    for value in good:
        state_after((kind, {**REQUIRED[kind], field: value}))
    for value in bad:
        refuses({}, (kind, {**REQUIRED[kind], field: value}))


@pytest.mark.parametrize("value", [True, None, 1.0, "1", -2, (1 << 63) - 1, (1 << 64) - 1, [], {}])
def test_an_event_does_not_apply_if_a_counter_is_no_number(value: Any) -> None:
    refuses({"errors": {"count": value}}, ("Error", REQUIRED["Error"]))
    refuses({"tools": {"search": {**ROW, "calls": value}}}, ask())
    refuses({"pending": {SEARCH: {"count": value}}}, ask())
    refuses(
        {"tools": {"search": {**ROW, "denied": value}}},
        ("CapabilityDenied", {"capability": "", "tool_name": "search", "reason": ""}),
    )


def test_counters_at_their_limits() -> None:
    top = (1 << 63) - 1
    assert state_after(("Error", REQUIRED["Error"]), start={"errors": {"count": top - 1}})["errors"]["count"] == top
    assert state_after(("Error", REQUIRED["Error"]), start={"errors": {"count": -1}})["errors"]["count"] == 0
    pending = {"pending": {SEARCH: {"count": 1 << 63}}}
    assert state_after(answer(), start=pending)["pending"][SEARCH]["count"] == top
    refuses({"pending": {SEARCH: {"count": 0}}}, answer())
    refuses({"pending": {SEARCH: {}}}, answer())
    refuses({"errors": {}}, ("Error", REQUIRED["Error"]))
    refuses({"tools": {"search": {}}}, ask())


@pytest.mark.parametrize("other", [None, 1, "x", [], True])
def test_an_effect_on_a_member_of_another_type(other: Any) -> None:
    for start in ({"tools": other}, {"tools": {"search": other}}, {"pending": other}, {"pending": {SEARCH: other}}):
        refuses(start, ask())
        refuses(start, answer(False))
    refuses({"observations": other}, ("Observation", REQUIRED["Observation"]))
    refuses({"memory": other}, ("MemoryWrite", REQUIRED["MemoryWrite"]))
    refuses({"memory": other}, ("MemoryWrite", {"key": "k", "operation": "delete"}))
    refuses({"patches": other}, ("PatchApplied", {"patch_hash": "h"}))
    refuses({"patches": {"h": other}}, ("PatchApplied", {"patch_hash": "h"}))
    refuses({"errors": other}, ("Error", REQUIRED["Error"]))
    if other != []:
        refuses({"messages": other}, ("Observation", {**REQUIRED["Observation"], "obs_type": "message"}))


# ---- ops ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("start", "operation", "state"),
    [
        ({}, {"op": "add", "path": "/a", "value": 1}, {"a": 1}),
        ({"a": 1}, {"op": "add", "path": "/a", "value": 2}, {"a": 2}),
        ({}, {"op": "add", "path": "/", "value": 1}, {"": 1}),
        ({"": {"": 1}}, {"op": "remove", "path": "//"}, {"": {}}),
        ({}, {"op": "add", "path": "/a~1b~0c~01", "value": 1}, {"a/b~c~1": 1}),
        ({"l": []}, {"op": "add", "path": "/l/-", "value": 1}, {"l": [1]}),
        ({"l": []}, {"op": "add", "path": "/l/0", "value": 1}, {"l": [1]}),
        ({"l": [1, 2]}, {"op": "add", "path": "/l/0", "value": 0}, {"l": [0, 1, 2]}),
        ({"l": [1, 2]}, {"op": "add", "path": "/l/2", "value": 3}, {"l": [1, 2, 3]}),
        ({"l": [1, 2]}, {"op": "replace", "path": "/l/1", "value": 3}, {"l": [1, 3]}),
        ({"l": [1, 2]}, {"op": "remove", "path": "/l/0"}, {"l": [2]}),
        ({"l": [1]}, {"op": "remove", "path": "/l/0"}, {"l": []}),
        ({"l": [[1], {"a": 2}]}, {"op": "replace", "path": "/l/1/a", "value": 3}, {"l": [[1], {"a": 3}]}),
        ({"l": [[1], [2]]}, {"op": "add", "path": "/l/0/1", "value": 3}, {"l": [[1, 3], [2]]}),
        ({"m": {"0": 1, "-": 2, "01": 3}}, {"op": "remove", "path": "/m/-"}, {"m": {"0": 1, "01": 3}}),
        ({"m": {"01": 3}}, {"op": "replace", "path": "/m/01", "value": 1, "extra": 1}, {"m": {"01": 1}}),
        ({"a": {"b": {"c": 1}}}, {"op": "remove", "path": "/a/b/c"}, {"a": {"b": {}}}),
        ({}, {"op": "add", "path": "/a", "value": {"b": []}}, {"a": {"b": []}}),
    ],
)
def test_operation(start: dict[str, Any], operation: dict[str, Any], state: dict[str, Any]) -> None:
    assert patched(copy.deepcopy(start), operation) == state


@pytest.mark.parametrize(
    ("start", "operation"),
    [
        ({"a": 1}, {"op": "add", "path": "", "value": {}}),
        ({"a": 1}, {"op": "remove", "path": ""}),
        ({"a": 1}, {"op": "add", "path": "a", "value": 1}),
        ({"a": 1}, {"op": "remove", "path": "/b"}),
        ({"a": 1}, {"op": "replace", "path": "/b", "value": 1}),
        ({"a": 1}, {"op": "add", "path": "/b/c", "value": 1}),
        ({"a": 1}, {"op": "add", "path": "/a/b", "value": 1}),
        ({"a": None}, {"op": "add", "path": "/a/-", "value": 1}),
        ({"a": 1.5}, {"op": "add", "path": "/a/b/c", "value": 1}),
        ({"a": "text"}, {"op": "add", "path": "/a/4", "value": 1}),
        ({"a": b"text"}, {"op": "replace", "path": "/a/0", "value": 1}),
        ({"l": [1]}, {"op": "add", "path": "/l/2", "value": 1}),
        ({"l": [1]}, {"op": "replace", "path": "/l/1", "value": 1}),
        ({"l": [1]}, {"op": "replace", "path": "/l/-", "value": 1}),
        ({"l": [1]}, {"op": "remove", "path": "/l/-"}),
        ({"l": [1]}, {"op": "remove", "path": "/l/1"}),
        ({"l": [1]}, {"op": "remove", "path": "/l/00"}),
        ({"l": [1]}, {"op": "remove", "path": "/l/-1"}),
        ({"l": [1]}, {"op": "remove", "path": "/l/+0"}),
        ({"l": [1]}, {"op": "remove", "path": "/l/"}),
        ({"l": [1]}, {"op": "remove", "path": "/l/٠"}),
        ({"l": [1]}, {"op": "remove", "path": "/l/²"}),
        ({"l": [1]}, {"op": "remove", "path": "/l/" + "9" * 5000}),
        ({"l": [[1]]}, {"op": "add", "path": "/l/-/-", "value": 1}),
        ({"l": [1]}, {"op": "move", "from": "/l", "path": "/m"}),
        ({"l": [1]}, {"op": "test", "path": "/l", "value": [1]}),
        ({"l": [1]}, {"op": "add", "path": "/l"}),
        ({"l": [1]}, {"op": "replace", "path": "/l"}),
        ({"l": [1]}, {"path": "/l", "value": 1}),
        ({"l": [1]}, {"op": "add", "value": 1}),
        ({"l": [1]}, {"op": ["add"], "path": "/l", "value": 1}),
        ({"l": [1]}, {"op": "add", "path": 1, "value": 1}),
        ({"l": [1]}, ["add", "/l", 1]),
        ({"l": [1]}, None),
    ],
)
def test_operation_that_does_not_apply(start: dict[str, Any], operation: Any) -> None:
    refuses(start, ("x:patch", {"ops": [operation]}))
    refuses(start, ("x:patch", {"ops": [{"op": "add", "path": "/new", "value": 1}, operation]}))


@pytest.mark.parametrize("pointer", ["/~", "/~2", "/a~", "/~/a", "/~~01", "/~~0", "/~~1", "/~00~", "", "a", "#/a"])
def test_invalid_pointers(pointer: str) -> None:
    with pytest.raises(NotApplicable):
        pointer_tokens(pointer)


def test_pointers() -> None:
    assert pointer_tokens("/a//b/") == ["a", "", "b", ""]
    assert pointer_tokens("/~01~10~00") == ["~1/0~0"]


def test_ops_apply_after_the_effect() -> None:
    operation = {"op": "replace", "path": "/memory/k/a", "value": 2}
    value = {"a": 1}
    event = "MemoryWrite", {"key": "k", "value": value, "ops": [operation]}
    assert state_after(event) == {"memory": {"k": {"a": 2}}}
    assert value == {"a": 1}, "what the event holds is never changed"


def test_a_value_added_twice_is_not_shared() -> None:
    value: dict[str, Any] = {"a": [1]}
    state = patched(
        {},
        {"op": "add", "path": "/x", "value": value},
        {"op": "add", "path": "/y", "value": value},
        {"op": "add", "path": "/x/a/-", "value": 2},
    )
    assert state == {"x": {"a": [1, 2]}, "y": {"a": [1]}}


def nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth - 1):
        value = [value]
    return value


def test_the_state_may_be_128_deep() -> None:
    add = {"op": "add", "path": "/a", "value": nested(127)}
    assert patched({}, add)["a"] == nested(127)
    refuses({}, ("x:patch", {"ops": [{**add, "value": nested(128)}]}))
    refuses({"a": {}}, ("x:patch", {"ops": [{**add, "path": "/a/b"}]}))
    assert patched({"a": {}}, {**add, "path": "/a/b"}, {"op": "remove", "path": "/a/b"}) == {"a": {}}
    refuses({"a": [[]]}, ("x:patch", {"ops": [{**add, "path": "/a/0/0"}]}))
    refuses({}, ("Observation", {"obs_type": "message", "source": "", "data": nested(126)}))
    assert state_after(("Observation", {"obs_type": "message", "source": "", "data": nested(125)}))
    refuses({"messages": []}, ("Observation", {"obs_type": "message", "source": "", "data": nested(126)}))


def test_a_key_of_the_state_may_have_4096_bytes() -> None:
    for character in "ké":
        fits = character * (4096 // len(character.encode()))
        assert state_after(("MemoryWrite", {"key": fits, "value": 1})) == {"memory": {fits: 1}}
        starts: list[dict[str, Any]] = [{}, {"memory": {}}, {"memory": {"a": 1}}]
        for start in starts:
            refuses(start, ("MemoryWrite", {"key": fits + "k", "value": 1}))
        refuses({}, ("x:patch", {"ops": [{"op": "add", "path": f"/{fits}k", "value": 1}]}))
        refuses({}, ("CapabilityDenied", {"capability": "", "tool_name": fits + "k", "reason": ""}))
        mended = {"op": "add", "path": f"/{fits}k", "value": 1}, {"op": "remove", "path": f"/{fits}k"}
        assert patched({}, *mended) == {}


def test_the_changes_of_an_event() -> None:
    draft = Draft(State({"memory": {"k": 1}}))
    apply_event(draft, "MemoryWrite", {"key": "k", "value": 2})
    assert list(draft.changes) == [StateChange(("memory", "k"), 1, 2)]
    apply_event(draft, "MemoryWrite", {"key": "k", "operation": "delete"})
    assert list(draft.changes) == [StateChange(("memory", "k"), 2, ABSENT)]
    apply_event(draft, "MemoryRead", {"key": "k"})
    assert not draft.changes


@settings(max_examples=tries(20, long=200), deadline=None)
@given(st.lists(events, max_size=20))
def test_the_independent_reader_computes_the_same_states(run: list[tuple[str, dict[str, Any]]]) -> None:
    draft, state = Draft(EMPTY), dict[str, Any]()
    for kind, payload in run:
        content = encode([kind, payload])
        attempt = copy.deepcopy(state)
        try:
            reference.fold(attempt, *reference.event((content, None, b"", b"")))
            state, expected = attempt, True
        except Exception:  # noqa: BLE001  it raises whatever comes
            expected = False
        assert apply_content(draft, content) == expected, (kind, payload, state)
        assert encode(draft.publish().plain()) == reference.canonical(state)
    assert StateHash.of(draft.root).digest() == reference.state_hash(state)


@given(fitting)
def test_decode_event(event: tuple[str, dict[str, Any]]) -> None:
    assert decode_event(encode(list(event))) == event
    for bad in ([event[0]], [*event, 1], [event[1], event[0]]):
        with pytest.raises(NotApplicable):
            decode_event(encode(bad))
