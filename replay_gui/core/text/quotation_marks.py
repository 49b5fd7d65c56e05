"""Texts in the quotation marks of the user's language."""

from __future__ import annotations

from replay_gui.core.translation.messages import tr

_ENDS = (".", "!", "?", "…")  # of a sentence


def in_quotation_marks(text: str) -> str:
    """Return ``“text”``."""
    return tr("“{text}”", text=text)


def closed_sentence(words: str) -> str:
    """Return words that may end with a quotation as a sentence: with a full stop, unless the quotation has its end."""
    mark = in_quotation_marks("")[-1:]
    return words if words.endswith(tuple(f"{end}{mark}" for end in _ENDS)) else f"{words}."
