"""Drafts: an event that does not apply changes nothing, and published states never change."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from replay_gui.core.log.canonical import decode, encode
from replay_gui.core.state import draft as draft_module
from replay_gui.core.state.bulk_reducer import BulkReducer
from replay_gui.core.state.draft import Draft
from replay_gui.core.state.reducer import apply_content, apply_event
from replay_gui.core.state.state import ABSENT, EMPTY, State, StateChange
from replay_gui.core.state.state_hash import StateHash
from tests.helpers.effort import tries
from tests.helpers.event_strategies import events

ROW = {"calls": 0, "errors": 0, "denied": 0}


def nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth - 1):
        value = [value]
    return value


def big_state() -> dict[str, Any]:
    return {
        "memory": {f"k{i}": {"n": i} for i in range(300)},
        "messages": [{"role": "user", "content": i} for i in range(300)],
        "tools": {"search": dict(ROW)},
        "errors": {"count": 1},
    }


BAD = {"op": "remove", "path": "/nowhere"}
HALF_WAY: list[tuple[str, dict[str, Any]]] = [
    ("MemoryWrite", {"key": "k1", "value": 0, "ops": [BAD]}),
    ("MemoryWrite", {"key": "new", "value": 0, "ops": [BAD]}),
    ("MemoryWrite", {"key": "k1", "operation": "delete", "ops": [BAD]}),
    ("Observation", {"obs_type": "message", "source": "", "data": 1, "ops": [BAD]}),
    (
        "Observation",
        {
            "obs_type": "message",
            "source": "",
            "data": 1,
            "ops": [{"op": "add", "path": "/messages/-", "value": 1}, BAD],
        },
    ),
    (
        "Observation",
        {"obs_type": "message", "source": "", "data": 1, "ops": [{"op": "remove", "path": "/messages/0"}, BAD]},
    ),
    (
        "Observation",
        {
            "obs_type": "message",
            "source": "",
            "data": 1,
            "ops": [{"op": "replace", "path": "/messages/299/content", "value": 1}, BAD],
        },
    ),
    ("x:p", {"ops": [{"op": "remove", "path": "/memory"}, BAD]}),
    (
        "x:p",
        {
            "ops": [
                {"op": "replace", "path": "/memory/k1/n", "value": 9},
                {"op": "add", "path": "/memory/k2/m", "value": 1},
                BAD,
            ]
        },
    ),
    ("x:p", {"ops": [{"op": "remove", "path": f"/memory/k{i}"} for i in range(300)] + [BAD]}),
    ("ToolRequest", {"tool_name": "search", "tool_version": "1", "input": 1, "capabilities": [], "ops": [BAD]}),
    (
        "ToolResponse",
        {"tool_name": "search", "request_hash": "h", "output": 1, "success": False, "error": None, "ops": [BAD]},
    ),
    ("Observation", {"obs_type": "message", "source": "", "data": nested(126)}),
    ("Observation", {"obs_type": "k" * 5000, "source": "", "data": 1}),
]


@pytest.mark.parametrize("at", range(len(HALF_WAY)))
@pytest.mark.parametrize("publish", [False, True])
def test_an_event_that_fails_half_way_changes_nothing(at: int, publish: bool) -> None:
    """In a state that is wide and long, whether its maps and lists are shared, owned, or grown already."""
    draft = Draft(State(big_state()))
    expected = big_state()
    running = StateHash.of(draft.root)
    for turn in range(3):
        assert not apply_content(draft, encode(list(HALF_WAY[at])))
        running.add_changes(draft)
        if publish:
            draft.publish()
        assert draft.present.plain() == expected
        for kind, payload in (
            ("MemoryWrite", {"key": f"turn{turn}", "value": turn}),
            ("Observation", {"obs_type": "message", "source": "t", "data": turn}),
        ):
            apply_event(draft, kind, payload)
            running.add_changes(draft)
        expected["memory"][f"turn{turn}"] = turn
        expected["messages"].append({"role": "t", "content": turn})
    assert draft.publish().plain() == expected
    assert running.digest() == StateHash.of(expected).digest()


@pytest.fixture(scope="module", params=[2, 256])
def width(request: pytest.FixtureRequest) -> Iterator[None]:
    """Maps become wide beyond two members, so that small ones show what wide ones do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(draft_module, "MIN_OVERLAY_MEMBERS", request.param)
        yield


runs = st.lists(st.tuples(events, st.booleans()), max_size=25)


ANSWER_TO_NOTHING = {
    "tool_name": "search",
    "request_hash": "h1",
    "output": 0,
    "success": False,
    "error": None,
    "ops": [],
}


@settings(max_examples=tries(20, long=150), deadline=None)
@example([(("ToolResponse", ANSWER_TO_NOTHING), True)])
@given(runs)
def test_published_states_never_change_and_the_hash_follows(
    width: None, run: list[tuple[tuple[str, dict[str, Any]], bool]]
) -> None:
    draft, running, quick = Draft(EMPTY), StateHash(), BulkReducer()
    published: list[tuple[State, bytes]] = []
    for (kind, payload), publish in run:
        content = encode([kind, payload])
        before = encode(draft.present.plain())
        applied = apply_content(draft, content)
        running.add_changes(draft)
        plain = draft.present.plain()
        assert_real(plain)
        after = encode(plain)
        assert applied or after == before
        assert running.digest() == StateHash.of(draft.root).digest() == StateHash.of(plain).digest()
        assert quick.fold([content]).refused == ([] if applied else [0])
        if publish:
            published.append((draft.publish(), after))
            assert_changes_lead(before, draft.changes, after)
    assert encode(quick.present.plain()) == encode(draft.present.plain())
    for state, raw in published:
        assert encode(state.plain()) == raw


def assert_real(value: Any) -> None:
    """Nothing but real dicts and lists is left in a plain state."""
    assert type(value) in (dict, list, str, bytes, int, float, bool, type(None))
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        assert_real(child)


def assert_changes_lead(before: bytes, changes: tuple[StateChange, ...], after: bytes) -> None:
    """The changes that were told lead from the one state to the other."""
    root: Any = decode(before)
    for change in changes:
        here = root
        for key in change.path[:-1]:
            here = here[key]
        if change.new is ABSENT:
            del here[change.path[-1]]
        elif isinstance(here, list) and change.old is ABSENT:
            here.append(change.new)
        else:
            here[change.path[-1]] = copy.deepcopy(change.new)
    assert encode(plain_of(root)) == after  # what is new may hold maps of a published state


def plain_of(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: plain_of(member) for key, member in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [plain_of(item) for item in value]
    return value


def test_bulk_reducers_share_no_state() -> None:
    decision = encode(["Decision", {"decision_type": "plan", "data": 1}])
    for reducer in (BulkReducer(), BulkReducer()):
        assert reducer.root == {}
        reducer.fold([decision])
    assert EMPTY.root == {}
