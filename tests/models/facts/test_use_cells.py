from __future__ import annotations

import pytest

from replay_gui.core.facts.run_totals import ModelUse
from replay_gui.models.facts.use_cells import use_headings
from tests.core.translation.languages import in_language

USES = [ModelUse("m", tokens={"input": 3, "cached": 1, "audio_in": 2, "": 1})]


@pytest.mark.parametrize(
    ("language", "headings"),
    [
        ("en", ("Model", "Input", "Cached", "Audio in", "Tokens", "Cost")),
        ("de", ("Modell", "Eingabe", "Aus Cache", "Audio in", "Token", "Kosten")),
    ],
)
def test_usual_sorts_of_tokens_are_named_in_the_users_language(language: str, headings: tuple[str, ...]) -> None:
    with in_language(language):
        assert use_headings(USES) == headings
