from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.translation.recognition import recognised

_MESSAGES = ("{name} reads (twice)", "{name} reads {text}", "{text}.")


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_message_is_found_with_its_fields(text: str) -> None:
    assert recognised(f"cat reads {text}", _MESSAGES[1:2], {"name": r"\S+"}) == (
        "{name} reads {text}",
        {"name": "cat", "text": text},
    )


def test_the_first_message_that_fits_counts() -> None:
    assert recognised("cat reads (twice)", _MESSAGES) == ("{name} reads (twice)", {"name": "cat"})
    assert recognised("a cat reads it.", _MESSAGES, {"name": r"\S+"}) == ("{text}.", {"text": "a cat reads it"})
    assert recognised("cat", _MESSAGES) is None
