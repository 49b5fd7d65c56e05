"""Read values in OTLP's JSON: attributes, ids, times."""

from __future__ import annotations

import base64
from typing import Any

from replay_gui.core.importers.formats.records import maps_in


def hex_id(value: Any) -> str:
    """Return an id as hexadecimal; some exporters write base64."""
    text = str(value or "")
    if len(text) in (12, 24) and text.endswith("="):
        try:
            return base64.b64decode(text, validate=True).hex()
        except ValueError:
            return text
    return text


def nanoseconds(value: Any, unit: int = 1) -> int | None:
    """Return a number, or digits in a text, in units of `unit` ns, as ns; None if it is neither."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 20:
        value = int(value)
    good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value * unit < 1 << 63
    return value * unit if good else None


def attributes_in(value: Any) -> dict[str, Any]:
    """Return a list of keys and values as a dict; CloudWatch has a dict already."""
    if isinstance(value, dict):
        return {name: plain_value(member) for name, member in value.items()}
    found = {str(attribute.get("key")): plain_value(attribute.get("value")) for attribute in maps_in(value)}
    others = [one for one in value if not isinstance(one, dict)] if isinstance(value, list) else []
    return found | ({"unreadable attributes": others} if others else {})


def plain_value(value: Any) -> Any:
    """Return the plain value in an AnyValue."""
    match value:
        case {"stringValue": plain} | {"boolValue": plain} | {"doubleValue": plain} | {"bytesValue": plain}:
            return plain
        case {"intValue": plain}:
            return int(plain) if isinstance(plain, str) and plain.lstrip("-").isdecimal() and len(plain) < 20 else plain
        case {"arrayValue": dict(inner)}:
            items = inner.get("values")
            return [plain_value(item) for item in items] if isinstance(items, list) else items or []
        case {"kvlistValue": dict(inner)}:
            return attributes_in(inner.get("values"))
    return value
