"""Change values of foreign files that the log format cannot hold (log-format.md, Canonical msgpack)."""

from __future__ import annotations

import json
from typing import Annotated, Any

import msgspec
from blake3 import blake3

from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.log.canonical import MAX_INTEGER, MAX_KEY_BYTES, MIN_INTEGER, SHALLOW_DEPTH, type_of_shallow_values
from replay_gui.core.translation.messages import translatable

MAX_NESTING = 96
"""The deepest nesting of a foreign value: a log allows 128 levels, some of which the payload and the state need."""

WIDE_INTEGERS = translatable("whole numbers of more than 64 bits, written as text")
BROKEN_TEXT = translatable("texts with halves of characters, which were replaced")
LONG_KEYS = translatable("keys of more than 4 KiB, cut")
DEEP_VALUES = translatable("values nested deeper than 96, written as JSON text")  # 96 is MAX_NESTING

_SAFE_KEY_CHARACTERS = MAX_KEY_BYTES // 4  # no key of this length can exceed the limit in bytes

SURELY_PLAIN: Any = type_of_shallow_values(
    SHALLOW_DEPTH + 2, Annotated[str, msgspec.Meta(max_length=_SAFE_KEY_CHARACTERS)]
)
"""The msgspec type of the (very common) JSON values that `plain` does not change, if their integers fit."""


def plain(value: Any, notes: ImportNotes) -> Any:
    """Return `value` (decoded JSON) with unsupported parts replaced and counted; `value` itself if nothing changes.

    Raises RecursionError if it is nested too deeply to be written as JSON text.
    """
    return value if _is_plain(value, 0) else _made_plain(value, 0, notes)


def _is_plain(value: Any, depth: int) -> bool:
    if isinstance(value, str):
        return value.isascii() or _sound(value)
    if isinstance(value, dict):
        return depth < MAX_NESTING and all(
            len(key) <= _SAFE_KEY_CHARACTERS and _is_plain(key, depth) and _is_plain(member, depth + 1)
            for key, member in value.items()
        )
    if isinstance(value, list):
        return depth < MAX_NESTING and all(_is_plain(member, depth + 1) for member in value)
    return not isinstance(value, int) or MIN_INTEGER <= value <= MAX_INTEGER


def _sound(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _made_plain(value: Any, depth: int, notes: ImportNotes) -> Any:
    if isinstance(value, str):
        return _text(value, notes)
    if isinstance(value, dict | list) and depth >= MAX_NESTING:
        notes.count(DEEP_VALUES)
        return json.dumps(value)
    if isinstance(value, dict):
        return {_key(key, notes): _made_plain(member, depth + 1, notes) for key, member in value.items()}
    if isinstance(value, list):
        return [_made_plain(member, depth + 1, notes) for member in value]
    if isinstance(value, int) and not MIN_INTEGER <= value <= MAX_INTEGER:
        notes.count(WIDE_INTEGERS)
        return str(value)
    return value


def _text(text: str, notes: ImportNotes) -> str:
    if text.isascii() or _sound(text):
        return text
    notes.count(BROKEN_TEXT)
    # Two adjacent surrogates are one character; a single one becomes U+FFFD.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _key(key: str, notes: ImportNotes) -> str:
    key = _text(key, notes)
    if len(key) <= _SAFE_KEY_CHARACTERS or len(raw := key.encode()) <= MAX_KEY_BYTES:
        return key
    notes.count(LONG_KEYS)
    return f"{key[:512]}… {blake3(raw).hexdigest()}"  # the hash distinguishes two long keys
