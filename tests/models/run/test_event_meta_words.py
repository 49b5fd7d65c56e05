from __future__ import annotations

from replay_gui.core.text.wording import cost_text
from replay_gui.models.run.event_words import meta_words


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
    said = {0.0: "$0.00", 1234.5: "$1,234.50", 0.1: "$0.10", 0.05: "$0.05", 0.0042: "$0.0042"}
    said |= {1e-7: "$0.0000001", 1e-12: "$0.00"}
    assert {dollars: cost_text(dollars) for dollars in said} == said
