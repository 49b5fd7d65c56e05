"""Contents of events, and the histories of values that a comparison of every two states finds."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from replay_gui.core.log.canonical import encode
from replay_gui.core.replay.value_history import value_at
from replay_gui.core.state.draft import Draft
from replay_gui.core.state.reducer import apply_content
from replay_gui.core.state.state import ABSENT, EMPTY
from tests.helpers.event_strategies import events

CONTENTS = st.lists(events.map(encode) | st.none() | st.binary(max_size=6), max_size=30)


def states(contents: Sequence[bytes | None]) -> list[dict[str, Any]]:
    """The state before the first event, and after each one."""
    draft, reached = Draft(EMPTY), [EMPTY.plain()]
    for content in contents:
        if content is not None:
            apply_content(draft, content)
        reached.append(draft.publish().plain())
    return reached


def paths(value: Any, path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """Every path of a value, inner ones too."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {path}.union(*(paths(child, (*path, str(name))) for name, child in members))


def exact(value: Any) -> Any:
    """Something that is equal only for equal values of one type; equal numbers of two types differ."""
    return None if value is ABSENT else encode(value)


def brute_force(reached: Sequence[Any], keys: Sequence[str]) -> list[tuple[int, Any, Any]]:
    values = [exact(value_at(state, keys)) for state in reached]
    return [(i, old, new) for i, (old, new) in enumerate(pairwise(values)) if old != new]


def memory(key: str, value: Any) -> tuple[str, dict[str, Any]]:
    return "MemoryWrite", {"key": key, "value": value}


def operation(op: str, path: str, value: Any = None) -> tuple[str, dict[str, Any]]:
    return "x:own", {"ops": [{"op": op, "path": path} | ({} if op == "remove" else {"value": value})]}
