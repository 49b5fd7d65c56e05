"""Equality of values, within a limited time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from replay_gui.core.state.state import ABSENT
from replay_gui.core.state.value_text import is_container

MAX_MEMBERS = 5_000  # members compared in all: about 2 ms
_CHARACTERS_PER_MEMBER = 64  # characters whose comparison takes as long as that of a member


class BoundedEquality:
    """Compares values with their types (1, 1.0 and True differ), at most MAX_MEMBERS members in all calls together."""

    def __init__(self) -> None:
        self._left = MAX_MEMBERS

    def equal(self, a: Any, b: Any, max_members: int = MAX_MEMBERS) -> bool | None:
        """Return whether two values are equal; None if that needs more than `max_members`, or than are left."""
        waiting, begun_with = [(a, b)], min(max_members, self._left)
        left, found = begun_with, True
        while waiting and found and left >= 0:
            a, b = waiting.pop()
            if a is b:
                continue
            if not is_container(a) or not is_container(b):
                if type(a) is type(b) and isinstance(a, str | bytes) and len(a) == len(b):
                    left -= len(a) // _CHARACTERS_PER_MEMBER
                found = left < 0 or (type(a) is type(b) and bool(a == b))
            elif isinstance(a, Mapping) is not isinstance(b, Mapping) or len(a) != len(b):
                found = False
            else:
                left -= len(a)
                if left >= 0:
                    pairs = (
                        ((a[key], b.get(key, ABSENT)) for key in a)
                        if isinstance(a, Mapping)
                        else zip(a, b, strict=True)
                    )
                    waiting += pairs
        self._left -= begun_with - max(left, 0)
        return None if found and left < 0 else found
