"""A value of any size as the rows of a tree: only expanded parts are read, and only a window of these.

A *window* of a map is its first keys in order, of a list its newest items; changed members are always shown. A
text too long for its row can be expanded into its lines.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from replay_gui.core.state.first_keys import SHOWN_KEYS, FirstKeys
from replay_gui.core.state.state import ABSENT, Path, StateChange
from replay_gui.core.state.value_text import is_container, scalar_text
from replay_gui.core.text.plain_text import one_line, visible
from replay_gui.core.text.value_preview import member_text
from replay_gui.core.text.wording import plural
from replay_gui.models.values.bounded_equality import BoundedEquality

PAGE_MEMBERS = SHOWN_KEYS  # further children that "… more" shows
PAGE_TEXT_CHARACTERS = 65_536  # of a long text that each page adds
_MAX_KEY_CHARACTERS = 80
_MAX_UNCOUNTED_MEMBERS = 5  # a map with more keys is shown with its size
_MAX_PREVIEW_CHARACTERS = 120  # of the content of a map or list on its row
_MAX_UNFOLDED_MEMBERS = 8  # a replaced map or list up to this size is shown member by member
_MAX_COMPARED_MEMBERS = 200  # compared members of a replaced map or list
_MAX_OPENED_MEMBERS = 1_500  # members of maps and lists that are open because of a change inside: about 20 ms

PathSet: TypeAlias = frozenset[Path]

_wrap = partial(textwrap.wrap, drop_whitespace=False, break_on_hyphens=False)


class ChangeMark(Enum):
    """The event's change of a row; INSIDE: a member of it was changed."""

    SAME = auto()
    INSIDE = auto()
    ADDED = auto()
    CHANGED = auto()
    REMOVED = auto()


class RowKind(Enum):
    """The content of a row of a value."""

    MEMBER = auto()
    TEXT = auto()  # a line of a long text
    MORE = auto()  # a row for the members outside the window; shows more of them when activated


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueRow:
    """One row. `path` is that of its value; key, text, note and old can be shown as they are, on one line each.

    key: the member's name ("" for a line of text). text: a scalar, or a line. note: the size of a container, or another
    remark. old: the old value, if it was changed to a scalar.
    """

    path: Path
    kind: RowKind
    depth: int
    key: str = ""
    text: str = ""
    note: str = ""
    old: str = ""
    mark: ChangeMark = ChangeMark.SAME
    expandable: bool = False
    expanded: bool = False

    @property
    def identity(self) -> tuple[Path, RowKind, str]:
        """Equal for the same row at two positions."""
        return self.path, self.kind, self.text if self.kind is RowKind.TEXT else ""


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


class _Changes(NamedTuple):
    """The changes of a state, computed once, because rows are made again for each new width.

    by_path: those that replaced a value by another. touched: the members through which they are reached.
    """

    given: Sequence[StateChange]
    by_path: dict[Path, StateChange]
    touched: dict[Path, set[str | int]]

    @classmethod
    def of(cls, given: Sequence[StateChange]) -> _Changes:
        equality = BoundedEquality()
        by_path = {
            change.path: change for change in given if not equality.equal(change.old, change.new, _MAX_COMPARED_MEMBERS)
        }
        touched: dict[Path, set[str | int]] = {}
        for path in by_path:
            for i in range(len(path) - 1, -1, -1):
                keys = touched.setdefault(path[:i], set())
                if path[i] in keys:
                    break
                keys.add(path[i])
        return cls(given, by_path, touched)


class ValueTree:
    """Makes rows; caches the first keys of wide maps, and the changes, because finding them takes long."""

    def __init__(self) -> None:
        self._first_keys: dict[Path, FirstKeys] = {}
        self._changes = _Changes.of(())

    def know_first_keys(self, root: Mapping[str, Any], keys: Sequence[str]) -> None:
        """Use these first keys of a wide root; if empty, they are found when they are shown."""
        if keys:
            self._first_keys.setdefault((), FirstKeys()).remember_keys(root, [*keys])

    def rows(self, root: Mapping[str, Any], changes: Sequence[StateChange], view: TreeView) -> list[ValueRow]:
        """Return the visible rows of a value, from top to bottom; the time depends on the expanded part only."""
        if changes is not self._changes.given:
            self._changes = _Changes.of(changes)
        leads = None if view.found is None else {path[:i] for path in view.found for i in range(len(path) + 1)}
        walk = _Walk(
            view=view,
            changes=self._changes.by_path,
            touched=self._changes.touched,
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
        picky = self.view.changed_only or self.visible_paths is not None
        if before and not picky:
            yield self._more(path, depth, f"… {before:,} earlier")
        for key in keys:
            yield from self._member((*path, key), key, value, old, depth=depth, above=mark)
        if after and not picky:
            yield self._more(path, depth, f"… {after:,} more")

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
        was = "" if mark is not ChangeMark.CHANGED or both else content_text(old) or scalar_text(old)
        yield ValueRow(
            path=path,
            kind=RowKind.MEMBER,
            depth=depth,
            key=visible(str(key)[:_MAX_KEY_CHARACTERS]),
            text="" if is_container(shown) else scalar_text(shown),
            note=content_text(shown, expanded),
            old=was,
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
                yield ValueRow(path=(*path, number), kind=RowKind.TEXT, depth=depth, text=piece, mark=mark)
        if len(text) > limit:
            yield self._more(path, depth, f"… {len(text) - limit:,} characters more")

    def _more(self, path: Path, depth: int, words: str) -> ValueRow:
        return ValueRow(path=path, kind=RowKind.MORE, depth=depth, note=words)

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


def content_text(value: Any, expanded: bool = False) -> str:
    """Return the beginning of a map's or list's content, or its size if the members follow; "" for a scalar."""
    if not is_container(value):
        return ""
    if expanded:
        return f"({len(value):,})"
    count = f"({len(value):,}) " if isinstance(value, Mapping) and len(value) > _MAX_UNCOUNTED_MEMBERS else ""
    return one_line(count + member_text(value), _MAX_PREVIEW_CHARACTERS)


def size_text(value: Any) -> str:
    """Return ``14 keys`` or ``391 items``; "" for a scalar."""
    if isinstance(value, Mapping):
        return plural(len(value), "key")
    if is_container(value):
        return plural(len(value), "item")
    return ""


def member(holder: Any, key: str | int) -> Any:
    """Return the member, or ABSENT."""
    if isinstance(holder, Mapping):
        return holder.get(key, ABSENT) if isinstance(key, str) else ABSENT
    if isinstance(key, int) and is_container(holder) and 0 <= key < len(holder):
        return holder[key]
    return ABSENT


def pages_to(holder: Any, key: str | int) -> int:
    """Return the number of pages of a map or list that include a member; 1 if there is no such member."""
    if isinstance(holder, Mapping) and isinstance(key, str):
        return len([other for other in holder if other < key]) // PAGE_MEMBERS + 1
    if isinstance(key, int) and is_container(holder) and 0 <= key < len(holder):
        return (len(holder) - 1 - key) // PAGE_MEMBERS + 1
    return 1
