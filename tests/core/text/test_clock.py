"""Times and spans of time in words."""

from __future__ import annotations

import pytest

from replay_gui.core.text.clock import span_words

SPANS = [
    (None, ""),
    (0, "0 µs"),
    (41_000_000, "41 ms"),
    (2_390_000_000, "2.39 s"),
    (60_000_000_000, "1 min"),
    (245_000_000_000, "4 min 5 s"),
    (7_500_000_000_000, "2 h 5 min"),
    (90_061_000_000_000, "1 d 1 h"),
    (86_461_000_000_000, "1 d 1 min"),
]


@pytest.mark.parametrize(("ns", "words"), SPANS)
def test_span_words(ns: int | None, words: str) -> None:
    assert span_words(ns) == words
