"""Searches a text in a value's keys and scalars step by step, so that the window is never blocked."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from replay_gui.core.state.state import Path
from replay_gui.core.state.value_text import is_container
from replay_gui.models.run.value_rows import PathSet

MAX_HITS = 200
_MAX_CHARACTERS = 4096  # of a text that are searched


class ValueSearch:
    """A search for `needle`, ignoring case, the shallow members first. Call `search_more` for each step.

    `complete`: whether all was searched.
    """

    def __init__(self, root: Mapping[str, Any], needle: str) -> None:
        self.complete = False
        self._found: set[Path] = set()
        self._steps = _steps(root, needle.casefold())

    @property
    def found(self) -> PathSet:
        """The paths found so far whose key or scalar contains the needle."""
        return frozenset(self._found)

    @property
    def ended(self) -> bool:
        """Whether all was searched, or there are MAX_HITS hits."""
        return self.complete or len(self._found) == MAX_HITS

    def search_more(self, members: int) -> bool:
        """Search this many further members, about 3 µs each; return whether there are new hits."""
        before = len(self._found)
        for number, path in enumerate(self._steps, 1):
            if path is not None:
                self._found.add(path)
            if number == members or self.ended:
                break
        else:
            self.complete = True
        return len(self._found) > before


def _steps(root: Mapping[str, Any], needle: str) -> Iterator[Path | None]:
    """Yield for each member its path if it is a hit, else None."""
    waiting: deque[tuple[Path, Any]] = deque([((), root)])
    while waiting:
        path, value = waiting.popleft()
        for key, member in value.items() if isinstance(value, Mapping) else enumerate(value):
            if is_container(member):
                waiting.append(((*path, key), member))
                text = str(key) if isinstance(key, str) else ""
            else:
                text = f"{key} {member[:_MAX_CHARACTERS] if isinstance(member, str) else member}"
            yield (*path, key) if needle in text.casefold() else None
