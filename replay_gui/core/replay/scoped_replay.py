"""Values followed by a replay of only those events that may have changed them.

The state that such a replay reaches is right in the *scopes* of the values, and incomplete elsewhere. A scope is a
member of the root, or one key of those maps in which each kind of event writes to one key. No effect on a scope depends
on another part, as long as these members are maps; of an event's operations, only those that concern a scope apply.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from replay_gui.core.errors import NotApplicable
from replay_gui.core.log.canonical import decode_shallow
from replay_gui.core.log.event import decode_event
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.replay.value_history import FollowedValues, NumberedContents, is_related
from replay_gui.core.state.draft import Draft
from replay_gui.core.state.reducer import apply_event, pointer_tokens
from replay_gui.core.state.state import MAPS, State

_KEYED_MEMBERS = frozenset({"tools", "pending", "observations", "memory", "patches"})


class ScopeLeft(Exception):
    """The values depend on more than their scopes, from the event with this index on."""

    def __init__(self, index: EventIndex) -> None:
        super().__init__(index)
        self.index = index


def scope_of(keys: Sequence[str]) -> tuple[str, ...]:
    """Return the path of the part of the state that is replayed for the value at a path."""
    return tuple(keys[: 2 if keys and keys[0] in _KEYED_MEMBERS else 1])


def follow_scopes(
    events: NumberedContents, paths: Sequence[Sequence[str]]
) -> Iterator[tuple[EventIndex, FollowedValues]]:
    """Apply events as follow_values does, only within the scopes; raise ScopeLeft before one that needs all events.

    `events`: indexes and contents of at least those that can be applied and may have changed a value at `paths`.
    """
    scopes = {scope_of(keys) for keys in paths}
    scopes = {scope for scope in scopes if len(scope) < 2 or not scopes & {(), scope[:1]}}
    members = sorted({scope[0] for scope in scopes if len(scope) > 1})  # of which only some keys are replayed
    draft = Draft(State({name: {} for name in members}))
    values = FollowedValues(draft, paths)
    for index, content in events:
        try:
            _apply_within(draft, content or b"", scopes)
        except NotApplicable:
            raise ScopeLeft(index) from None
        if any(not isinstance(draft.root.get(name, {}), MAPS) for name in members):
            raise ScopeLeft(index)  # perhaps a list, in which operations on other items move these
        yield index, values
        for name in members:
            if name not in draft.root:  # it may get other keys, which are not replayed, before it gets these
                draft.put((name,), {})


def _apply_within(draft: Draft, content: bytes, scopes: Iterable[Sequence[str]]) -> None:
    """Apply an event, without its operations on other parts of the state; raises NotApplicable."""
    shallow = decode_shallow(content)
    kind, payload = decode_event(content) if shallow is None else shallow
    if "ops" in payload:
        payload = {**payload}
        operations = [operation for operation in payload.pop("ops") if _concerns(operation, scopes)]
        if operations:
            payload["ops"] = operations
    apply_event(draft, kind, payload, shallow is not None)


def _concerns(operation: Any, scopes: Iterable[Sequence[str]]) -> bool:
    tokens = pointer_tokens(operation["path"])
    return any(is_related(tokens, scope) for scope in scopes)
