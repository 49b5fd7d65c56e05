from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from replay_gui.core.facts import nesting
from replay_gui.core.facts.nesting import Nesting, NestingBuilder
from replay_gui.core.log.positions import Position


def built(*subagents: Any) -> Nesting:
    builder = NestingBuilder()
    for position, subagent in enumerate(subagents, 1):
        builder.add_event(Position(position), {"subagent": subagent} if subagent is not None else {})
    return builder.build()


def runs(found: Nesting) -> list[list[int]]:
    return np.frombuffer(found.runs, "<i4").reshape(-1, 3).tolist()


def test_events_in_a_row_are_one_stretch() -> None:
    found = built(None, ["a"], ["a"], ["b"], ["a"], None, ["a", "c"], ["a", "c"])
    assert found.paths == (("a",), ("b",), ("a", "c"))
    assert runs(found) == [[2, 4, 0], [4, 5, 1], [5, 6, 0], [7, 9, 2]]


def test_a_parent_is_known_before_its_child() -> None:
    assert built(["a", "b"]).paths == (("a",), ("a", "b"))


@pytest.mark.parametrize("odd", ["a", 7, [], [None], {"a": 1}, [""]])
def test_events_without_a_valid_path_belong_to_the_main_agent(odd: Any) -> None:
    assert built(odd) == Nesting()


def test_beyond_the_limits_events_belong_to_the_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nesting, "MAX_PATHS", 2)
    monkeypatch.setattr(nesting, "MAX_STRETCHES", 3)
    found = built(["a"], ["a", "b"], ["a", "c"], ["z"], ["a"], None, ["a"])
    assert found.paths == (("a",), ("a", "b"))
    assert runs(found) == [[1, 2, 0], [2, 3, 1], [3, 4, 0]]
