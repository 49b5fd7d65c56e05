"""The first keys of wide maps, in order, which are shown first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from heapq import nsmallest
from typing import Any

from replay_gui.core.state.members import member_at
from replay_gui.core.state.state import OverlayMap, Path

SHOWN_KEYS = 200
"""How many members of a map are shown at first."""

_MAX_WIDE_MAPS = 16  # that are looked at; a tree opens half as many by itself


class FirstKeys:
    """Remember the first keys of one map, since finding them takes a pass over all members: 30 ns each.

    For another version of the map, which differs little, they are computed from the known ones.
    """

    def __init__(self) -> None:
        self._known: tuple[Mapping[str, Any], list[str]] | None = None

    def remember_keys(self, value: Mapping[str, Any], keys: list[str]) -> None:
        """Store the first keys of a map that were found elsewhere."""
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
    """Return the first keys of `value`, computed from those of an `earlier` version; None if that is not possible."""
    if not (isinstance(earlier, OverlayMap) and isinstance(value, OverlayMap)):
        return None
    since = value.keys_since(earlier, keys[-1])
    if since is None or since[1]:
        return None  # the key that moves up into the window is unknown
    added = since[0]
    return sorted([*keys, *added])[: len(keys)] if added else keys


class WideMaps:
    """The first keys of a state's root and of changed maps within it, as far as these have more than SHOWN_KEYS."""

    def __init__(self) -> None:
        self._known: dict[Path, FirstKeys] = {}

    def first_keys(self, root: Mapping[str, Any], touched: Iterable[Path]) -> dict[Path, list[str]]:
        """Return them by path. Their members are read from the disk meanwhile, if they still lie there.

        `touched`: of the maps and lists that have changed.
        """
        known, found = self._known, dict[Path, list[str]]()
        self._known = {}
        for path in sorted({(), *touched}, key=len):
            value = member_at(root, path)
            if isinstance(value, Mapping) and len(value) > SHOWN_KEYS:
                self._known[path] = known.get(path, FirstKeys())
                found[path] = self._known[path].of(value)
                for key in found[path]:
                    value.get(key)
            if len(found) == _MAX_WIDE_MAPS:
                break
        return found
