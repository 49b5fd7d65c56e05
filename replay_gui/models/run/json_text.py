"""JSON of values of any size, made piece by piece, so that a cut text costs no more than its length.

Bytes and floats that JSON lacks are written as {"$bytes": base64} and {"$float": "nan" | "inf" | "-inf"}.
"""

from __future__ import annotations

import json
import math
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from replay_gui.core.text.plain_text import visible

_PIECE_BYTES = 3 * 16_384  # bytes or characters of a scalar that are written at a time; base64 needs a multiple of 3


def json_text(value: Any, limit: int) -> tuple[str, bool]:
    """Return (about `limit` characters of `value` as indented JSON, whether that is all)."""
    pieces, length = [], 0
    for piece in json_pieces(value):
        if length + len(piece) > limit:
            pieces.append(piece[: limit - length])
            return "".join(pieces), False
        pieces.append(piece)
        length += len(piece)
    return "".join(pieces), True


def json_pieces(value: Any, indent: str = "\n") -> Iterator[str]:
    """Yield `value` as indented JSON; invisible characters are escaped, so the text can be shown unchanged."""
    match value:
        case Mapping() if value:
            deeper, between = indent + "  ", "{"
            for key in sorted(value):
                yield f"{between}{deeper}"
                yield from _string(key)
                yield ": "
                yield from json_pieces(value[key], deeper)
                between = ","
            yield indent + "}"
        case str():
            yield from _string(value)
        case bytes():
            yield '{"$bytes": "'
            for start in range(0, len(value), _PIECE_BYTES):
                yield b64encode(value[start : start + _PIECE_BYTES]).decode()
            yield '"}'
        case Sequence() if value:
            deeper, between = indent + "  ", "["
            for item in value:
                yield between + deeper
                yield from json_pieces(item, deeper)
                between = ","
            yield indent + "]"
        case Mapping():
            yield "{}"
        case Sequence():
            yield "[]"
        case float() if not math.isfinite(value):
            yield f'{{"$float": "{value}"}}'
        case _:
            yield json.dumps(value)


def _string(text: str) -> Iterator[str]:
    yield '"'
    for start in range(0, len(text), _PIECE_BYTES):
        quoted = json.dumps(text[start : start + _PIECE_BYTES], ensure_ascii=False)[1:-1]
        yield quoted if quoted.isprintable() else "".join(c if c.isprintable() else _escaped(c) for c in quoted)
    yield '"'


def _escaped(c: str) -> str:
    """Escape the same characters as visible(), in JSON's notation."""
    return c if visible(c) == c else json.dumps(c)[1:-1]
