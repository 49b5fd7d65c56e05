"""The state hash equals the formula, computed at once or change by change."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as st

from replay_gui.core.log.canonical import encode
from replay_gui.core.state.draft import Draft
from replay_gui.core.state.reducer import apply_event
from replay_gui.core.state.state import EMPTY
from replay_gui.core.state.state_hash import StateHash, _remembered
from tests.helpers.event_strategies import values
from tests.helpers.reference import reference

states = st.dictionaries(st.text(max_size=3), values, max_size=4)


def by_the_formula(state: dict[str, Any]) -> bytes:
    total = [0] * 1024

    def add(path: list[Any], value: Any) -> None:
        if isinstance(value, dict | list) and value:
            for key, child in value.items() if isinstance(value, dict) else enumerate(value):
                add([*path, key], child)
        elif path:
            vector = blake3(encode([path, value])).digest(length=2048)
            for lane in range(1024):
                total[lane] = (total[lane] + int.from_bytes(vector[2 * lane : 2 * lane + 2], "little")) % (1 << 16)

    add([], state)
    return blake3(b"".join(lane.to_bytes(2, "little") for lane in total)).digest()


@settings(max_examples=25, deadline=None)
@given(states)
def test_the_formula(state: dict[str, Any]) -> None:
    assert StateHash.of(state).digest() == by_the_formula(state)


@settings(deadline=None)
@given(states)
def test_the_independent_reader_agrees(state: dict[str, Any]) -> None:
    assert StateHash.of(state).digest() == reference.state_hash(state)


def test_more_leaves_than_are_summed_at_a_time() -> None:
    state: dict[str, Any] = {"a": {f"k{n}": n for n in range(300)}, "b": list(range(300))}
    assert StateHash.of(state).digest() == by_the_formula(state)
    draft, running = Draft(EMPTY), StateHash()
    apply_event(
        draft, "x:a", {"ops": [{"op": "add", "path": f"/{name}", "value": value} for name, value in state.items()]}
    )
    running.add_changes(draft)
    assert running.digest() == StateHash.of(state).digest()
    apply_event(draft, "x:a", {"ops": [{"op": "remove", "path": "/b/0"}]})
    running.add_changes(draft)
    assert running.digest() == StateHash.of({**state, "b": state["b"][1:]}).digest()


def test_a_queue_of_messages() -> None:
    draft, running = Draft(EMPTY), StateHash()
    before = _remembered.cache_info()
    for number in range(20):
        apply_event(draft, "Decision", {"decision_type": "message", "data": f"message {number}", "reasoning": None})
        running.add_changes(draft)
    after = _remembered.cache_info()
    assert after.hits + after.misses - before.hits - before.misses <= 2, "only those of the new list"
    for _ in range(20):
        apply_event(draft, "x:a", {"ops": [{"op": "remove", "path": "/messages/0"}]})
        running.add_changes(draft)
        assert running.digest() == by_the_formula(draft.root)


def test_the_empty_state_is_zeros() -> None:
    assert StateHash.of({}).digest() == StateHash().digest() == blake3(bytes(2048)).digest()


def test_different_states_have_different_hashes() -> None:
    different: list[dict[str, Any]] = [
        {},
        {"a": 1},
        {"a": 1.0},
        {"a": True},
        {"a": "1"},
        {"a": b"1"},
        {"a": None},
        {"a": []},
        {"a": {}},
        {"a": [1]},
        {"a": {"0": 1}},
        {"b": 1},
        {"a": [1, 2]},
        {"a": [2, 1]},
        {"a": -0.0},
        {"a": 0.0},
        {"a": {"b": 1}},
        {"a/b": 1},
        {"a": [[1]]},
    ]
    assert len({StateHash.of(state).digest() for state in different}) == len(different)


def test_lanes_wrap() -> None:
    state = {f"k{n}": n for n in range(40)}  # so many leaves that every lane is likely to have gone over
    draft, running = Draft(EMPTY), StateHash()
    for key in state:
        apply_event(draft, "x:a", {"ops": [{"op": "add", "path": f"/{key}", "value": state[key]}]})
        running.add_changes(draft)
    for key in state:
        apply_event(draft, "x:a", {"ops": [{"op": "remove", "path": f"/{key}"}]})
        running.add_changes(draft)
    assert running.digest() == StateHash().digest()


def test_a_long_leaf() -> None:
    draft, running = Draft(EMPTY), StateHash()
    for text in ("t" * 5000, "u" * 5000, float("nan"), np.pi):
        apply_event(draft, "MemoryWrite", {"key": "k", "value": text})
        running.add_changes(draft)
        assert running.digest() == StateHash.of({"memory": {"k": text}}).digest()


def test_a_nan_with_other_bits_is_hashed_as_the_canonical_one() -> None:
    odd = struct.unpack(">d", bytes.fromhex("fff8000000000001"))[0]
    with_odd, with_canonical = ({"a": "text", "b": {"c": nan, "d": 1.5}} for nan in (odd, float("nan")))
    assert StateHash.of(with_odd).digest() == StateHash.of(with_canonical).digest()
