"""Members of values of any type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from replay_gui.core.state.state import ABSENT, Path
from replay_gui.core.state.value_text import is_container


def member(holder: Any, key: str | int) -> Any:
    """Return the member, or ABSENT."""
    if isinstance(holder, Mapping):
        return holder.get(key, ABSENT) if isinstance(key, str) else ABSENT
    if isinstance(key, int) and is_container(holder) and 0 <= key < len(holder):
        return holder[key]
    return ABSENT


def member_at(root: Any, path: Path) -> Any:
    """Return the value at a path, or ABSENT."""
    for key in path:
        root = member(root, key)
    return root
