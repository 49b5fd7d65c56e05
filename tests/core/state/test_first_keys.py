"""The first keys of a wide map are those of a sorted one, and are found again without a pass over it."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from replay_gui.core.state import first_keys
from replay_gui.core.state.first_keys import SHOWN_KEYS, FirstKeys, WideMaps
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


def test_of_changed_maps_within_the_state_they_are_known_too(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = {f"{n:04}": n for n in range(SHOWN_KEYS + 1)}
    root: Any = {"a": {"wide": OverlayMap(wide)}, "list": [0] * 999, "small": {}, "text": ""}
    maps, touched = WideMaps(), [("a", "wide"), ("a",), ("list",), ("small",), ("text",), ("gone", "x")]
    assert maps.first_keys(root, touched) == {("a", "wide"): sorted(wide)[:SHOWN_KEYS]}
    changed = root["a"]["wide"].copy()
    changed["0000"] = changed["new"] = 1
    monkeypatch.setattr(first_keys, "nsmallest", None)  # found from those of the version before
    assert maps.first_keys({"a": {"wide": changed}}, touched) == {("a", "wide"): sorted(wide)[:SHOWN_KEYS]}
    monkeypatch.undo()
    assert WideMaps().first_keys(dict.fromkeys(map(str, range(999)), wide), [(str(n),) for n in range(999)]).keys() > {
        ()
    }
