from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from replay_gui.core.index.run_index import FLAG_FAILED, NO_TIME, RunIndex
from replay_gui.core.log.kinds import KINDS
from replay_gui.core.log.positions import Position
from replay_gui.core.readable.meta_words import meta_words
from replay_gui.core.text.clock import since_start
from replay_gui.core.text.wording import cost_text
from replay_gui.models.run.event_words import event_words

INDEX = RunIndex(
    tools=("search",),
    kind=np.array([KINDS.index(k) for k in ("AgentInit", "ToolRequest", "Decision", "ToolResponse")], np.uint16),
    tool=np.array([-1, 0, -1, 0], np.int32),
    time=np.array([0, 10**9, 2 * 10**9, 192_480 * 10**6], np.int64),
    duration=np.array([-1, 2_390 * 10**6, -1, 2_390 * 10**6], np.int64),
    pair=np.array([-1, 3, -1, 1], np.int32),
    flags=np.array([0, 0, 0, FLAG_FAILED], np.uint8),
)


@pytest.mark.parametrize(
    ("position", "words"),
    [
        (1, "1 · Agent\n+0:00.000"),
        (2, "2 · search →\n+0:01.000 · 2.39 s · answered in 4"),
        (4, "4 · ← search\n+3:12.480 · 2.39 s · asked in 2 · failed"),
    ],
)
def test_an_event_in_words(position: int, words: str) -> None:
    assert event_words(INDEX, Position(position)) == words


def test_without_times_nothing_is_made_up() -> None:
    assert event_words(replace(INDEX, time=np.full(4, NO_TIME, np.int64)), Position(3)) == "3 · Assistant"


def test_hostile_names_stay_on_one_line() -> None:
    words = event_words(replace(INDEX, tools=("a\n\u202eb\x00",)), Position(3))
    assert "\u202e" not in event_words(replace(INDEX, tools=("a\n\u202eb\x00",)), Position(2))
    assert words.count("\n") == 1


@pytest.mark.parametrize(
    ("ns", "words"),
    [
        (0, "+0:00.000"),
        (-1_500_000_000, "-0:01.500"),
        (3_792_480_000_000, "+1:03:12.480"),
        (59_999_999_999, "+0:59.999"),
    ],
)
def test_since_start(ns: int, words: str) -> None:
    assert since_start(ns) == words


def test_what_a_call_took_and_cost_is_in_words() -> None:
    assert meta_words(
        {
            "cost": 0.01234,
            "tokens": {"input": 12_345, "cache_read": 7},
            "model": "m\u202e",
            "duration": 2_390_000_000,
            "time": 1_700_000_000_123_000_000,
            "host": "h",
        }
    ) == {
        "time": "2023-11-14 22:13:20.123 UTC",
        "duration": "2.39 s",
        "model": "m\\u202e",
        "tokens": "input 12,345 · cache read 7",
        "cost": "$0.012",
    }


def test_what_has_another_form_is_left_to_others() -> None:
    assert meta_words({"time": 1 << 62 << 60, "duration": -1, "tokens": ["a"], "cost": True, "model": 3}) == {}
    assert meta_words({"tokens": {}, "cost_usd": 12.5}) == {"cost_usd": "$12.50"}
    assert meta_words({"total_cost": 0.5}) == {"total_cost": "$0.50"}, "as the totals count it"


def test_costs_in_words() -> None:
    record = {0.0: "$0.00", 1234.5: "$1,234.50", 0.1: "$0.10", 0.05: "$0.05", 0.0042: "$0.0042"}
    record |= {1e-7: "$0.0000001", 1e-12: "$0.00"}
    assert {dollars: cost_text(dollars) for dollars in record} == record
