"""The program in another language."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from replay_gui.core.translation.messages import language, use_language

ACCENTED = "en-XA"
"""The pseudo-language in which each message is in square brackets."""


@contextmanager
def in_language(tag: str) -> Iterator[None]:
    """Use a language within a block."""
    before = language()
    use_language(tag)
    try:
        yield
    finally:
        use_language(before)


def is_message(text: str) -> bool:
    """Whether a text of the accented language is one message, or several one after the other."""
    depth, is_outside = 0, False
    for character in text:
        depth += (character == "[") - (character == "]")
        is_outside = is_outside or (depth == 0 and character not in "] .;")
    return bool(text) and depth == 0 and not is_outside
