"""Collect the paths of a state's values step by step, so that the window is never blocked."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from replay_gui.core.state.state import Path
from replay_gui.core.state.value_text import is_container

MAX_VALUES = 20_000  # of a state that are offered by name, those nearest to its root; search finds the others


def value_paths(root: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    """Return (path, value) of at most MAX_VALUES members of any depth, the shallow ones first."""
    return islice(_walk(root), MAX_VALUES)


def _walk(root: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    waiting: deque[tuple[Path, Any]] = deque([((), root)])
    while waiting:
        path, value = waiting.popleft()
        for key, member in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield (*path, key), member
            if is_container(member):
                waiting.append(((*path, key), member))
