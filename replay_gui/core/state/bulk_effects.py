"""The effects of common-form events on a state in place, many at a time (log-format.md, Reducer).

Kinds that write the same member of the root are one group, and different groups write different members. So the
events of a group can be applied in one loop, before or after those of another group. An effect does the same as the
reducer, or leaves the event to the reducer, which alone defines the meaning of events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, TypeAlias

from msgspec import UNSET

from replay_gui.core.log.chain import request_hashes_of_decoded
from replay_gui.core.log.fast_events import FastEvent
from replay_gui.core.log.kinds import Kind
from replay_gui.core.state.state import ABSENT, LISTS, MAPS

_Map: TypeAlias = dict[str, Any]


class _AnyKeys(set[str]):
    """The set of all keys: adding a key does nothing.

    An effect calls ``changed[name].add(key)`` in either case, which is faster than to test for it:

    >>> changed = {"tools": {"read"}, "memory": ALL_KEYS}
    >>> changed["tools"].add("write"); changed["memory"].add("key")  # the second call has no effect
    """

    def add(self, key: str) -> None:
        pass


ALL_KEYS = _AnyKeys()
ChangedKeys: TypeAlias = dict[str, set[str]]
_SHAPES: dict[str, Any] = {
    "tools": MAPS,
    "pending": MAPS,
    "observations": MAPS,
    "messages": LISTS,
    "memory": MAPS,
    "patches": MAPS,
}
EFFECT_MEMBERS = frozenset(("agent", "phase", "decision", "errors", *_SHAPES))
"""The members of the root that effects write."""

_MAX_CHECKED_ROWS = 256
_MAX_COUNT = 1 << 62  # a count that starts below this never reaches the reducer's limit
_REQUEST, _RESPONSE = Kind.TOOL_REQUEST.value, Kind.TOOL_RESPONSE.value  # equal strings are compared by identity first
_OBSERVATION = Kind.OBSERVATION.value
_PROPOSAL, _APPLIED = Kind.PATCH_PROPOSAL.value, Kind.PATCH_APPLIED.value
_WRITE = Kind.MEMORY_WRITE.value
_REFUSED = frozenset((_WRITE, _PROPOSAL, _APPLIED, Kind.PATCH_REJECTED.value))  # effects that may be refused
_COUNTED = frozenset((_REQUEST, _RESPONSE, Kind.CAPABILITY_DENIED.value, Kind.ERROR.value))  # effects with counters
_NO_CALLS = {"calls": 0, "errors": 0, "denied": 0}


class BulkTarget(Protocol):
    """The state that effects change in place, in a pass over some events.

    Attributes:
        root: of the state, owned, as are its members, which have the shapes that effects give them.
        changed: see BulkReducer.
        own_tools: the names in the state's ``tools`` whose rows can be changed in place, and have valid counters.
        applied: the request hash of each ToolRequest that was applied.
    """

    root: _Map
    changed: ChangedKeys
    own_tools: set[str]
    applied: list[str]

    def create_member(self, name: str, value: Any, event: FastEvent) -> None:
        """Set a member of the root that an event creates."""

    def refuse_event(self, event: FastEvent) -> None:
        """Note that an event cannot be applied."""

    def leave_to_reducer(self, event: FastEvent) -> None:
        """Leave an event to the reducer."""


def has_usual_shapes(root: _Map) -> bool:
    """Return whether the members of the root have the shapes that effects give them; operations may give them others.

    The rows in these members may still have any shape.
    """
    return all(isinstance(root[name], types) for name, types in _SHAPES.items() if name in root)


def has_usual_rows(root: _Map) -> bool:
    """Return whether the counters of tools, open requests and errors can be increased, so that no effect is refused.

    False may also mean that there are too many to see. Effects keep them so.
    """
    tools, pending = root.get("tools", {}), root.get("pending", {})
    return (
        len(tools) + len(pending) <= _MAX_CHECKED_ROWS
        and all(map(_has_counters, tools.values()))
        and all(_is_counter(row) and row["count"] for row in pending.values())
        and _is_counter(root.get("errors", {"count": 0}))
    )


def never_refuses(kind: str, usual_rows: bool) -> bool:
    """Return whether the effects of all events of a kind can be applied to a state of usual shapes without the reducer.

    `usual_rows`: the result of has_usual_rows for the state.
    """
    return usual_rows if kind in _COUNTED else kind not in _REFUSED


def has_value(event: FastEvent) -> bool:
    """Return whether this is an event that writes to the memory, and can be applied to a state of usual shapes."""
    return bool(event.kind == _WRITE and (event.payload.operation == "delete" or event.payload.value is not UNSET))


# The types of the payload's fields were checked when it was decoded. Each effect checks everything before it changes
# anything.


def _agent(state: BulkTarget, events: Sequence[FastEvent]) -> None:
    for event in events:
        p = event.payload
        _replace(state, "agent", {"type": p.agent_type, "version": p.agent_version, "config": p.config}, event)


def _phase(state: BulkTarget, events: Sequence[FastEvent]) -> None:
    for event in events:
        if event.payload.phase is not UNSET:
            _replace(state, "phase", event.payload.phase, event)


def _replace(state: BulkTarget, name: str, value: Any, event: FastEvent) -> None:
    if name in state.root:
        state.root[name], state.changed[name] = value, ALL_KEYS
    else:
        state.create_member(name, value, event)


def _tools(state: BulkTarget, events: Sequence[FastEvent]) -> None:
    called = [event.payload for event in events if event.kind == _REQUEST]
    requests = iter(request_hashes_of_decoded([(p.tool_name, p.tool_version, p.input) for p in called]))
    rest = iter(events)
    while (left := _apply_to_tools(state, rest, requests)) is not None:
        state.leave_to_reducer(left)


def _apply_to_tools(state: BulkTarget, events: Iterator[FastEvent], requests: Iterator[str]) -> FastEvent | None:
    """Apply requests, responses and denials, up to one that is left to the reducer, which is returned.

    `requests`: the request hash of each later request.
    """
    root, add_applied = state.root, state.applied.append
    tools, pending = root.get("tools", {}), root.get("pending", {})
    change_pending = state.changed.get("pending", ALL_KEYS).add
    is_missing = "pending" not in root
    rows: dict[str, _Map | None] = {}  # rows of the tools seen so far, to be changed in place
    opened: dict[str, Any] = {}  # open requests that are not in `pending` yet: most are answered soon
    left = None
    for event in events:
        kind, p = event.kind, event.payload
        name = p.tool_name
        if kind == _REQUEST:
            request = next(requests)
            if request in opened:
                _add_pending(opened, pending, change_pending)
            waiting: Any = pending.get(request, ABSENT)
            is_odd = waiting is not ABSENT and not _is_counter(waiting)
            row = None if is_odd else rows.get(name) or _own_row(state, tools, name, event, rows)
            if row is None:
                left = event
                break
            row["calls"] += 1
            if is_missing:
                state.create_member("pending", pending, event)
                is_missing = False
            if waiting is ABSENT:
                opened[request] = p
            else:
                pending[request] = {**waiting, "count": waiting["count"] + 1}
                change_pending(request)
            add_applied(request)
        elif kind == _RESPONSE:
            request = p.request_hash
            waiting = pending[request] if request in pending and request not in opened else ABSENT
            is_odd = waiting is not ABSENT and not (_is_counter(waiting) and waiting["count"])
            row = None if is_odd else rows.get(name) or _own_row(state, tools, name, event, rows)
            if row is None:
                left = event
                break
            if waiting is ABSENT:
                opened.pop(request, None)
            else:
                change_pending(request)
                if waiting["count"] == 1:
                    del pending[request]
                else:
                    pending[request] = {**waiting, "count": waiting["count"] - 1}
            if not p.success:
                row["errors"] += 1
            row["last"] = p.output
        else:
            row = rows.get(name) or _own_row(state, tools, name, event, rows)
            if row is None:
                left = event
                break
            row["denied"] += 1
    _add_pending(opened, pending, change_pending)
    return left


def _add_pending(opened: dict[str, Any], pending: Any, change_pending: Callable[[str], None]) -> None:
    """Move requests that are still open to the state's `pending`."""
    for request, p in opened.items():
        pending[request] = {"tool": p.tool_name, "input": p.input, "count": 1}
        change_pending(request)
    opened.clear()


def _own_row(state: BulkTarget, tools: Any, name: str, event: FastEvent, rows: dict[str, _Map | None]) -> _Map | None:
    """Return the row of a tool, made changeable in place and added to `rows`; None if a counter is invalid."""
    if name not in state.own_tools:
        row = tools.get(name, _NO_CALLS)
        if not _has_counters(row):
            return None
        if "tools" not in state.root:
            state.create_member("tools", tools, event)
        tools[name] = {**row}
        state.own_tools.add(name)
    state.changed["tools"].add(name)
    rows[name] = tools[name]
    return rows[name]


def _has_counters(row: Any) -> bool:
    """Return whether the counters in the row of a tool are valid and can be increased."""
    return type(row) is dict and all(type(row.get(key)) is int and -1 <= row[key] < _MAX_COUNT for key in _NO_CALLS)


def _is_counter(row: Any) -> bool:
    """Return whether the counters of the row are valid and can be increased."""
    return type(row) is dict and type(count := row.get("count")) is int and 0 <= count < _MAX_COUNT


def _apply_messages(state: BulkTarget, events: Sequence[FastEvent]) -> None:
    """Apply observations and decisions; messages of both are in one list."""
    root = state.root
    observations, messages = root.get("observations", {}), root.get("messages", [])
    observed = state.changed.get("observations", ALL_KEYS).add
    for event in events:
        p = event.payload
        if event.kind == _OBSERVATION:
            kind = p.obs_type
            if kind != "message":
                if not observations and "observations" not in root:
                    state.create_member("observations", observations, event)
                observations[kind] = p.data
                observed(kind)
                continue
            role = p.source
        elif p.decision_type == "message":
            role = "assistant"
        else:
            _replace(state, "decision", {"type": p.decision_type, "data": p.data}, event)
            continue
        if not messages and "messages" not in root:
            state.create_member("messages", messages, event)
        messages.append({"role": role, "content": p.data})


def _memory(state: BulkTarget, events: Sequence[FastEvent]) -> None:
    root = state.root
    memory, changed = root.get("memory", {}), state.changed.get("memory", ALL_KEYS)
    for event in events:
        p = event.payload
        if p.operation == "delete":
            if p.key in memory:
                del memory[p.key]
                changed.add(p.key)
        elif p.value is UNSET:
            state.refuse_event(event)
        else:
            if not memory and "memory" not in root:
                state.create_member("memory", memory, event)
            memory[p.key] = p.value
            changed.add(p.key)


def _patches(state: BulkTarget, events: Sequence[FastEvent]) -> None:
    for event in events:
        p, kind = event.payload, event.kind
        if kind == _PROPOSAL:
            facts: _Map = {"status": "proposed", "target": p.target}
        elif kind == _APPLIED:
            facts = {"status": "applied"}
        else:
            facts = {"status": "rejected", "reason": p.reason}
        if "patches" not in state.root:
            state.create_member("patches", {p.patch_hash: facts}, event)
            continue
        patches = state.root["patches"]
        row: Any = patches.get(p.patch_hash, ABSENT)
        if row is not ABSENT and type(row) is not dict:
            state.leave_to_reducer(event)
            continue
        patches[p.patch_hash] = {**row, **facts} if type(row) is dict else facts
        state.changed["patches"].add(p.patch_hash)


def _errors(state: BulkTarget, events: Sequence[FastEvent]) -> None:
    for event in events:
        last = {"type": event.payload.error_type, "message": event.payload.message}
        errors = state.root.get("errors", ABSENT)
        if errors is ABSENT:
            state.create_member("errors", {"count": 1, "last": last}, event)
        elif _is_counter(errors):
            _replace(state, "errors", {**errors, "count": errors["count"] + 1, "last": last}, event)
        else:
            state.leave_to_reducer(event)


_GROUPS: dict[Callable[[BulkTarget, Sequence[FastEvent]], None], tuple[Kind, ...]] = {
    _tools: (Kind.TOOL_REQUEST, Kind.TOOL_RESPONSE, Kind.CAPABILITY_DENIED),
    _apply_messages: (Kind.OBSERVATION, Kind.DECISION),
    _memory: (Kind.MEMORY_WRITE,),
    _agent: (Kind.AGENT_INIT,),
    _phase: (Kind.STATE_TRANSITION,),
    _patches: (Kind.PATCH_PROPOSAL, Kind.PATCH_APPLIED, Kind.PATCH_REJECTED),
    _errors: (Kind.ERROR,),
}
EFFECTS: dict[str | None, Callable[[BulkTarget, Sequence[FastEvent]], None]] = {
    kind.value: effect for effect, kinds in _GROUPS.items() for kind in kinds
}
"""The effect of the events of each kind that has one. It takes the events of all its kinds, in their order."""
