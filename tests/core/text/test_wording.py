"""Counts and durations in words."""

from __future__ import annotations

import pytest

from replay_gui.core.text.wording import duration_text, plural

DURATIONS = [
    (None, ""),
    (0, "0 s"),
    (2_000, "2 µs"),
    (41_000_000, "41 ms"),
    (2_390_000_000, "2.39 s"),
    (60_000_000_000, "1 min"),
    (245_000_000_000, "4 min 5 s"),
    (7_500_000_000_000, "2 h 5 min"),
    (90_061_000_000_000, "1 d 1 h"),
    (86_461_000_000_000, "1 d 1 min"),
]
ESTIMATES = [(0, "1 s"), (12_400_000_000, "12 s"), (59_600_000_000, "1 min"), (125_000_000_000, "2 min 5 s")]


@pytest.mark.parametrize(("ns", "words"), DURATIONS)
def test_duration(ns: int | None, words: str) -> None:
    assert duration_text(ns) == words


@pytest.mark.parametrize(("ns", "words"), ESTIMATES)
def test_an_estimate_is_in_whole_seconds(ns: int, words: str) -> None:
    assert duration_text(ns, whole_seconds=True) == words


@pytest.mark.parametrize(("number", "words"), [(0, "0 keys"), (1, "1 key"), (1_234, "1,234 keys")])
def test_plural(number: int, words: str) -> None:
    assert plural(number, "key") == words


def test_a_plural_of_its_own() -> None:
    assert plural(2, "mismatch", "mismatches") == "2 mismatches"
