"""The net change of several operations: the state before is compared with the state after, at the paths they changed.

Ten thousand removals from the front of a list are one change of that list, for the cost of one comparison.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from replay_gui.core.state.state import ABSENT, LISTS, MAPS, Path, StateChange


def net_changes(
    touched: Collection[Path], shifted: Mapping[Path, int], before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[StateChange]:
    """Yield the changes from `before` to `after`, in the order of the paths.

    Args:
        touched: paths at which a value was set, added or removed.
        shifted: lists in which items moved, and the first index that may have moved; such a list is one change.
    """
    for path in _outermost(touched, _of_kept_lists(shifted, touched)):
        old, new = _values(path, before, after)
        if old is not new:
            yield StateChange(path, old, new)


def net_leaf_changes(
    touched: Collection[Path], shifted: Mapping[Path, int], before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[tuple[Path, Any, Any]]:
    """Yield the same for the state hash: moved items one by one, and containers that were filled or emptied."""
    shifted, parents = _of_kept_lists(shifted, touched), set[Path]()
    for path in _outermost(touched, shifted):
        old, new = _values(path, before, after)
        if path in shifted and isinstance(old, LISTS) and isinstance(new, LISTS):
            yield from _moved_items(path, shifted[path], old, new)
            parents.add(path)
        elif old is not new:
            yield path, old, new
            parents.add(path[:-1])
    for path in parents - {()}:
        old, new = _values(path, before, after)
        if bool(old) != bool(new):
            yield path, ABSENT if old else old, ABSENT if new else new


def _of_kept_lists(shifted: Mapping[Path, int], touched: Collection[Path]) -> Mapping[Path, int]:
    """Also leave out lists that were set as a whole."""
    if not shifted:
        return shifted
    as_wholes = set(touched)
    return {path: first for path, first in shifted.items() if path not in as_wholes}


def _moved_items(path: Path, first_item: int, old: Any, new: Any) -> Iterator[tuple[Path, Any, Any]]:
    for i in range(first_item, max(len(old), len(new))):
        a = old[i] if i < len(old) else ABSENT
        b = new[i] if i < len(new) else ABSENT
        if a is not b:
            yield (*path, i), a, b


def _outermost(touched: Collection[Path], shifted: Mapping[Path, int]) -> Iterator[Path]:
    """Yield each path that is not within another one, nor within the moved part of a list."""
    unique = dict.fromkeys(path[:-1] if _has_moved(path[:-1], path, shifted) else path for path in touched)
    for path in unique:
        above = (path[:depth] for depth in range(1, len(path)))
        if not any((outer in unique and outer not in shifted) or _has_moved(outer, path, shifted) for outer in above):
            yield path
    while unique:  # freeing a million paths at once would block all other threads
        unique.popitem()


def _has_moved(in_list: Path, path: Path, shifted: Mapping[Path, int]) -> bool:
    """Return whether `path` leads through the moved part of a list, shifted or not."""
    first = shifted.get(in_list)
    key = path[len(in_list)]
    return first is not None and isinstance(key, int) and key >= first


def _values(path: Path, before: Any, after: Any) -> tuple[Any, Any]:
    return _value_at(before, path), _value_at(after, path)


def _value_at(root: Any, path: Path) -> Any:
    here: Any = root
    for key in path:
        if isinstance(here, MAPS):
            here = here.get(key, ABSENT)  # type: ignore[arg-type]
        elif isinstance(here, LISTS) and isinstance(key, int) and key < len(here):
            here = here[key]
        else:
            return ABSENT
    return here
