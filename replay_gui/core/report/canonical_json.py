"""Canonical JSON (RFC 8785, JSON Canonicalization Scheme): equal values give equal bytes."""

from __future__ import annotations

import json
import math
from typing import Any

_MAX_EXACT_INTEGER = 2**53  # larger integers are not exact in every JSON reader


def canonical_json(value: Any) -> bytes:
    """Return the UTF-8 form of dicts with str keys, lists, tuples, strings, numbers, booleans and None.

    Raises ValueError for what RFC 8785 lacks: integers beyond 2^53, infinite floats, NaN, lone surrogates.
    """
    return _json_text(value).encode("utf-8")


def _json_text(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False)  # escapes exactly as RFC 8785, 3.2.2.2 requires
        case int():
            if abs(value) > _MAX_EXACT_INTEGER:
                raise ValueError(f"{value} is too large for an exact JSON number")
            return str(value)
        case float():
            return _float_text(value)
        case dict():
            members = sorted(value.items(), key=lambda item: item[0].encode("utf-16-be"))
            return "{" + ",".join(f"{_json_text(name)}:{_json_text(member)}" for name, member in members) + "}"
        case list() | tuple():
            return "[" + ",".join(map(_json_text, value)) + "]"
    raise ValueError(f"JSON has no {type(value).__name__}")


def _float_text(value: float) -> str:
    """Return the number as ECMAScript does (ECMA-262, Number::toString): the fewest digits that identify it."""
    if not math.isfinite(value):
        raise ValueError("JSON has no numbers that are not finite")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, part = mantissa.partition(".")
    digits = (whole + ("" if part == "0" else part)).lstrip("0")
    leading = len(whole + part) - len((whole + part).lstrip("0"))
    point = len(whole) - leading + int(exponent or 0)  # the value is 0.digits x 10^point
    digits = digits.rstrip("0") or "0"
    if len(digits) <= point <= 21:
        return sign + digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    rest = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{rest}e{'+' if point > 0 else '-'}{abs(point - 1)}"
