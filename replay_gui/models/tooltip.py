"""Tooltips of text that may come from a log."""

from __future__ import annotations

from html import escape

_MAX_LINE_CHARS = 80  # a longer plain tooltip would be one line as wide as the screen


def plain_tooltip(text: str) -> str:
    """Return `text` in a form that Qt shows as it is.

    Qt reads a tooltip as rich text if it looks like markup. Such a text is returned as rich text with its markup
    escaped; so is a long one, because Qt wraps only rich text. "" stays "" (no tooltip).
    """
    needs_escape = "<" in text or "&" in text  # Qt takes "&lt;" for a sign of markup, too
    return f"<qt>{escape(text)}</qt>" if needs_escape or len(text) > _MAX_LINE_CHARS else text
