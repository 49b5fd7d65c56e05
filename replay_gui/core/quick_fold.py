"""Replay in bulk: for a pass that wants only the last state, and to know which events do not apply.

The usual event changes one or two members of plain maps that nobody else sees, so it is applied in place, without a
draft's copies and without a record of the changes. Whatever is unusual (a missing member, a wrong type, deep values,
`ops`) is left to the reducer, which alone defines what events mean; a test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from msgspec import MsgspecError

from replay_gui.core.canonical import KEY_LIMIT, decode_shallow_event
from replay_gui.core.chain import request_hash_of_decoded
from replay_gui.core.draft import Draft
from replay_gui.core.kinds import KINDS
from replay_gui.core.reducer import decode_event, fold
from replay_gui.core.state import ABSENT, MAPS, Path, State

_Map: TypeAlias = dict[str, Any]


class _AnyKeys(set[str]):
    """All keys: it takes note of none."""

    def add(self, key: str) -> None:
        pass


ANY = _AnyKeys()
Changed: TypeAlias = dict[str, set[str]]

_LONGEST_KEY = 1024  # characters; a longer one may be over the limit in bytes


class QuickFold:
    """A state that events are applied to in place, and what has changed of it.

    Attributes:
        changed: for a member of the root, the keys in it that changed since `forget_changes`; ANY where it may have
        changed in any way. A list that was only appended to is not in it.
        asked: after a ToolRequest that was applied, its request hash.
    """

    __slots__ = ("_draft", "_shapely", "asked", "changed")

    def __init__(self) -> None:
        self._draft = Draft(State({}))  # a root of its own, since it is changed in place
        # Without ops, only effects write the state, so every member has the shape that effects give it.
        self._shapely = True
        self.changed: Changed = {}
        self.asked = ""

    @property
    def root(self) -> dict[str, Any]:
        """The state so far; the next event changes it."""
        return self._draft.root

    def fold(self, contents: Iterable[bytes]) -> list[int]:
        """Applies events one after another; the indexes of those that do not apply and left the state as it was."""
        refused = []
        root, changed = self._draft.root, self.changed
        for i, content in enumerate(contents):
            try:
                kind, payload = decode_shallow_event(content)
                if (
                    self._shapely
                    and "ops" not in payload
                    and len(content) <= KEY_LIMIT
                    and _EFFECTS.get(kind, _custom)(root, changed, payload)
                ):
                    continue
            except (KeyError, MsgspecError, UnicodeDecodeError):
                pass  # something is missing or broken: the reducer knows whether that matters
            if not self._apply_exactly(content):
                refused.append(i)
            root = self._draft.root
        return refused

    def apply(self, event: tuple[str, dict[str, Any]] | None, content: bytes) -> bool:
        """One event that was decoded already, or found to be unusual (None); False where it does not apply."""
        if event is not None and self._shapely:
            kind, payload = event
            try:
                if "ops" not in payload and (
                    done := _EFFECTS.get(kind, _custom)(self._draft.root, self.changed, payload)
                ):
                    if done is not True:
                        self.asked = done
                    return True
            except KeyError:
                pass  # a field or member is missing: the reducer knows whether that matters
        return self._apply_exactly(content)

    def forget_changes(self) -> None:
        """Begins to note changes anew."""
        self.changed = {name: set() for name, member in self.root.items() if isinstance(member, MAPS)}

    def _apply_exactly(self, content: bytes) -> bool:
        self._shapely = self._shapely and b"ops" not in content  # however its length is written
        if not fold(self._draft, content):
            return False
        for path, old, _ in self._draft.leaf_changes():
            self._note(path, old)
        match decode_event(content):
            case "ToolRequest", {"tool_name": name, "tool_version": version, "input": value}:
                self.asked = request_hash_of_decoded(name, version, value)
        return True

    def _note(self, path: Path, old: Any) -> None:
        name, inside = str(path[0]), path[1] if len(path) > 1 else None
        keys = self.changed.get(name)
        if isinstance(inside, str) and keys is not None:
            keys.add(inside)
        elif not (len(path) == 2 and isinstance(inside, int) and old is ABSENT):  # no mere appending
            self.changed[name] = ANY


# Each effect looks at everything before it changes anything. False or a KeyError: not the usual case, nothing changed.
# A request's returns its hash.


def _tool_request(root: _Map, changed: Changed, p: _Map) -> bool | str:
    name, version, value = p["tool_name"], p["tool_version"], p["input"]
    if type(name) is not str or type(version) is not str or type(p["capabilities"]) is not list:
        return False
    row, pending = root["tools"][name], root["pending"]
    request = request_hash_of_decoded(name, version, value)
    waiting = pending.get(request)
    changed["tools"].add(name)
    changed["pending"].add(request)
    row["calls"] += 1
    if waiting is None:
        pending[request] = {"tool": name, "input": value, "count": 1}
    else:
        waiting["count"] += 1
    return request


def _tool_response(root: _Map, changed: Changed, p: _Map) -> bool:
    name, request, output, success, error = p["tool_name"], p["request_hash"], p["output"], p["success"], p["error"]
    if type(name) is not str or type(request) is not str or type(success) is not bool:
        return False
    if error is not None and type(error) is not str:
        return False
    row, pending = root["tools"][name], root["pending"]
    waiting = pending.get(request)
    changed["tools"].add(name)
    if waiting is not None:
        changed["pending"].add(request)
        if waiting["count"] == 1:
            del pending[request]
        else:
            waiting["count"] -= 1
    if not success:
        row["errors"] += 1
    row["last"] = output
    return True


def _observation(root: _Map, changed: Changed, p: _Map) -> bool:
    kind, source, data = p["obs_type"], p["source"], p["data"]
    if type(kind) is not str or type(source) is not str or len(kind) > _LONGEST_KEY:
        return False
    if kind == "message":
        root["messages"].append({"role": source, "content": data})
    else:
        observations = root["observations"]
        changed["observations"].add(kind)
        observations[kind] = data
    return True


def _decision(root: _Map, changed: Changed, p: _Map) -> bool:
    kind, data, reasoning = p["decision_type"], p["data"], p.get("reasoning")
    if type(kind) is not str or (reasoning is not None and type(reasoning) is not str):
        return False
    if kind == "message":
        root["messages"].append({"role": "assistant", "content": data})
    else:
        root["decision"] = {"type": kind, "data": data}
    return True


def _memory_write(root: _Map, changed: Changed, p: _Map) -> bool:
    key, operation = p["key"], p.get("operation", "set")
    if type(key) is not str or type(operation) is not str or operation == "delete" or len(key) > _LONGEST_KEY:
        return False
    value, memory = p["value"], root["memory"]
    changed["memory"].add(key)
    memory[key] = value
    return True


def _memory_read(root: _Map, changed: Changed, p: _Map) -> bool:
    return type(p["key"]) is str


def _unusual(root: _Map, changed: Changed, p: _Map) -> bool:
    return False


def _custom(root: _Map, changed: Changed, p: _Map) -> bool:
    return True


_EFFECTS: dict[str, Callable[[_Map, Changed, _Map], bool | str]] = {
    **dict.fromkeys(KINDS, _unusual),
    "ToolRequest": _tool_request,
    "ToolResponse": _tool_response,
    "Observation": _observation,
    "Decision": _decision,
    "MemoryWrite": _memory_write,
    "MemoryRead": _memory_read,
}
