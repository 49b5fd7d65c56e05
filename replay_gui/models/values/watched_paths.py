"""The values of the state that the user watches."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

from PySide6.QtCore import QObject, Signal

from replay_gui.core.text.json_pointer import list_index

if TYPE_CHECKING:
    from replay_gui.core.state.state import Path

Keys: TypeAlias = tuple[str, ...]
"""The keys of a path, indexes of lists as texts."""

MAX_WATCHED = 20  # paths


def keys_of(path: Path) -> Keys:
    """Return the keys of a path."""
    return tuple(map(str, path))


def path_of(root: Any, keys: Keys) -> Path:
    """Return the path of these keys in a state, with indexes for lists."""
    from replay_gui.core.state.state import LISTS  # there is no state before a run is open

    path, here = list[str | int](), root
    for key in keys:
        index = list_index(key) if isinstance(here, LISTS) else None
        path.append(key if index is None else index)
        here = _member(here, path[-1])
    return tuple(path)


def _member(holder: Any, key: str | int) -> Any:
    try:
        return holder[key]
    except (KeyError, IndexError, TypeError):
        return None


class WatchedPaths(QObject):
    """The paths of the watched values, in the order in which they were chosen. Signal: changed(): they have changed."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.paths: tuple[Keys, ...] = ()

    def set_paths(self, paths: Iterable[Keys]) -> None:
        """Watch these values, each once, and at most MAX_WATCHED."""
        paths = tuple(path for path in dict.fromkeys(paths) if path)[:MAX_WATCHED]
        if paths != self.paths:
            self.paths = paths
            self.changed.emit()

    def toggle(self, path: Path) -> None:
        """Watch the value at this path, or stop watching it; beyond MAX_WATCHED, the oldest is dropped."""
        keys = keys_of(path)
        if keys in self.paths:
            self.set_paths(kept for kept in self.paths if kept != keys)
        else:
            self.set_paths((*self.paths[-MAX_WATCHED + 1 :], keys))
