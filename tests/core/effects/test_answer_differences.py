"""The first difference of two structured answers."""

from __future__ import annotations

from typing import Any

import pytest

from replay_gui.core.effects.answer_differences import AnswerDifference, first_difference
from replay_gui.core.state.state import ABSENT

_DEEP = "[" * 9 + "]" * 9


@pytest.mark.parametrize(
    ("answer_a", "answer_b", "expected"),
    [
        (
            {"hits": [{"doc": "a"}, {"doc": "b"}]},
            {"hits": [{"doc": "c"}, {"doc": "b"}]},
            ("/hits/0/doc", "a", "c", True),
        ),
        ('{"n": 1, "m": [2]}', {"m": [3], "n": 4}, ("/n", 1, 4, False)),
        ("[1]", "[1, 2]", ("/1", ABSENT, 2, True)),
        ({"at": "2026-01-02T10:00:00Z", "n": 1}, {"at": "2026-01-02T11:00:00Z", "n": 2}, ("/n", 1, 2, True)),
        ({"n": None, "m": 1}, {"m": 2}, ("/m", 1, 2, True)),
    ],
)
def test_maps_and_lists_and_their_json(answer_a: Any, answer_b: Any, expected: tuple[Any, ...]) -> None:
    assert first_difference(answer_a, answer_b) == AnswerDifference(*expected)


@pytest.mark.parametrize(
    ("answer_a", "answer_b"),
    [
        ("a text", "another text"),
        ("[not JSON", "[1]"),
        ('["\ud800"]', "[1]"),
        ({"n": 1}, "a text"),
        ([], {}),
        (_DEEP, "[]"),
        ({"at": "2026-01-02T10:00:00Z"}, {"at": "2026-01-02T11:00:00Z"}),
    ],
)
def test_other_answers_have_no_place(answer_a: Any, answer_b: Any) -> None:
    assert first_difference(answer_a, answer_b) is None
