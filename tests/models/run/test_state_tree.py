from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, QTimer
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from replay_gui.core.state import first_keys
from replay_gui.core.state.first_keys import SHOWN_KEYS
from replay_gui.core.state.state import ABSENT, StateChange
from replay_gui.core.state.state_changes import StateChanges
from replay_gui.models.run import state_tree
from replay_gui.models.run.state_tree import StateTree

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture
def tree(qtbot: QtBot) -> StateTree:
    model = StateTree()
    model.tester = QAbstractItemModelTester(  # type: ignore[attr-defined]
        model, QAbstractItemModelTester.FailureReportingMode.Fatal, model
    )
    return model


def paths(tree: StateTree) -> list[Any]:
    return [tree.row(i).path for i in range(tree.rowCount())]


def test_expansion_survives_moving_on(tree: StateTree) -> None:
    tree.show({"a": {"x": 1}, "b": {"y": 1}})
    tree.set_expanded(0, True)
    assert paths(tree) == [("a",), ("a", "x"), ("b",)]
    tree.show({"a": {"x": 2, "z": 3}, "b": {"y": 1}, "c": 1})
    assert paths(tree) == [("a",), ("a", "x"), ("a", "z"), ("b",), ("c",)]
    tree.show({"b": {}})
    tree.show({"a": {"x": 1}})
    assert paths(tree) == [("a",), ("a", "x")]


def test_rows_that_stay_are_not_reset(tree: StateTree, qtbot: QtBot) -> None:
    tree.show({"a": 1, "m": 2, "z": 3})
    last = QPersistentModelIndex(tree.index(2, 0))
    with qtbot.assertNotEmitted(tree.modelReset):
        tree.show({"a": 1, "b": 5, "m": 2, "z": 4})
    assert last.isValid()
    assert last.row() == 3
    assert tree.data(tree.index(3, 0)) == "z 4"


def test_what_the_event_opens_can_be_closed(tree: StateTree) -> None:
    tree.show({"a": {"x": 2}}, StateChanges([StateChange(("a", "x"), 1, 2)]))
    assert paths(tree) == [("a",), ("a", "x")]
    tree.set_expanded(0, False)
    assert paths(tree) == [("a",)]
    tree.activate(0)
    assert paths(tree) == [("a",), ("a", "x")]


def test_more_shows_more(tree: StateTree) -> None:
    tree.show({f"{i:04}": i for i in range(450)})
    assert tree.rowCount() == 201
    tree.activate(200)
    assert tree.rowCount() == 401
    tree.activate(400)
    assert tree.rowCount() == 450


def test_values_and_parents(tree: StateTree) -> None:
    tree.show({"a": {"x": [1, 2]}}, StateChanges([StateChange(("a", "gone"), "was", ABSENT)]))
    assert [tree.value(i) for i in range(3)] == [{"x": [1, 2]}, "was", [1, 2]]
    assert tree.parent_row(2) == 0
    assert tree.parent_row(0) == 0
    assert tree.row_of(("a", "x")) == 2
    assert tree.row_of(("b",)) is None


def test_search_and_changed_only(tree: StateTree) -> None:
    tree.show({"a": {"x": 1}, "b": 2}, StateChanges([StateChange(("b",), 1, 2)]))
    tree.set_needle("x")
    assert paths(tree) == [("a",), ("a", "x")]
    tree.set_needle("")
    tree.set_changed_only(True)
    assert paths(tree) == [("b",)]


def test_rows_speak(tree: StateTree) -> None:
    tree.show({"a": 2}, StateChanges([StateChange(("a",), 1, 2)]))
    assert tree.data(tree.index(0, 0), Qt.ItemDataRole.AccessibleTextRole) == "a, 2, changed, before: 1"
    assert tree.data(QModelIndex()) is None


trees = st.recursive(
    st.integers(0, 3), lambda inner: st.dictionaries(st.sampled_from("abcd"), inner, max_size=3), max_leaves=10
)
roots = st.dictionaries(st.sampled_from("abcd"), trees, max_size=4)


@given(st.lists(roots, max_size=6))
def test_any_sequence_of_states_keeps_the_model_sound(states: list[dict[str, Any]]) -> None:
    model, fresh = StateTree(), StateTree()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for tree in (model, fresh):
        for path in (("a",), ("b",), ("a", "b")):
            tree.expand_path(path)
    for state in states:
        model.show(state)
    fresh.show(states[-1] if states else {})
    assert paths(model) == paths(fresh)
    assert tester is not None


def test_a_long_search_goes_on_in_other_turns(tree: StateTree, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_tree, "MEMBERS_PER_TURN", 50)
    tree.show({"a": list(range(200)), "z": {"needle": 1}})
    tree.set_needle("needle")
    assert not tree.complete
    assert paths(tree) == []
    qtbot.waitUntil(lambda: tree.complete)
    assert paths(tree) == [("z",), ("z", "needle")]
    tree.show({"a": list(range(200)), "y": "a needle"})
    tree.set_needle("")
    assert tree.complete
    assert not tree.findChild(QTimer).isActive()
    assert tree.rowCount() == 2


def test_the_first_keys_of_a_wide_state_are_those_that_it_is_told(
    tree: StateTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = {f"{n:04}": n for n in range(1_000)}
    monkeypatch.setattr(first_keys, "nsmallest", None)
    tree.show(state, first_keys={(): sorted(state)[:SHOWN_KEYS]})
    assert tree.rowCount() == SHOWN_KEYS + 1
    assert tree.row(SHOWN_KEYS - 1).key == "0199"
