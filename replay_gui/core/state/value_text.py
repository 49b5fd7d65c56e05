"""One value of a state or an event as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from replay_gui.core.state.state import ABSENT
from replay_gui.core.text.plain_text import visible
from replay_gui.core.translation.messages import trn

_SCALARS = frozenset({str, int, float, bool, bytes, type(None)})
_MAX_SCALAR_CHARACTERS = 160  # of a value in its row


def is_container(value: Any) -> bool:
    """Return whether a value is a map or a list."""
    if type(value) in _SCALARS:  # most values are; asking an abstract class takes ten times as long
        return False
    return isinstance(value, Mapping) or (isinstance(value, Sequence) and not isinstance(value, str | bytes))


def scalar_text(value: Any) -> str:
    """Return a scalar on one line in its usual notation, cut to the length of a row."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{visible(value[:_MAX_SCALAR_CHARACTERS])}' + ("…" if len(value) > _MAX_SCALAR_CHARACTERS else '"')
        case bytes():
            beginning = value[:16].hex() + ("…" if len(value) > 16 else "")
            return trn("{n} byte {beginning}", "{n} bytes {beginning}", len(value), beginning=beginning)
        case _ if value is ABSENT:
            return ""
    return repr(value)
