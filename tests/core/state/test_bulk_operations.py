"""Operations in a group do the same as the reducer, where they depend on one another or share values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay_gui.core.log import fast_events
from replay_gui.core.log.canonical import MAX_DEPTH, encode
from replay_gui.core.replay.snapshot_codec import large_members
from replay_gui.core.state import bulk_operations
from replay_gui.core.state.bulk_reducer import BulkReducer
from replay_gui.core.state.draft import Draft
from replay_gui.core.state.reducer import apply_content
from replay_gui.core.state.state import EMPTY, MIN_OVERLAY_MEMBERS, State
from replay_gui.core.state.work_limit import TooMuchWork
from tests.helpers.effort import tries
from tests.helpers.kept_indexes import SnapshotFile

LONG = [[i] for i in range(MIN_OVERLAY_MEMBERS + 2)]
WIDE = {f"k{i}": {"n": i} for i in range(MIN_OVERLAY_MEMBERS + 2)}
BEGIN = {"a": {"b": {"c": {}, "d": [1]}, "l": [1, {"x": {}}]}, "l": [[1], {}, 2], "long": LONG, "wide": WIDE}
PATHS = [
    *("/a", "/l", "/new", "/a/b", "/a/new", "/a/b/c", "/a/b/c/e", "/a/b/d/-", "/a/b/d/0", "/a/l/1/x/y", "/l/-", "/l/0"),
    *(
        "/l/0/-",
        "/l/1/e",
        "/l/9",
        "/long/-",
        "/long/3",
        "/long/3/-",
        "/wide/k3",
        "/wide/k3/n",
        "/wide/new",
        "/a/none/x",
    ),
]
VALUES = [{}, [], 1, {"b": {"c": {}}}, [{"x": {}}]]


def operation(op: str, path: str, value: Any = None) -> dict[str, Any]:
    return {"op": op, "path": path} if op == "remove" else {"op": op, "path": path, "value": value}


OPERATIONS = st.builds(
    operation, st.sampled_from(["add", "add", "replace", "remove"]), st.sampled_from(PATHS), st.sampled_from(VALUES)
)
EVENTS = st.lists(st.lists(OPERATIONS, min_size=1, max_size=3), min_size=1, max_size=12)


@pytest.fixture(autouse=True, scope="module")
def _structures_for_few_events() -> Iterator[None]:
    """Any other form makes structures, as in a long log."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fast_events, "_MIN_OTHERS", 1)
        yield


def contents_of(events: list[list[dict[str, Any]]]) -> list[bytes]:
    return [encode(("x:own", {"ops": operations})) for operations in events]


def begun() -> tuple[Draft, State]:
    """A draft with members that differ in kind and size, and its state."""
    draft = Draft(EMPTY)
    for name, value in BEGIN.items():
        assert apply_content(draft, contents_of([[operation("add", f"/{name}", value)]])[0])
    for path in ("/long/-", "/wide/more"):
        assert apply_content(draft, contents_of([[operation("add", path, 1)]])[0])
    return draft, draft.publish()


def plain(value: Any) -> Any:
    """Real dicts and lists, whatever stands in for them, with the order of keys."""
    if hasattr(value, "plain"):
        value = value.plain()
    if isinstance(value, dict):
        return [(key, plain(child)) for key, child in value.items()]
    return [plain(child) for child in value] if isinstance(value, list) else value


@given(EVENTS, EVENTS, st.sampled_from([2, 4096]))
@settings(max_examples=tries(120, long=1500), deadline=None)
def test_they_do_the_same_as_the_reducer(
    first: list[list[dict[str, Any]]], second: list[list[dict[str, Any]]], owned: int
) -> None:
    """Also the order of keys, and no state that was published before is changed."""
    draft, begin = begun()
    before, quick = encode(begin.plain()), BulkReducer(begin)
    states = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk_operations, "_MAX_OWNED", owned)
        for events in (first, second):
            contents = contents_of(events)
            refused = [i for i, content in enumerate(contents) if not apply_content(draft, content)]
            assert quick.fold(contents).refused == refused
            expected = draft.publish()
            assert plain(quick.root) == plain(expected.root)
            states.append((quick.publish(), encode(expected.plain())))
    assert encode(begin.plain()) == before
    assert [encode(state.plain()) for state, _ in states] == [raw for _, raw in states]


@given(EVENTS, EVENTS)
@settings(max_examples=tries(40, long=600), deadline=None)
def test_the_changed_members_are_noted(first: list[list[dict[str, Any]]], second: list[list[dict[str, Any]]]) -> None:
    quick = BulkReducer(begun()[1])
    quick.fold(contents_of(first))
    file, large = SnapshotFile(), large_members(quick.root)
    keyframe = file.state(file.add(quick.root, quick.changed))
    quick.forget_changes()
    quick.fold(contents_of(second))
    difference = file.add(quick.root, quick.changed, (large, quick.changed))
    assert encode(file.state(difference, keyframe).plain()) == encode(quick.present.plain())


@pytest.mark.parametrize("tokens", [1, 7, 8, 40])
@pytest.mark.parametrize("depth", [80, 100, 119, 121, 122])
def test_a_state_that_would_be_too_deep_is_refused(tokens: int, depth: int) -> None:
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    steps = ["/" + "/".join("m" * n) for n in range(1, tokens + 1)]
    events = [[operation("add", path, {})] for path in steps[:-1]] + [[operation("add", steps[-1], value)]] * 2
    draft, contents = Draft(EMPTY), contents_of(events)
    refused = [i for i, content in enumerate(contents) if not apply_content(draft, content)]
    assert refused == ([len(events) - 2, len(events) - 1] if tokens + depth > MAX_DEPTH else [])
    assert BulkReducer().fold(contents).refused == refused
    assert BulkReducer().fold(contents[:-1]).refused == refused[:1]


def test_operations_that_make_an_effect_impossible_are_seen_by_the_events_after_them() -> None:
    """Also those whose own operations are on another member."""
    error = {"error_type": "t", "message": "m", "component": "c", "recoverable": True}
    event = ("Error", {**error, "ops": [operation("add", "/own", 1)]})
    odd = ("x:own", {"ops": [operation("replace", "/errors/count", -5)]})
    again = ("x:own", {"ops": [operation("replace", "/errors/count", 5)]})
    run = [event, event, odd, event, ("Error", error), again, event, ("x:own", {"ops": [operation("remove", "/own")]})]
    contents = [encode(each) for each in run]
    draft, quick = Draft(EMPTY), BulkReducer()
    refused = [i for i, content in enumerate(contents) if not apply_content(draft, content)]
    assert refused == [3, 4]
    assert quick.fold(contents).refused == refused
    assert plain(quick.root) == plain(draft.root)


@pytest.mark.parametrize("max_work", range(0, 180, 7))
def test_work_is_counted_in_the_order_of_the_events(max_work: int) -> None:
    operations = [operation("add", path, [*range(9)]) for path in ("/l", "/l/0", "/l/0/3", "/l/-", "/l/1", "/l/0/0")]
    contents = contents_of([[each] for each in operations * 3])
    stops: list[int | None] = []
    for parts in ([contents], [[content] for content in contents]):
        quick, stop = BulkReducer(max_work=max_work), None
        for number, part in enumerate(parts):
            try:
                quick.fold(part)
            except TooMuchWork as why:
                stop = number + why.number
                break
        stops.append(stop)
    assert stops[0] == stops[1]
    assert (stops[0] is None) == (max_work >= 159)


def test_an_event_whose_operations_are_refused_has_no_effect_and_leaves_no_trace() -> None:
    events = [
        ("x:own", {"ops": [operation("add", "/a", {"x": 1, "y": 2})]}),
        ("x:own", {"ops": [operation("add", "/b", [1])]}),
        ("StateTransition", {"transition_type": "t", "phase": "p", "ops": [operation("remove", "/none")]}),
        ("MemoryWrite", {"key": "k", "value": 1, "ops": [operation("remove", "/a"), operation("remove", "/none")]}),
        ("MemoryWrite", {"key": "k", "value": 1, "ops": [operation("add", "/b/0", 2), operation("add", "/b/9", 2)]}),
        ("MemoryWrite", {"key": "k", "value": 1, "ops": [operation("add", "/b/-", 2), operation("add", "/b/x", 2)]}),
        ("MemoryWrite", {"key": "k", "ops": [operation("add", "/c", 1)]}),
        ("StateTransition", {"transition_type": "t", "phase": "q", "ops": [operation("add", "/d", 1)]}),
    ]
    quick = BulkReducer()
    assert quick.fold([encode(event) for event in events]).refused == [2, 3, 4, 5, 6]
    assert plain(quick.root) == [("a", [("x", 1), ("y", 2)]), ("b", [1]), ("phase", "q"), ("d", 1)]
