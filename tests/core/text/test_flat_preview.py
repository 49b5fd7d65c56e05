"""Lines that a program recorded for itself, in words."""

from __future__ import annotations

from typing import Any

import pytest

from replay_gui.core.log.event import Event
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.text.event_text import summarize_event
from replay_gui.core.text.flat_preview import record_preview
from tests.helpers.foreign import read_all
from tests.helpers.paths import DATA

REQUEST = {"op": "litellm.completion", "request": {"model": "m", "temperature": 0, "stop": None, "tools": []}}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (
            {"name": "litellm.completion", "model": "m", "fields": REQUEST},
            "litellm.completion · model: m, temperature: 0",
        ),
        ({"config": {"agent_args": {"model_name": "m"}, "by": "x"}, "n": 1}, "n: 1, by: x, model name: m"),
        ({"a": {"on": True}, "b": {"off": True}}, "on: true, off: true"),
        ({"a": {"spans": [{"x": 1}, {"y": 2}]}, "b": 1}, "b: 1, spans: 2 items"),
        ({"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}, "g": 0}, "g: 0, e: {f: 1}"),
        ({"a": {str(number): number for number in range(9)}, "b": 1}, "b: 1, 0: 0, 1: 1, 2: 2, 3: 3, 4: 4, …"),
        ({"a": 1, "b": 2}, "a: 1, b: 2"),
        ({"text": "words with { in them"}, "words with { in them"),
        ({"a": {"b": None}}, "b: null"),
        ("words", "words"),
    ],
)
def test_maps_are_told_without_brackets(data: Any, words: str) -> None:
    assert record_preview(data) == words


def test_hidden_lines_of_hal_are_words() -> None:
    found = read_all(DATA / "seeds" / "hal" / "0.json")[0].events
    hidden = [one for one in found if one.kind.startswith("x:bookkeeping/")]
    made = [Event(EventIndex(0), 0, 0, "r:0", one.kind, one.payload, {}, b"", None, None, None) for one in hidden]
    assert [*map(summarize_event, made)] == [
        *2 * ["litellm.completion · model: m, temperature: 0"],
        "benchmark name: gaia, model name: m, accuracy: 0.5",
    ]
