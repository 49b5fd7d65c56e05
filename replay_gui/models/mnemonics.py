"""Texts of menus and buttons, in which Qt reads an ampersand as the mark of a mnemonic."""

from __future__ import annotations


def escape_mnemonics(text: str) -> str:
    """Return a text whose ampersands are shown, instead of underlining the letter after them."""
    return text.replace("&", "&&")
