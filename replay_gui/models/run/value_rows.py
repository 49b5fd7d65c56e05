"""A value of any size as the rows of a tree: only expanded parts are read, and only a window of these.

A *window* of a map is its first keys in order, of a list its newest items; changed members are always shown. A
text too long for its row can be expanded into its lines.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

from replay_gui.core.state.bounded_equality import BoundedEquality
from replay_gui.core.state.first_keys import SHOWN_KEYS, FirstKeys
from replay_gui.core.state.members import member, member_at
from replay_gui.core.state.state import ABSENT, Path, StateChange
from replay_gui.core.state.state_changes import StateChanges
from replay_gui.core.state.value_text import is_container
from replay_gui.core.text.plain_text import visible
from replay_gui.core.translation.messages import trn
from replay_gui.models.values.value_row import ChangeMark, RowKind, ValueRow

PAGE_MEMBERS = SHOWN_KEYS  # members that each "… more" adds
PAGE_TEXT_CHARACTERS = 65_536  # characters of a long text that each page adds
_MAX_UNFOLDED_MEMBERS = 8  # a replaced map or list up to this size is shown member by member
_MAX_OPENED_MEMBERS = 600  # members of maps and lists that are open because of a change inside: about 8 ms

PathSet: TypeAlias = frozenset[Path]

_wrap = partial(textwrap.wrap, drop_whitespace=False, break_on_hyphens=False)


@dataclass(slots=True, kw_only=True)
class TreeView:
    """The expanded paths and the filters; kept from one position to the next.

    Attributes:
        expanded, collapsed: paths that the user opened, or closed although they would be open by default.
        pages: the number of shown pages of a container or text, if more than one.
        changed_only: leave out members that the event did not change.
        found: if not None, show only these paths and their parents.
        width: characters that fit on a row.
    """

    expanded: set[Path] = field(default_factory=set)
    collapsed: set[Path] = field(default_factory=set)
    pages: dict[Path, int] = field(default_factory=dict)
    changed_only: bool = False
    found: PathSet | None = None
    width: int = 60


class ValueTree:
    """Makes rows; caches the first keys of wide maps, because finding them takes long."""

    def __init__(self) -> None:
        self._first_keys: dict[Path, FirstKeys] = {}

    def know_first_keys(self, root: Mapping[str, Any], first_keys: Mapping[Path, list[str]]) -> None:
        """Use these first keys of wide maps, by path; others are found when they are shown."""
        for path, keys in first_keys.items():
            self._first_keys.setdefault(path, FirstKeys()).remember_keys(member_at(root, path), keys)

    def rows(self, root: Mapping[str, Any], changes: StateChanges, view: TreeView) -> list[ValueRow]:
        """Return the visible rows of a value, from top to bottom; the time depends on the expanded part only."""
        leads = None if view.found is None else {path[:i] for path in view.found for i in range(len(path) + 1)}
        walk = _Walk(
            view=view,
            changes=changes.replaced,
            touched=changes.touched,
            visible_paths=leads,
            first_keys=self._first_keys,
        )
        rows = list(walk.members((), root, 0))
        self._first_keys = {path: kept for path, kept in self._first_keys.items() if path in walk.listed}
        return rows


@dataclass(slots=True, kw_only=True)
class _Walk:
    view: TreeView
    changes: dict[Path, StateChange]
    touched: dict[Path, set[str | int]]
    visible_paths: set[Path] | None  # hits, and their parents
    first_keys: dict[Path, FirstKeys]
    listed: set[Path] = field(default_factory=set)
    equality: BoundedEquality = field(default_factory=BoundedEquality)
    opened: int = 0  # members of containers that are open by default

    def members(
        self, path: Path, value: Any, depth: int, old: Any = ABSENT, mark: ChangeMark = ChangeMark.SAME
    ) -> Iterator[ValueRow]:
        """Return rows of the members of a container. `old`: the replaced one, if both are shown member by member."""
        limit = PAGE_MEMBERS * self.view.pages.get(path, 1)
        keys, before, after = self._window(path, value, old, limit)
        is_filtered = self.view.changed_only or self.visible_paths is not None
        if before and not is_filtered:
            yield self._more(path, depth, trn("… {n} earlier", "… {n} earlier", before))
        for key in keys:
            yield from self._member((*path, key), key, value, old, depth=depth, above=mark)
        if after and not is_filtered:
            yield self._more(path, depth, trn("… {n} more", "… {n} more", after))

    def _member(
        self, path: Path, key: str | int, holder: Any, held: Any, *, depth: int, above: ChangeMark
    ) -> Iterator[ValueRow]:
        change = self.changes.get(path)
        value = member(holder, key)
        if change is not None:
            old = change.old
        elif held is not ABSENT:
            old = member(held, key)
        else:
            old = value
        replaced = change is not None and is_container(value) and is_container(old)  # not compared: it may be huge
        mark = above if above in (ChangeMark.ADDED, ChangeMark.REMOVED) else self._mark(path, value, old, replaced)
        if self.view.changed_only and mark is ChangeMark.SAME:
            return
        if self.visible_paths is not None and path not in self.visible_paths:
            return
        shown = old if value is ABSENT else value
        both = mark is ChangeMark.CHANGED and is_container(old) and is_container(shown)
        gone = path in self.touched or (both and len(old) > 0)
        expandable = (len(shown) > 0 or gone) if is_container(shown) else self._is_long(shown)
        unfolded = both and len(shown) <= _MAX_UNFOLDED_MEMBERS and len(old) <= _MAX_UNFOLDED_MEMBERS
        expanded = expandable and self._is_open(path, mark, unfolded, shown)
        yield ValueRow(
            path=path,
            kind=RowKind.MEMBER,
            depth=depth,
            name=key if isinstance(key, str) else str(key),
            value=shown,
            was=old if mark is ChangeMark.CHANGED and not both else ABSENT,
            mark=mark,
            expandable=expandable,
            expanded=expanded,
        )
        if not expanded:
            return
        if is_container(shown):
            yield from self.members(
                path, shown, depth + 1, old if both else ABSENT, mark if not both else ChangeMark.SAME
            )
        else:
            yield from self._lines(path, shown, depth + 1, mark)

    def _mark(self, path: Path, value: Any, old: Any, replaced: bool) -> ChangeMark:
        if value is ABSENT:
            return ChangeMark.REMOVED
        if old is ABSENT:
            return ChangeMark.ADDED
        if old is not value and (replaced or not self.equality.equal(old, value)):
            return ChangeMark.CHANGED
        return ChangeMark.INSIDE if path in self.touched else ChangeMark.SAME

    def _is_open(self, path: Path, mark: ChangeMark, unfolded: bool, shown: Any) -> bool:
        if path in self.view.collapsed:
            return False
        if path in self.view.expanded or (self.visible_paths is not None and path in self.visible_paths):
            return True
        if mark is not ChangeMark.INSIDE and not unfolded:
            return False
        members = min(len(shown), PAGE_MEMBERS) + 1
        if self.opened + members > _MAX_OPENED_MEMBERS:
            return False
        self.opened += members
        return True

    def _is_long(self, value: Any) -> bool:
        return isinstance(value, str) and (len(value) > max(self.view.width, 20) or "\n" in value)

    def _lines(self, path: Path, text: str, depth: int, mark: ChangeMark) -> Iterator[ValueRow]:
        limit = PAGE_TEXT_CHARACTERS * self.view.pages.get(path, 1)
        width = max(self.view.width - 2 * depth, 20)
        number = 0
        for line in text[:limit].splitlines():
            for piece in _wrap(visible(line, "\t").expandtabs(4), width=width) or [""]:
                number += 1
                yield ValueRow(path=(*path, number), kind=RowKind.TEXT, depth=depth, words=piece, mark=mark)
        if len(text) > limit:
            more = trn("… {n} character more", "… {n} characters more", len(text) - limit)
            yield self._more(path, depth, more)

    def _more(self, path: Path, depth: int, words: str) -> ValueRow:
        return ValueRow(path=path, kind=RowKind.MORE, depth=depth, words=words)

    def _window(self, path: Path, value: Any, old: Any, limit: int) -> tuple[list[Any], int, int]:
        """Return (the keys to show in order, number of keys before them, number after them)."""
        forced = self._forced(path, value, old)
        if isinstance(value, Mapping):
            if len(value) <= limit:
                keys = sorted(value)
            else:
                self.listed.add(path)
                keys = self.first_keys.setdefault(path, FirstKeys()).of(value, limit)
            extra = sorted(forced.difference(keys))[:PAGE_MEMBERS]
            left_out = len(value) - len(keys) - sum(key in value for key in extra)
            return (sorted([*keys, *extra]) if extra else keys), 0, left_out
        first = max(0, len(value) - limit)
        extra = sorted(key for key in forced if isinstance(key, int) and not first <= key < len(value))[:PAGE_MEMBERS]
        inside = sum(key < first for key in extra)
        return sorted([*extra, *range(first, len(value))]), first - inside, 0

    def _forced(self, path: Path, value: Any, old: Any) -> set[Any]:
        """Return members that are always shown: changed ones, hits, those of the replaced container that are gone."""
        forced: set[Any] = set(self.touched.get(path, ()))
        if self.view.found is not None:
            depth = len(path)
            forced |= {hit[depth] for hit in self.view.found if len(hit) > depth and hit[:depth] == path}
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            forced |= {key for key in old if key not in value} if len(old) <= PAGE_MEMBERS else set()
        elif is_container(old) and not isinstance(value, Mapping):
            forced |= set(range(len(value), min(len(old), len(value) + PAGE_MEMBERS)))
        return forced if not isinstance(value, Mapping) else {key for key in forced if isinstance(key, str)}


def pages_to(holder: Any, key: str | int) -> int:
    """Return the number of pages of a map or list that include a member; 1 if there is no such member."""
    if isinstance(holder, Mapping) and isinstance(key, str):
        return len([other for other in holder if other < key]) // PAGE_MEMBERS + 1
    if isinstance(key, int) and is_container(holder) and 0 <= key < len(holder):
        return (len(holder) - 1 - key) // PAGE_MEMBERS + 1
    return 1
