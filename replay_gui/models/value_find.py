"""Looks for a text in a value's keys and scalars; bounded, so that it never holds up the window."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

from replay_gui.core.state import Path
from replay_gui.models.value_rows import Marked, is_container

VISITED = 20_000  # members looked at
HITS = 200
_LOOKED = 4096  # characters of a text that are looked at


def find_paths(root: Mapping[str, Any], needle: str) -> tuple[Marked, bool]:
    """(paths whose key or scalar holds `needle`, case aside, the shallow ones first; whether all was looked at)."""
    needle, found, visited = needle.casefold(), set[Path](), 0
    waiting: deque[tuple[Path, Any]] = deque([((), root)])
    while waiting:
        path, value = waiting.popleft()
        for key, member in value.items() if isinstance(value, Mapping) else enumerate(value):
            visited += 1
            if visited > VISITED or len(found) >= HITS:
                return frozenset(found), False
            here = (*path, key)
            if is_container(member):
                waiting.append((here, member))
                said = str(key) if isinstance(key, str) else ""
            else:
                said = f"{key} {member[:_LOOKED] if isinstance(member, str) else member}"
            if needle in said.casefold():
                found.add(here)
    return frozenset(found), True
