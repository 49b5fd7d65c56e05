"""Whether values are equal, as far as the window's thread has the time to find out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from replay_gui.core.state.state import ABSENT
from replay_gui.core.state.value_text import is_container

MAX_MEMBERS = 5_000  # that are compared for one look at the rows: about 2 ms
_CHARACTERS_PER_MEMBER = 64  # that are compared in the time that a member takes


class BoundedEquality:
    """Compares values with their types (1, 1.0 and True differ), and ever fewer members once many were compared."""

    def __init__(self) -> None:
        self._left = MAX_MEMBERS

    def equal(self, a: Any, b: Any, most: int = MAX_MEMBERS) -> bool | None:
        """Return whether two values are equal; None if that takes more than `most` members, or more than are left."""
        waiting, begun_with = [(a, b)], min(most, self._left)
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
