"""The bulk reducer does the same as the reducer, for any events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay_gui.core.log import fast_events
from replay_gui.core.log.canonical import encode
from replay_gui.core.log.chain import request_hash
from replay_gui.core.log.fast_events import EventDecoder, indexes_not_canonical
from replay_gui.core.replay.snapshot_codec import large_members
from replay_gui.core.state.bulk_reducer import BulkReducer
from replay_gui.core.state.draft import Draft
from replay_gui.core.state.reducer import apply_content
from replay_gui.core.state.state import EMPTY, MIN_OVERLAY_MEMBERS
from replay_gui.core.state.work_limit import TooMuchWork
from tests.helpers.effort import tries
from tests.helpers.kept_indexes import SnapshotFile

NAMES = st.sampled_from(["a", "b", "search", "last", ""])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["x", "y"]) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2),
    max_leaves=4,
)
PATHS = st.sampled_from(
    [
        *("/memory/a", "/messages/0", "/messages/-", "/tools", "/tools/a/calls", "/tools/a/denied", "/pending", "/z"),
        *("/memory", "/messages", f"/pending/{request_hash('a', '', None)}", "/errors", "/errors/count", "/patches/a"),
        *("/z/a", "/z/b/c", "/z/a/0", "/z/-", "/z/0", "/y", "/y/-", "/y/-", "/y/0", "/y/a/-", "/y/a/b", "/~01/a", ""),
    ]
)
OPS = st.lists(
    st.fixed_dictionaries({"op": st.sampled_from(["add", "replace", "remove"]), "path": PATHS, "value": VALUES}),
    max_size=3,
)

OWN_PATHS = [
    *("/z", "/y", "/x", "/z/a", "/z/a/b", "/z/b", "/z/-", "/z/0", "/z/a/-", "/y/-", "/y/-", "/y/a", "/y/1", "/x/a~1"),
    *("/y/0/a", "/z/a/b/c/d/e/f/g"),
]
OWN_VALUES = st.sampled_from([{}, [], {"a": {}}, {"a": []}, [{}], {"a": {"b": 1}}, 1])
OWN_OPS = st.lists(
    st.fixed_dictionaries({"op": st.just("add"), "path": st.sampled_from(OWN_PATHS), "value": OWN_VALUES})
    | st.fixed_dictionaries({"op": st.just("replace"), "path": st.sampled_from(OWN_PATHS), "value": OWN_VALUES})
    | st.fixed_dictionaries({"op": st.just("remove"), "path": st.sampled_from(OWN_PATHS)}),
    min_size=1,
    max_size=3,
)


def event(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    return st.fixed_dictionaries(fields).map(lambda payload: (kind, payload))


HASHES = st.sampled_from([request_hash("a", "", None), request_hash("b", "", 1), "none"])
INPUTS, MAYBE = st.sampled_from([None, 1]), st.none() | NAMES
EVENTS = st.one_of(
    event("AgentInit", agent_type=NAMES, agent_version=NAMES, config=st.dictionaries(NAMES, VALUES, max_size=2)),
    event("StateTransition", transition_type=NAMES, phase=NAMES),
    event(
        "ToolRequest",
        tool_name=NAMES,
        tool_version=st.just(""),
        input=INPUTS,
        capabilities=st.just([]),
    ),
    event(
        "ToolResponse",
        tool_name=NAMES,
        request_hash=HASHES,
        output=VALUES,
        success=st.booleans(),
        error=st.none() | NAMES,
    ),
    event("CapabilityDenied", capability=NAMES, tool_name=NAMES, reason=NAMES),
    event("Observation", obs_type=st.sampled_from(["message", "b"]), source=NAMES, data=VALUES),
    event("Decision", decision_type=st.sampled_from(["message", "b"]), data=VALUES, reasoning=MAYBE),
    event("MemoryWrite", key=NAMES, operation=st.sampled_from(["set", "delete"]), value=VALUES),
    event("MemoryWrite", key=NAMES),  # no value: does not apply
    event("MemoryRead", key=NAMES | st.integers(-9, 9)),
    event("Error", error_type=NAMES, message=NAMES, component=NAMES, recoverable=st.booleans()),
    event("PatchProposal", patch_hash=NAMES, patch_type=NAMES, target=NAMES, patch=VALUES, reasoning=MAYBE),
    event("PatchApplied", patch_hash=NAMES),
    event("PatchRejected", patch_hash=NAMES, reason=NAMES, stage=NAMES),
    event("PatchApplied", patch_hash=NAMES, further=VALUES),
    event("PatchApplied", patch_hash=NAMES, details=VALUES, fields=VALUES),
    event("MemoryWrite", key=st.sampled_from(["a", "k" * 1025, "k" * 4097]), value=st.just(1), further=VALUES),
    event("x:own", anything=VALUES),
    event("x:own", tool_name=VALUES, further=VALUES),
    event("Observation", obs_type=NAMES, source=NAMES, data=VALUES, tool_name=NAMES),
    event("Error", error_type=NAMES, message=NAMES, component=NAMES, recoverable=st.booleans(), further=VALUES),
    event("MemoryWrite", key=NAMES, value=VALUES.map(lambda value: [[[[{"a": [[[value]]]}]]]])),
    event("x:own", ops=OPS),
    event("Observation", obs_type=NAMES, source=NAMES, data=VALUES, ops=OPS),
    event("x:own", ops=OWN_OPS),
    event("x:own", ops=OWN_OPS),
    event("StateTransition", transition_type=NAMES, phase=NAMES, ops=OWN_OPS),
    event("MemoryWrite", key=NAMES, ops=OWN_OPS),
    event("MemoryWrite", key=NAMES, value=VALUES, ops=OWN_OPS),
    event("PatchApplied", patch_hash=NAMES, ops=OWN_OPS),
    event(
        "ToolRequest", tool_name=NAMES, tool_version=st.just(""), input=INPUTS, capabilities=st.just([]), ops=OWN_OPS
    ),
).map(encode)
CONTENTS = st.lists(EVENTS | st.binary(max_size=6), max_size=40)


@pytest.fixture(autouse=True, scope="module")
def _structures_for_few_events() -> Iterator[None]:
    """Any other form makes structures, as in a long log."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fast_events, "_MIN_OTHERS", 1)
        yield


@given(CONTENTS)
@settings(max_examples=tries(20, long=200), deadline=None)
def test_it_does_the_same_as_the_reducer(contents: list[bytes]) -> None:
    draft, quick = Draft(EMPTY), BulkReducer()
    expected = [i for i, content in enumerate(contents) if not apply_content(draft, content)]
    assert quick.fold(contents).refused == expected
    root = _plain(quick.root)
    assert encode(draft.publish().plain()) == encode(root)
    assert list(draft.root) == list(root)  # created in the same order


@given(st.lists(CONTENTS, min_size=2, max_size=4))
@settings(max_examples=tries(20, long=200), deadline=None)
def test_it_does_the_same_with_structures_for_further_fields(blocks: list[list[bytes]]) -> None:
    draft, quick, decoder = Draft(EMPTY), BulkReducer(), EventDecoder()
    for contents in blocks:
        expected = [i for i, content in enumerate(contents) if not apply_content(draft, content)]
        assert quick.fold(contents, decoder.decode(contents)).refused == expected
    assert encode(draft.publish().plain()) == encode(_plain(quick.root))
    assert list(draft.root) == list(quick.root)


@given(st.lists(CONTENTS, min_size=2, max_size=4))
@settings(max_examples=tries(40, long=400), deadline=None)
def test_values_that_stay_packed_give_the_same(blocks: list[list[bytes]]) -> None:
    draft, packed, decoder = Draft(EMPTY), BulkReducer(packed=True), EventDecoder()
    for contents in blocks:
        events = EventDecoder().decode(contents)
        odd = {*indexes_not_canonical(events, contents), *(i for i, event in enumerate(events) if event is None)}
        sound = [content for i, content in enumerate(contents) if i not in odd]
        expected = [i for i, content in enumerate(sound) if not apply_content(draft, content)]
        decoded, middle = decoder.decode(sound, packed.is_packed), len(sound) // 2
        refused = packed.fold(sound[:middle], decoded[:middle]).refused
        refused += [middle + i for i in packed.fold(sound[middle:], decoded[middle:]).refused]
        assert refused == expected
    packed.unpack()
    assert encode(draft.publish().plain()) == encode(_plain(packed.root))
    assert list(draft.root) == list(packed.root)


def test_values_stay_packed_until_an_event_needs_them() -> None:
    write = encode(("MemoryWrite", {"key": "a", "value": {"b": [1]}}))
    change = encode(("x:own", {"ops": [{"op": "add", "path": "/memory/a/b/-", "value": 2}]}))
    packed = BulkReducer(packed=True)
    packed.fold([write])
    assert type(packed.root["memory"]["a"]) is msgspec.Raw
    assert packed.fold([write, change, write.replace(b"\xa1a", b"\xa1c")]).refused == []
    assert packed.root == {"memory": {"a": {"b": [1, 2]}, "c": {"b": [1]}}}
    assert not packed.is_packed


@given(CONTENTS, CONTENTS)
@settings(max_examples=tries(20, long=150), deadline=None)
def test_a_keyframe_and_a_difference_give_the_state(before: list[bytes], after: list[bytes]) -> None:
    quick = BulkReducer()
    quick.fold(_many() + before)
    file, large = SnapshotFile(), large_members(quick.root)
    keyframe = file.state(file.add(quick.root, quick.changed))
    assert encode(keyframe.plain()) == encode(_plain(quick.root))
    quick.forget_changes()
    quick.fold(after)
    difference = file.add(quick.root, quick.changed, (large, quick.changed))
    assert encode(file.state(difference, keyframe).plain()) == encode(_plain(quick.root))


@given(st.booleans(), CONTENTS, CONTENTS, CONTENTS)
@settings(max_examples=tries(20, long=150), deadline=None)
def test_it_continues_from_any_state_without_changing_it(
    large: bool, before: list[bytes], between: list[bytes], after: list[bytes]
) -> None:
    draft = Draft(EMPTY)
    for content in (_many() if large else []) + before:
        apply_content(draft, content)
    begin = draft.publish()
    states, quick = [begin], BulkReducer(begin)
    expected = [encode(begin.plain())]
    for part in (between, after):
        refused = [i for i, content in enumerate(part) if not apply_content(draft, content)]
        assert quick.fold(part).refused == refused
        states.append(quick.publish())
        expected.append(encode(draft.publish().plain()))
    assert [encode(state.plain()) for state in states] == expected


@pytest.mark.parametrize("max_work", range(0, 900, 30))
def test_it_stops_at_the_event_that_goes_over_the_limit_of_work(max_work: int) -> None:
    """Groups of events are applied one after another, but work is counted in the order of the events."""
    row = {str(i): i for i in range(100)}
    odd = [("/patches", {"a": row, "b": [1]}), ("/errors", {"count": -1, "last": row}), ("/pending", {"a": row})]
    ops = [{"op": "add", "path": path, "value": value} for path, value in odd]
    record = {"error_type": "t", "message": "m", "component": "c", "recoverable": True}
    answered = {"tool_name": "b", "request_hash": "a", "output": 1, "success": True, "error": None}
    events = [("Error", record), ("PatchApplied", {"patch_hash": "b"}), ("ToolResponse", answered)] * 3
    contents = [*map(encode, [("x:own", {"ops": ops}), *events, ("x:own", {"ops": ops[:1]}), *events])]
    together, single = BulkReducer(max_work=max_work), BulkReducer(max_work=max_work)
    assert _stops_at(together, [contents]) == _stops_at(single, [[content] for content in contents])


def _stops_at(reducer: BulkReducer, parts: list[list[bytes]]) -> int | None:
    for number, part in enumerate(parts):
        try:
            reducer.fold(part)
        except TooMuchWork as why:
            return number + why.number
    return None


def _many() -> list[bytes]:
    """Events that make memory and messages large."""
    writes = [encode(("MemoryWrite", {"key": f"key {i}", "value": i})) for i in range(MIN_OVERLAY_MEMBERS + 2)]
    record = {"obs_type": "message", "source": "user"}
    return writes + [encode(("Observation", {**record, "data": str(i)})) for i in range(MIN_OVERLAY_MEMBERS + 2)]


def _plain(value: Any) -> Any:
    """Real dicts and lists, whatever stands in for them."""
    if hasattr(value, "plain"):
        value = value.plain()
    if isinstance(value, dict):
        return {key: _plain(child) for key, child in value.items()}
    return [_plain(child) for child in value] if isinstance(value, list) else value
