from __future__ import annotations

from replay_gui.core.state.state import ABSENT, StateChange
from replay_gui.core.state.state_changes import StateChanges


def test_what_was_replaced_and_where() -> None:
    same, gone = StateChange(("a", "same"), {"x": [1]}, {"x": [1]}), StateChange(("l", 3), 1, ABSENT)
    inner, other = StateChange(("a", "b", "c"), 1, 1.0), StateChange(("a", "d"), ABSENT, None)
    changes = StateChanges([same, inner, other, gone])
    assert list(changes) == [same, inner, other, gone]
    assert changes.replaced == {inner.path: inner, other.path: other, gone.path: gone}
    assert changes.touched == {(): {"a", "l"}, ("a",): {"b", "d"}, ("a", "b"): {"c"}, ("l",): {3}}


def test_the_window_computes_nothing_from_them() -> None:
    changes = StateChanges([StateChange(("a",), 1, 2)]).prepare()
    assert {"replaced", "touched"} <= changes.__dict__.keys()
