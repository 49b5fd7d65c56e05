"""Untrusted text made safe to show: characters that are invisible, or move or break a line, become visible escapes."""

from __future__ import annotations

import re
from unicodedata import category

# Control and format characters, line and paragraph separators; surrogates, which no output can encode.
_ESCAPED = frozenset(("Cc", "Cf", "Zl", "Zp", "Cs"))
_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_BLANK = re.compile(r"\s+")


def visible(text: str, keep: str = "") -> str:
    """Return `text` with control, bidi and other format characters escaped (``\\x1b``), except those in `keep`."""
    if text.isprintable():
        return text
    unsafe = {c for c in set(text) if not c.isprintable() and category(c) in _ESCAPED and c not in keep}
    return text.translate({ord(c): _escape(c) for c in unsafe})


def one_line(text: str, limit: int = 200) -> str:
    """Return the beginning of `text` as one visible line of at most `limit` characters. Long texts cost no more."""
    line = visible(_BLANK.sub(" ", text[: 2 * limit].strip()))
    return line if len(line) <= limit and len(text) <= 2 * limit else line[: limit - 1] + "…"


def _escape(c: str) -> str:
    code = ord(c)
    return _SHORT_ESCAPES.get(c) or (
        f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    )
