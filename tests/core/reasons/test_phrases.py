from __future__ import annotations

import pytest

from replay_gui.core.reasons.phrases import quoted
from replay_gui.core.text.quotation_marks import closed_sentence


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("trial0 told 7", "trial0 told 7."),
        (quoted("It costs 7"), "“It costs 7”."),
        (quoted("It costs 7."), "“It costs 7.”"),
        (f"“a” against {quoted('Seven?')}", "“a” against “Seven?”"),
        (quoted("It costs 7 and more", 12), "“It costs 7 …”"),
    ],
)
def test_a_sentence_has_one_end(words: str, sentence: str) -> None:
    assert closed_sentence(words) == sentence
