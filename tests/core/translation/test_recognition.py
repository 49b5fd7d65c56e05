from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.effects.reason_words import reason_words
from replay_gui.core.text.known_sentences import sentence_text
from replay_gui.core.translation.recognition import NUMBER, Recogniser
from tests.core.translation.languages import in_language

_MESSAGES = ("{name} reads (twice)", "{name} reads {text}", "{text}.")
_RECOGNISER = Recogniser(_MESSAGES, {"name": r"\S+"}, within=())


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_message_is_found_with_its_fields(text: str) -> None:
    recogniser = Recogniser(_MESSAGES[1:2], {"name": r"\S+"}, within=())
    assert recogniser.recognised(f"cat reads {text}") == ("{name} reads {text}", {"name": "cat", "text": text})


def test_the_first_message_that_fits_counts() -> None:
    assert _RECOGNISER.recognised("cat reads (twice)") == ("{name} reads (twice)", {"name": "cat"})
    assert _RECOGNISER.recognised("a cat reads it.") == ("{text}.", {"text": "a cat reads it"})
    assert _RECOGNISER.recognised("cat") is None


@pytest.mark.parametrize("number", ["7", "1234", "1,234", "12,345,678"])
def test_a_number_is_a_number(number: str) -> None:
    recogniser = Recogniser(("{n} of {name}",), {"n": NUMBER}, within=())
    assert recogniser.recognised(f"{number} of a") == ("{n} of {name}", {"n": number, "name": "a"})
    assert recogniser.recognised("1,23 of a") is None


def test_a_key_of_digits_is_no_number() -> None:
    with in_language("de"):
        assert sentence_text("no member 20250101") == "kein Feld 20250101"
        assert sentence_text("20250101 in the state is no map") == "20250101 im Zustand ist keine Map"


@pytest.mark.parametrize("name", ["{0.__class__}", "{run}", "{", "}", "%s", "{}", "{key!r:>9}"])
def test_braces_of_a_log_stay(name: str) -> None:
    with in_language("de"):
        assert sentence_text(f"no member {name}") == f"kein Feld {name}"
        assert reason_words(f"{name} is not known") == f"{name} ist nicht bekannt"


@pytest.mark.parametrize(
    "text",
    [
        "a: " * 20_000,
        "observed: " * 20_000,
        "SQL x" + " in a database in memory" * 20_000,
        "not a pointer to a member: x: " * 20_000,
        "the content breaks the format: " * 20_000,
        "Verification: " + "/ events verified,  failures, " * 20_000,
        "State hashes are recorded at " + "1 of 1 " * 20_000,
        "blank lines: 7 (" * 20_000,
        "a: 1 (" * 20_000 + ")",
    ],
)
def test_long_texts_of_a_log_need_little_time_and_no_deep_stack(text: str) -> None:
    with in_language("de"):
        assert len(sentence_text(text)) > 100
        assert len(reason_words(text)) > 100
