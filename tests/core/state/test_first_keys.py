"""The first keys of a wide map are those of a sorted one, and are found again without a pass over it."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from replay_gui.core.state import first_keys
from replay_gui.core.state.first_keys import FirstKeys
from replay_gui.core.state.state import OverlayMap


def test_they_are_the_first_of_all_versions_of_a_map() -> None:
    random, keys = Random(1), FirstKeys()
    value: Any = OverlayMap({f"{n:05}": n for n in random.sample(range(50_000), 5_000)})
    for _ in range(300):
        value = value.copy()
        name = f"{random.randrange(60):05}"
        if name in value and random.random() < 0.5:
            del value[name]
        else:
            value[name] = 0
        assert keys.of(value, 50) == sorted(value)[:50]


def test_what_is_known_is_not_looked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    keys, value = FirstKeys(), {f"{n:03}": n for n in range(999, -1, -1)}
    keys.remember_keys(value, ["000", "001"])
    monkeypatch.setattr(first_keys, "nsmallest", None)
    assert keys.of(value, 2) == ["000", "001"]
    monkeypatch.undo()
    assert keys.of({**value}, 2) == ["000", "001"]
    assert keys.of(value, 3) == ["000", "001", "002"]
