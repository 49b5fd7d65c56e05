"""Lists of words, written as one text."""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text, which are separated by blanks."""
    return frozenset(text.split())
