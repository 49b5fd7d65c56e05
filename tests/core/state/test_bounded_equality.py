"""What is called equal is equal, and what would take long to compare is not called anything."""

from __future__ import annotations

from typing import Any

import pytest

from replay_gui.core.state.bounded_equality import MAX_MEMBERS, BoundedEquality
from replay_gui.core.state.state import ABSENT, OverlayMap


@pytest.mark.parametrize(
    ("a", "b", "equal"),
    [
        ({"n": [1]}, {"n": [1]}, True),
        ({"n": [1]}, {"n": [1.0]}, False),
        ({"n": [1]}, {"n": [True]}, False),
        ({"n": 1}, {"m": 1}, False),
        ([], {}, False),
        ([1], (1,), True),
        (OverlayMap({"a": 1}), {"a": 1}, True),
        ("x", b"x", False),
        (None, ABSENT, False),
        (ABSENT, ABSENT, True),
        ([*range(MAX_MEMBERS + 1)], [*range(MAX_MEMBERS + 1)], None),
        ([*range(MAX_MEMBERS + 1)], [*range(MAX_MEMBERS)], False),
        ("x" * MAX_MEMBERS * 65, "x" * MAX_MEMBERS * 64 + "y" * MAX_MEMBERS, None),
        ({"a": ["x" * MAX_MEMBERS * 65], "b": 0}, {"a": ["y" + "x" * (MAX_MEMBERS * 65 - 1)], "b": 1}, False),
    ],
)
def test_values_are_equal_with_their_types_or_not_known(a: Any, b: Any, equal: bool | None) -> None:
    assert BoundedEquality().equal(a, b) is equal


def test_many_comparisons_have_one_bound() -> None:
    equality = BoundedEquality()
    found = [equality.equal([*range(1000, 1100)], [*range(1000, 1100)]) for _ in range(MAX_MEMBERS // 100 + 3)]
    assert found == [True] * (MAX_MEMBERS // 100) + [None] * 3
    assert equality.equal([], []) is True
