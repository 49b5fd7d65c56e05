"""The index of changes: which events may have changed the value at a path, by columns of the run's index.

Each kind of event writes to fixed members of the state, and in a map among these to one key: the name of its tool,
which the column `tool` has, or a text of its payload, whose number the column `key` has. Numbers of different texts may
be equal, and an event may write an equal value, so a replay of these events decides (see scoped_replay). Events with
operations may write to any part, and are marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.index.run_index import FLAG_NOT_APPLIED, FLAG_OPERATIONS, RunIndex
from replay_gui.core.log.fast_events import DecodedEvent
from replay_gui.core.log.kinds import KINDS, Kind
from replay_gui.core.replay.scoped_replay import scope_of

KEY_FIELDS: dict[str, str] = {
    Kind.OBSERVATION: "obs_type",
    Kind.DECISION: "decision_type",
    Kind.MEMORY_WRITE: "key",
    Kind.PATCH_PROPOSAL: "patch_hash",
    Kind.PATCH_APPLIED: "patch_hash",
    Kind.PATCH_REJECTED: "patch_hash",
}
"""The field of each kind's payload with the text that `key` is the number of; of a call's events it is the hash."""

_WRITERS: dict[str, tuple[Kind, ...]] = {
    "agent": (Kind.AGENT_INIT,),
    "phase": (Kind.STATE_TRANSITION,),
    "tools": (Kind.TOOL_REQUEST, Kind.TOOL_RESPONSE, Kind.CAPABILITY_DENIED),
    "pending": (Kind.TOOL_REQUEST, Kind.TOOL_RESPONSE),
    "observations": (Kind.OBSERVATION,),
    "messages": (Kind.OBSERVATION, Kind.DECISION),
    "decision": (Kind.DECISION,),
    "memory": (Kind.MEMORY_WRITE,),
    "patches": (Kind.PATCH_PROPOSAL, Kind.PATCH_APPLIED, Kind.PATCH_REJECTED),
    "errors": (Kind.ERROR,),
}
_MESSAGE = "message"  # the obs_type and decision_type of messages


_HAS_KEY = np.array([kind in KEY_FIELDS for kind in (*KINDS, None)])
_KEYS_OF_KINDS = {KINDS.index(kind): attrgetter(f"payload.{name}") for kind, name in KEY_FIELDS.items()}


def written_keys(events: Sequence[DecodedEvent], kinds: NDArray[np.uint16]) -> list[str]:
    """Return the text of each event that `key` is the number of, as far as KEY_FIELDS names it; else "".

    `kinds`: the number of each event's kind; one that is not in the common form gets "" too.
    """
    keys = [""] * len(events)
    at = np.flatnonzero(_HAS_KEY[np.minimum(kinds, len(KINDS))])
    for i, kind in zip(at.tolist(), kinds[at].tolist(), strict=True):
        event = events[i]
        if type(event) is not tuple and event is not None:
            keys[i] = _KEYS_OF_KINDS[kind](event)
    return keys


def key_numbers(keys: Sequence[str]) -> NDArray[np.uint32]:
    """Return the number of each text."""
    return np.fromiter(map(crc32, map(str.encode, keys)), np.uint32, len(keys))


def possible_changes(index: RunIndex, key: NDArray[np.uint32], paths: Sequence[Sequence[str]]) -> NDArray[np.int64]:
    """Return the indexes of all events that may have changed the value at any of the paths, ascending.

    `key`: that column of the index. `paths`: the keys of each, as `split_pointer` returns them.
    """
    found = (index.flags & FLAG_OPERATIONS) != 0
    for keys in paths:
        found |= _writes_to(index, key, scope_of(keys))
    return np.flatnonzero(found & ((index.flags & FLAG_NOT_APPLIED) == 0))


def _writes_to(index: RunIndex, key: NDArray[np.uint32], scope: tuple[str, ...]) -> NDArray[np.bool_]:
    """Return bool[events]: the effect of its kind writes to this part of the state; for an empty scope, all."""
    if not scope:
        return np.ones(index.count, np.bool_)
    writers = _WRITERS.get(scope[0], ())
    found: NDArray[np.bool_] = np.array([kind in writers for kind in index.kinds])[index.kind]
    if scope == ("messages",):
        found &= key == key_numbers([_MESSAGE])
    elif scope[:1] == ("tools",) and len(scope) > 1:
        found &= index.tool == (index.tools.index(scope[1]) if scope[1] in index.tools else len(index.tools))
    elif len(scope) > 1:
        found &= key == key_numbers([scope[1]])
    return found
