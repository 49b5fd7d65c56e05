"""Apply one event to a published state: containers are copied once; the changes are undone if it cannot be applied."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from replay_gui.core.errors import NotApplicable, NotCanonical
from replay_gui.core.log.canonical import MAX_DEPTH, MAX_KEY_BYTES, check_limits, nesting_depth
from replay_gui.core.state.net_changes import net_changes, net_leaf_changes
from replay_gui.core.state.state import (
    ABSENT,
    LISTS,
    MAPS,
    MIN_OVERLAY_MEMBERS,
    GrowList,
    OverlayMap,
    Path,
    State,
    StateChange,
    leaves,
)

_MAX_SAFE_KEY_CHARACTERS = MAX_KEY_BYTES // 4  # shorter keys are within the limit with any characters
_FREED_AT_ONCE = 4096  # changes


class Draft:
    """The successor of a published state.

    A container that the draft has copied is *owned*: no other state shares it, so it is changed in place until
    `publish`. Values that come from events are never owned, so they can be shared.

    Attributes:
        root: the current state.
        owned: the owned containers by id, which are kept so that no id is used again.
        work: members of maps and items of lists that were copied, moved or checked so far: see BulkReducer.
    """

    __slots__ = ("_grown", "_log", "_long_key", "_saved", "_shifted", "owned", "root", "work")

    def __init__(self, state: State) -> None:
        self.root: dict[str, Any] = state.root
        self._grown: set[tuple[str, ...]] = set(state.grown)
        self.owned: dict[int, Any] = {}
        # (container, path, old, new); container None: only a leaf of the state hash, an emptied or no longer empty map
        self._log: list[tuple[Any, Path, Any, Any]] = []
        self._shifted: dict[Path, int] = {}  # lists with an insertion or removal: the first index that it moved
        self._long_key = False
        self._saved: State | None = None
        self.work = 0

    @property
    def present(self) -> State:
        """The current state; unlike a published one, it is changed by the next event."""
        return State(self.root, frozenset(self._grown))

    def publish(self) -> State:
        """Return the current state as an immutable value; later changes copy again."""
        self.disown()
        return self.present

    def disown(self) -> None:
        """Copy each container again before it is changed."""
        self.owned.clear()

    # ---- one event ------------------------------------------------------------------------------
    def begin(self, save: bool = False) -> None:
        """Forget the changes of the previous event.

        `save`: keep the current state for `undo`. It is needed if the event has ops, since these may replace a
        GrowList by another object; but then the event copies every container that it changes. Without ops, `undo`
        reverses the changes one by one.
        """
        while self._log:  # freeing a million at once would block all other threads
            del self._log[-_FREED_AT_ONCE:]
        self._shifted.clear()
        self._long_key = False
        self._saved = self.publish() if save else None

    def undo(self) -> None:
        """Undo every change since `begin`."""
        if self._saved is not None:
            self.root, self._grown = self._saved.root, set(self._saved.grown)
            self.owned.clear()
        else:
            for container, path, old, _ in reversed(self._log):
                if isinstance(container, GrowList):
                    container.pop()
                elif container is not None and old is ABSENT:
                    del container[path[-1]]
                elif container is not None:
                    container[path[-1]] = old
        self._log.clear()
        self._shifted.clear()

    @property
    def has_changes(self) -> bool:
        """Whether anything was changed since `begin`."""
        return bool(self._log)

    @property
    def changes(self) -> tuple[StateChange, ...]:
        """Return all changes that `each_change` yields."""
        return tuple(self.each_change())

    def each_change(self) -> Iterator[StateChange]:
        """Yield the changes since `begin`, in order; for an event with ops, their net change at each path."""
        if self._saved is None:
            return (StateChange(path, old, new) for container, path, old, new in self._log if container is not None)
        return net_changes(self._touched(), self._shifted, self._saved.root, self.root)

    @property
    def has_moved_items(self) -> bool:
        """Whether an item was inserted into a list, or removed from one, since `begin`; later items have moved."""
        return bool(self._shifted)

    def leaf_changes(self) -> Iterator[tuple[Path, Any, Any]]:
        """Return (path, old, new) of each part of the state that changed since `begin`; see net_changes for ops.

        An empty container is a leaf of the state hash, so filling or emptying it is also a change.
        """
        if self._saved is None:
            return ((path, old, new) for _, path, old, new in self._log)
        return net_leaf_changes(self._touched(), self._shifted, self._saved.root, self.root)

    def _touched(self) -> list[Path]:
        return [path for container, path, _, _ in self._log if container is not None]

    def check_limits(self, shallow: bool) -> None:
        """Raise NotApplicable if the state has become deeper than 128 levels, or has a key over 4 KiB.

        `shallow`: the values put into the state are known not to be deep.
        """
        # Only the state after the whole event counts: a later operation may undo what an earlier one exceeded.
        is_deep = not shallow and any(len(path) + nesting_depth(new) > MAX_DEPTH for _, path, _, new in self._log)
        if self._long_key or is_deep:
            state = State(self.root, frozenset(self._grown)).plain()
            self.work += sum(1 for _ in leaves(state))
            try:
                check_limits(state)
            except NotCanonical as why:
                raise NotApplicable(f"the state would break a limit: {why}") from None

    def _note_key(self, key: str) -> None:
        self._long_key |= len(key) > _MAX_SAFE_KEY_CHARACTERS and len(key.encode()) > MAX_KEY_BYTES

    # ---- reading --------------------------------------------------------------------------------
    def map(self, *path: str) -> Any:
        """Return the map at `path`, None if there is none; raise NotApplicable if a value on the way is not a map."""
        here: Any = self.root
        for key in path:
            here = here.get(key, ABSENT)
            if here is ABSENT:
                return None
            if not isinstance(here, MAPS):
                raise NotApplicable(f"{key!r} in the state is no map")
        return here

    # ---- changing, by keys ----------------------------------------------------------------------
    def put(self, path: tuple[str, ...], value: Any) -> None:
        """Set the member at `path` of maps; create the maps that are missing on the way."""
        owned = self.owned
        here: Any = self.root
        for key in path[:-1]:  # maps that events change repeatedly are owned plain dicts by now
            if id(here) not in owned or type(here) is not dict:
                self._put_slowly(path, value)
                return
            here = here.get(key)
        key = path[-1]
        if id(here) not in owned or type(here) is not dict or not here or len(key) > _MAX_SAFE_KEY_CHARACTERS:
            self._put_slowly(path, value)
            return
        self._log.append((here, path, here.get(key, ABSENT), value))
        here[key] = value

    def _put_slowly(self, path: tuple[str, ...], value: Any) -> None:
        here: Any = self.own_root()
        for i in range(len(path) - 1):
            child = here.get(path[i], ABSENT)
            if child is ABSENT:
                for key in reversed(path[i + 1 :]):
                    self._note_key(key)
                    value = {key: value}
                path = path[: i + 1]
                break
            if not isinstance(child, MAPS):
                raise NotApplicable(f"{path[i]!r} in the state is no map")
            here = self._own(here, path[: i + 1], child)
        self._set(here, path, value)

    def remove(self, path: tuple[str, ...]) -> None:
        """Remove the member at `path`, which must exist."""
        here: Any = self.own_root()
        for i in range(len(path) - 1):
            here = self._own(here, path[: i + 1], here[path[i]])
        self._remove(here, path)

    def append(self, key: str, value: Any) -> None:
        """Append to the list at the root's `key`; create it if it is missing."""
        root = self.own_root()
        here = root.get(key, ABSENT)
        if here is ABSENT:
            self._set(root, (key,), [value])
        elif isinstance(here, LISTS):
            self._append(self._own(root, (key,), here, growing=True), (key,), value)
        else:
            raise NotApplicable(f"{key!r} in the state is no list")

    # ---- changing, by JSON Pointer (RFC 6901, 6902) ---------------------------------------------
    def patch(self, op: str, tokens: list[str], value: Any) -> None:
        """Apply one operation of JSON Patch (add, replace or remove) at the path of `tokens`."""
        here: Any = self.own_root()
        path: Path = ()
        adding = op == "add"
        for token, following in pairwise(tokens):
            path = (*path, _member(here, token))
            child = here[path[-1]]
            growing = adding and len(path) == len(tokens) - 1 and _is_end(child, following)
            here = self._own(here, path, child, growing)
        key = _member(here, tokens[-1], adding)
        path = (*path, key)
        if op == "remove" and isinstance(here, MAPS):
            self._remove(here, path)
        elif isinstance(here, MAPS) or op == "replace":
            self._set(here, path, value)
        elif adding and key == len(here):
            self._append(here, path[:-1], value)
        else:
            self._shift(here, path, value if adding else ABSENT)

    # ---- owning ---------------------------------------------------------------------------------
    def own_members(self) -> dict[str, Any]:
        """Return the root, owned with its members: change them in place until `publish`, lists only by appending."""
        root = self.own_root()
        for name, member in root.items():
            if isinstance(member, MAPS + LISTS):
                self._own(root, (name,), member, growing=isinstance(member, LISTS))
        return root

    def own_root(self) -> dict[str, Any]:
        """Return the root, owned."""
        if id(self.root) not in self.owned:
            self.root = dict(self.root)
            self.owned[id(self.root)] = self.root
        return self.root

    def _own(self, parent: Any, path: Path, child: Any, growing: bool = False) -> Any:
        """Return an owned copy of `child`, put at `path` in its place; `child` itself if it is already owned.

        `growing`: a list will only be appended to; otherwise its items can also be set.
        """
        is_fit = growing or not isinstance(child, GrowList)
        if id(child) in self.owned and is_fit:
            return child
        if isinstance(child, dict):
            copy: Any = OverlayMap(child) if len(child) > MIN_OVERLAY_MEMBERS and self._grows_at(path) else dict(child)
        elif isinstance(child, OverlayMap):
            copy = child.copy()
        elif isinstance(child, GrowList):
            copy = child.copy() if growing else child.plain()
        elif isinstance(child, list):
            copy = GrowList(list(child)) if growing and self._grows_at(path) else list(child)
        else:
            raise NotApplicable("a path leads through a value that is neither a map nor a list")
        if type(copy) is not OverlayMap and not (growing and isinstance(child, GrowList)):
            self.work += len(copy)
        parent[path[-1]] = copy
        self.owned[id(copy)] = copy
        return copy

    def _grows_at(self, path: Path) -> bool:
        """Return whether a GrowList or OverlayMap may be at `path`, and note the path. Below a list none may be."""
        keys = tuple(key for key in path if isinstance(key, str))
        if len(keys) == len(path):
            self._grown.add(keys)
        return len(keys) == len(path)

    # ---- the changes themselves -----------------------------------------------------------------
    def _set(self, here: Any, path: Path, value: Any) -> None:
        key: Any = path[-1]
        if isinstance(here, MAPS):
            self._note_key(key)
            old = here.get(key, ABSENT)
            if old is ABSENT and not here:
                self._leaf(path[:-1], {}, ABSENT)
        else:
            old = here[key]
        here[key] = value
        self._log.append((here, path, old, value))

    def _remove(self, here: Any, path: Path) -> None:
        old = here[path[-1]]
        del here[path[-1]]
        self._log.append((here, path, old, ABSENT))
        if not here:
            self._leaf(path[:-1], ABSENT, {})

    def _append(self, here: Any, path: Path, value: Any) -> None:
        if not here:
            self._leaf(path, [], ABSENT)
        self._log.append((here, (*path, len(here)), ABSENT, value))
        here.append(value)

    def _shift(self, here: list[Any], path: Path, value: Any) -> None:
        """Insert `value` into a list at `path`, or remove the item there (ABSENT); every later item moves."""
        in_list, index = path[:-1], int(path[-1])
        self._shifted[in_list] = min(index, self._shifted.get(in_list, index))
        self.work += len(here) - index
        if value is ABSENT:
            del here[index]
        else:
            here.insert(index, value)
        self._log.append((here, path, ABSENT, value))

    def _leaf(self, path: Path, old: Any, new: Any) -> None:
        if path:
            self._log.append((None, path, old, new))


def _is_end(container: Any, token: str) -> bool:
    return isinstance(container, LISTS) and token in ("-", str(len(container)))


def _member(container: Any, token: str, adding: bool = False) -> Any:
    """Return the key or index that a token of a pointer means; raise NotApplicable if there is no such member."""
    if isinstance(container, MAPS):
        if not adding and token not in container:
            raise NotApplicable(f"no member {token[:80]!r}")
        return token
    if not isinstance(container, LISTS):
        raise NotApplicable("a path leads through a value that is neither a map nor a list")
    if adding and token == "-":
        return len(container)
    if not (token.isascii() and token.isdigit()) or (token[0] == "0" and token != "0") or len(token) > 18:
        raise NotApplicable(f"no index {token[:80]!r}")
    if int(token) >= len(container) + adding:
        raise NotApplicable(f"no index {token}")
    return int(token)
