"""Make untrusted text safe to show: characters that are invisible, or move or break a line, become visible escapes."""

from __future__ import annotations

import re
from unicodedata import category

# Control and format characters, line and paragraph separators; surrogates, which no output can encode.
_ESCAPED = frozenset(("Cc", "Cf", "Zl", "Zp", "Cs"))
_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
# Letters, marks and a pattern of dots without any ink; variation selectors are checked by their ranges. The last one,
# which makes an emoji of a character, is common in ordinary text.
_BLANK_MARKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
# After a letter, a space or another such character it is invisible, and could hide text.
_STRAY_SELECTOR = re.compile("(?<![^\\w\\s\ufe0f])(?<!\u2139)\ufe0f(?!\u20e3)")
_BLANK = re.compile(r"\s+")
_COLOR_CODE = re.compile(r"\x1b\[[0-9;:]*m")


def visible(text: str, keep: str = "") -> str:
    """Return `text` with control, bidi and other invisible characters escaped (``\\x1b``), except those in `keep`."""
    if text.isascii() and text.isprintable():
        return text
    unsafe = {c for c in set(text) if c not in keep and (category(c) in _ESCAPED or _is_blank_mark(c))}
    shown = text.translate({ord(c): _escape(c) for c in unsafe}) if unsafe else text
    return _STRAY_SELECTOR.sub(r"\\ufe0f", shown) if "\ufe0f" in shown else shown


def without_color_codes(text: str) -> str:
    """Return the text without the codes that colour it on a terminal; other codes, and all text, are kept."""
    return _COLOR_CODE.sub("", text) if "\x1b" in text else text


def _is_blank_mark(c: str) -> bool:
    """Return whether a character that counts as printable is invisible, so that text can be hidden with it."""
    return c in _BLANK_MARKS or "\ufe00" <= c <= "\ufe0e" or "\U000e0100" <= c <= "\U000e01ef"


def one_line(text: str, limit: int = 200) -> str:
    """Return the beginning of `text` as one visible line of at most `limit` characters. Long texts cost no more."""
    line = visible(_BLANK.sub(" ", text[: 2 * limit].strip()))
    return line if len(line) <= limit and len(text) <= 2 * limit else line[: limit - 1] + "…"


def _escape(c: str) -> str:
    code = ord(c)
    return _SHORT_ESCAPES.get(c) or (
        f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    )
