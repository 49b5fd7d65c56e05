"""Tooltips of text that may come from a log."""

from __future__ import annotations

_MAX_LINE_CHARS = 80  # a longer plain tooltip would be one line as wide as the screen


def plain_tooltip(text: str) -> str:
    """Return `text` in a form that Qt shows unchanged.

    Qt reads a tooltip as rich text if it looks like markup. Such a text is returned as rich text with its markup
    escaped; so is a long one, because Qt wraps only rich text. Lines stay lines. "" stays "" (no tooltip).
    """
    looks_like_markup = "<" in text or "&" in text  # Qt also regards "&lt;" as markup
    if not looks_like_markup and len(text) <= _MAX_LINE_CHARS:
        return text
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>")
    return f"<qt>{escaped}</qt>"
