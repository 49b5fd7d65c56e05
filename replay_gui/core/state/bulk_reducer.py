"""Replay in bulk: for a pass that wants only the last state, and to know which events do not apply.

An event of the common form (see fast_events) changes one or two members of plain maps that no other state shares, so
it is applied in place, without a draft's copies and without a record of the changes. Every other event, and every event
that needs a missing member, goes to the reducer, which alone defines what events mean; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from types import NoneType
from typing import Any, NamedTuple, TypeAlias

from msgspec import UNSET

from replay_gui.core.errors import NotApplicable
from replay_gui.core.log.canonical import decode_shallow
from replay_gui.core.log.chain import request_hash_of_decoded, request_hashes_of_decoded
from replay_gui.core.log.event import decode_event
from replay_gui.core.log.fast_events import FAST_EVENT_TYPES, FastEvent, decode_fast_events
from replay_gui.core.log.kinds import KINDS, Kind
from replay_gui.core.log.payloads import structured
from replay_gui.core.state.draft import Draft
from replay_gui.core.state.reducer import COUNTER_LIMIT, fold
from replay_gui.core.state.state import ABSENT, LISTS, MAPS, Path, State
from replay_gui.core.state.work_limit import TooMuchWork

_Map: TypeAlias = dict[str, Any]
_Event: TypeAlias = Any
_TOOL_REQUEST = FAST_EVENT_TYPES[Kind.TOOL_REQUEST]
_request_of = attrgetter("payload.tool_name", "payload.tool_version", "payload.input")


class _AnyKeys(set[str]):
    """Stands for all keys: adding a key to it does nothing.

    An effect calls ``changed[name].add(key)`` in either case, which is faster than to test for it:

    >>> changed = {"tools": {"read"}, "memory": ALL_KEYS}
    >>> changed["tools"].add("write"); changed["memory"].add("key")  # the second call changes nothing
    """

    def add(self, key: str) -> None:
        pass


ALL_KEYS = _AnyKeys()
ChangedKeys: TypeAlias = dict[str, set[str]]
_SHAPES = (("pending", MAPS), ("observations", MAPS), ("memory", MAPS), ("messages", LISTS))

# A counter is raised by 1 in place if it is one of these; the reducer knows what to do with any other value.
_FIRST_COUNT, _LAST_COUNT = -1, COUNTER_LIMIT - 1
_MAX_KEY_CHARACTERS = 1024  # characters; a longer one may be over the limit in bytes


class BulkResult(NamedTuple):
    """The result of applying events one after another.

    Attributes:
        refused: the indexes of those that do not apply and left the state as it was.
        requested: the request hash of each ToolRequest that applies, in their order.
    """

    refused: list[int]
    requested: list[str]


class _RequestHashes(NamedTuple):
    """Hashes of tool requests: `ahead` of those in common form to come, `applied` of every one that was applied."""

    ahead: Iterator[str]
    applied: list[str]


def without_replay(contents: Sequence[bytes]) -> BulkResult:
    """Return what is known of events without the state that they meet: every one in the right form may apply."""
    refused, requested = [], []
    for i, content in enumerate(contents):
        try:
            kind, payload = decode_event(content)
            structured(kind, payload)
        except NotApplicable:
            refused.append(i)
            continue
        if kind == Kind.TOOL_REQUEST:
            requested.append(request_hash_of_decoded(payload["tool_name"], payload["tool_version"], payload["input"]))
    return BulkResult(refused, requested)


class BulkReducer:
    """Applies events to a state in place, and notes which members of it have changed.

    Attributes:
        changed: for a member of the root, the keys in it that changed since `forget_changes`; ANY where it may have
        changed in any way. A list that was only appended to is not in it.
    """

    __slots__ = ("_draft", "_is_owned", "_is_plain", "_max_work", "changed")

    def __init__(self, state: State | None = None, max_work: int | None = None) -> None:
        """Begin with `state`, which is not changed; None: with the empty state. `max_work`: see max_moved_values."""
        self._max_work = max_work
        self._draft = Draft(State({}) if state is None else state)
        self._is_owned = state is None  # whether all containers changed in place are this object's
        # Without ops, only effects write the state, so every member has the shape that effects give it.
        self._is_plain = True
        self.changed: ChangedKeys = {}

    @property
    def root(self) -> dict[str, Any]:
        """The root of the present state; the next event changes it in place."""
        return self._draft.root

    @property
    def present(self) -> State:
        """The present state; the next event changes it in place."""
        return self._draft.present

    def fold(self, contents: Sequence[bytes], events: Sequence[FastEvent | None] | None = None) -> BulkResult:
        """Apply events one after another; `events` is what decode_fast_events returned for `contents`, if called.

        TooMuchWork where the events so far have caused too much of it; the state is of no use then.
        """
        if not self._is_owned:
            self._flush()
        events = decode_fast_events(contents) if events is None else events
        requests = [*map(_request_of, [event for event in events if type(event) is _TOOL_REQUEST])]
        hashes, refused = _RequestHashes(iter(request_hashes_of_decoded(requests)), []), []
        root, changed = self._draft.root, self.changed
        for i, (event, effect) in enumerate(zip(events, map(_effect_of, map(type, events)), strict=True)):
            try:
                if self._is_plain and effect(root, changed, hashes, event):
                    continue
            except KeyError:
                pass  # a member is missing: the reducer knows whether that matters
            if not self._apply_by_reducer(contents[i], hashes.applied):
                refused.append(i)
            if self._max_work is not None and self._draft.work > self._max_work:
                raise TooMuchWork(i)
            root = self._draft.root
        return BulkResult(refused, hashes.applied)

    def publish(self) -> State:
        """Return the present state as an immutable value; later events change copies."""
        self._is_owned = False
        return self._draft.publish()

    def _flush(self) -> None:
        """Copy the containers that effects change in place, unless a member has another type than effects give it."""
        root, self._is_owned = self._draft.own_members(), True
        self.changed = dict.fromkeys(root, ALL_KEYS)
        tools = root.get("tools", {})
        self._is_plain = (
            self._is_plain
            and all(isinstance(root.get(name, ()), (*types, tuple)) for name, types in _SHAPES)
            and type(tools) is dict
            and all(type(row) is dict and _has_counters(row) for row in tools.values())
        )
        if self._is_plain:
            for name, row in tools.items():
                tools[name] = dict(row)

    def forget_changes(self) -> None:
        """Forget which members have changed."""
        self.changed = {name: set() for name, member in self.root.items() if isinstance(member, MAPS)}

    def _apply_by_reducer(self, content: bytes, requested: list[str]) -> bool:
        shallow = decode_shallow(content)
        if shallow is not None and shallow[0] not in KINDS and "ops" not in shallow[1]:
            return True  # a custom kind without ops does nothing
        self._is_plain = self._is_plain and b"ops" not in content  # however its length is written
        if not fold(self._draft, content):
            return False
        for change in self._draft.changes:
            self._note_change(change.path, change.old)
        match decode_event(content):
            case Kind.TOOL_REQUEST, {"tool_name": name, "tool_version": version, "input": value}:
                requested.append(request_hash_of_decoded(name, version, value))
        return True

    def _note_change(self, path: Path, old: Any) -> None:
        name, inside = str(path[0]), path[1] if len(path) > 1 else None
        keys = self.changed.get(name)
        if isinstance(inside, str) and keys is not None:
            keys.add(inside)
        elif not (len(path) == 2 and isinstance(inside, int) and old is ABSENT):  # no mere appending
            self.changed[name] = ALL_KEYS


# Each effect checks everything before it changes anything. False or KeyError: not the common case, nothing was changed.
# The types of the payload's fields were checked when it was decoded.


def _tool_request(root: _Map, changed: ChangedKeys, hashes: _RequestHashes, event: _Event) -> bool:
    p = event.payload
    name, request = p.tool_name, next(hashes.ahead)
    row, pending = root["tools"][name], root["pending"]
    waiting = pending.get(request)
    calls = row["calls"]
    if not _FIRST_COUNT <= calls < _LAST_COUNT or (waiting is not None and not _is_waiting(waiting, 1)):
        return False
    changed["tools"].add(name)
    changed["pending"].add(request)
    row["calls"] = calls + 1
    if waiting is None:
        pending[request] = {"tool": name, "input": p.input, "count": 1}
    else:
        pending[request] = {**waiting, "count": waiting["count"] + 1}
    hashes.applied.append(request)
    return True


def _tool_response(root: _Map, changed: ChangedKeys, hashes: _RequestHashes, event: _Event) -> bool:
    p = event.payload
    name, request = p.tool_name, p.request_hash
    row, pending = root["tools"][name], root["pending"]
    waiting = pending.get(request)
    if not p.success and not _FIRST_COUNT <= row["errors"] < _LAST_COUNT:
        return False
    if waiting is not None:
        if not _is_waiting(waiting, -1):
            return False
        changed["pending"].add(request)
        if waiting["count"] == 1:
            del pending[request]
        else:
            pending[request] = {**waiting, "count": waiting["count"] - 1}
    changed["tools"].add(name)
    if not p.success:
        row["errors"] += 1
    row["last"] = p.output
    return True


def _is_waiting(row: Any, by: int) -> bool:
    """Return whether a request waits that can be counted up (`by` 1) or down (-1)."""
    count = row.get("count") if type(row) is dict else None
    return type(count) is int and 0 <= count + by < COUNTER_LIMIT


def _has_counters(row: _Map) -> bool:
    return type(row.get("calls")) is int and type(row.get("errors")) is int


def _observation(root: _Map, changed: ChangedKeys, hashes: _RequestHashes, event: _Event) -> bool:
    p = event.payload
    kind = p.obs_type
    if kind == "message":
        root["messages"].append({"role": p.source, "content": p.data})
        return True
    if len(kind) > _MAX_KEY_CHARACTERS:
        return False
    observations = root["observations"]
    changed["observations"].add(kind)
    observations[kind] = p.data
    return True


def _decision(root: _Map, changed: ChangedKeys, hashes: _RequestHashes, event: _Event) -> bool:
    p = event.payload
    if p.decision_type == "message":
        root["messages"].append({"role": "assistant", "content": p.data})
    else:
        root["decision"] = {"type": p.decision_type, "data": p.data}
    return True


def _memory_write(root: _Map, changed: ChangedKeys, hashes: _RequestHashes, event: _Event) -> bool:
    p = event.payload
    key, value = p.key, p.value
    if p.operation == "delete" or value is UNSET or len(key) > _MAX_KEY_CHARACTERS:
        return False
    memory = root["memory"]
    changed["memory"].add(key)
    memory[key] = value
    return True


def _unusual(root: _Map, changed: ChangedKeys, hashes: _RequestHashes, event: _Event) -> bool:
    return False


def _nothing(root: _Map, changed: ChangedKeys, hashes: _RequestHashes, event: _Event) -> bool:
    return True


_BY_KIND: dict[str, Callable[[_Map, ChangedKeys, _RequestHashes, _Event], bool]] = {
    Kind.TOOL_REQUEST: _tool_request,
    Kind.TOOL_RESPONSE: _tool_response,
    Kind.OBSERVATION: _observation,
    Kind.DECISION: _decision,
    Kind.MEMORY_WRITE: _memory_write,
    Kind.MEMORY_READ: _nothing,
    Kind.SNAPSHOT: _nothing,
}
_EFFECTS = {structure: _BY_KIND.get(kind, _unusual) for kind, structure in FAST_EVENT_TYPES.items()} | {
    NoneType: _unusual
}
_effect_of = _EFFECTS.__getitem__
