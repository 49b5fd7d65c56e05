"""The first keys of a wide map, in order, which is all that is shown of it at first."""

from __future__ import annotations

from collections.abc import Mapping
from heapq import nsmallest
from typing import Any

from replay_gui.core.state.state import OverlayMap

SHOWN_KEYS = 200
"""How many members of a map are shown at first."""


class FirstKeys:
    """Remembers the first keys of one map, since to find them costs a pass over all: 30 ns a member.

    Of another version of the map, which differs little, they are made from those that are known.
    """

    def __init__(self) -> None:
        self._known: tuple[Mapping[str, Any], list[str]] | None = None

    def know(self, value: Mapping[str, Any], keys: list[str]) -> None:
        """Take over the first keys of a map that were found elsewhere."""
        self._known = value, keys

    def of(self, value: Mapping[str, Any], limit: int = SHOWN_KEYS) -> list[str]:
        """Return the first `limit` keys of a map, which has more."""
        keys: list[str] | None = None
        if self._known is not None and len(self._known[1]) == limit:
            earlier, known = self._known
            keys = known if earlier is value else _updated_keys(earlier, value, known)
        if keys is None:
            keys = value.first_keys(limit) if isinstance(value, OverlayMap) else nsmallest(limit, value)
        self._known = value, keys
        return keys


def _updated_keys(earlier: Mapping[str, Any], value: Mapping[str, Any], keys: list[str]) -> list[str] | None:
    """The first keys of `value`, made from those of an `earlier` version of it; None if that cannot be done."""
    if not (isinstance(earlier, OverlayMap) and isinstance(value, OverlayMap)):
        return None
    since = value.keys_since(earlier, keys[-1])
    if since is None or since[1]:
        return None  # what moves up from behind the window is not known
    added = since[0]
    return sorted([*keys, *added])[: len(keys)] if added else keys
