"""The history of a value is what a comparison of every two states one event apart says of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings

from replay_gui.core.log.canonical import encode
from replay_gui.core.replay.value_history import ValueChange, value_history
from replay_gui.core.state.state import ABSENT
from replay_gui.core.text.json_pointer import split_pointer
from tests.core.replay.brute_force import CONTENTS, brute_force, exact, memory, operation, paths, states
from tests.helpers.effort import tries


def plain(value: Any) -> Any:
    return value.plain() if hasattr(value, "plain") else value


def written(changes: Sequence[ValueChange]) -> list[int]:
    return [int(change.index) for change in changes]


@given(CONTENTS)
@settings(max_examples=tries(20, long=150))
def test_every_path_has_the_history_that_brute_force_finds(contents: list[bytes | None]) -> None:
    reached = states(contents)
    for keys in set().union(*map(paths, reached)) | {("nowhere",), ("messages", "-"), ("messages", "00")}:
        expected = brute_force(reached, keys)
        changes = list(value_history(contents, keys))
        assert written(changes) == [index for index, _, _ in expected]
        if keys:  # large containers below the root are no plain dicts, which the encoding of the root would need
            assert [(exact(plain(c.old)), exact(plain(c.new))) for c in changes] == [(o, n) for _, o, n in expected]


def of(path: str, *contents: tuple[str, dict[str, Any]]) -> list[tuple[int, Any, Any]]:
    return [(c.index, c.old, c.new) for c in value_history(map(encode, contents), split_pointer(path))]


def test_an_equal_value_is_no_change() -> None:
    assert of("/memory/a", memory("a", 1), memory("a", 1), memory("b", 2), memory("a", 2)) == [
        (0, ABSENT, 1),
        (3, 1, 2),
    ]


def test_true_and_one_differ() -> None:
    assert [i for i, _, _ in of("/memory/a", memory("a", 1), memory("a", True), memory("a", 1.0))] == [0, 1, 2]


def test_a_value_comes_and_goes_with_its_container() -> None:
    deleted = ("MemoryWrite", {"key": "a", "operation": "delete"})
    assert of("/memory/a/x", memory("a", {"x": 1}), memory("a", {"y": 1}), memory("a", {"x": 1}), deleted) == [
        (0, ABSENT, 1),
        (1, 1, ABSENT),
        (2, ABSENT, 1),
        (3, 1, ABSENT),
    ]


def test_an_item_moves_when_one_is_inserted_before_it() -> None:
    history = of("/l/1", operation("add", "/l", [1, 2]), operation("add", "/l/0", 0), operation("remove", "/l/0"))
    assert history == [(0, ABSENT, 2), (1, 2, 1), (2, 1, 2)]


def test_an_event_that_does_and_undoes_changes_nothing() -> None:
    both = ("x:own", {"ops": [{"op": "add", "path": "/a", "value": 1}, {"op": "remove", "path": "/a"}]})
    assert of("/a", both) == []
    assert [i for i, _, _ in of("", both, memory("a", 1))] == [1]


def test_values_stay_as_they_were_while_the_run_goes_on() -> None:
    changes = of("/memory", memory("a", 1), memory("b", 2), memory("a", 3))
    assert [(old, new) for _, old, new in changes] == [
        (ABSENT, {"a": 1}),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": 1, "b": 2}, {"a": 3, "b": 2}),
    ]
