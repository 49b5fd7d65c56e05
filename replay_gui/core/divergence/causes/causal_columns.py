"""Columns that the search for causes needs: the parent of each event and the recorded state after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from replay_gui.core.log.event import whole_number
from replay_gui.core.log.fast_metas import NOT_GIVEN, decode_fast_metas
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.log.scanner import Block, Ending

NO_PARENT = -1
NO_STATE = 0


class _Meta(msgspec.Struct):
    parent: Any = None


_decode = msgspec.msgpack.Decoder(_Meta).decode
_decode_members = msgspec.msgpack.Decoder(dict[str, msgspec.Raw]).decode
_UNREADABLE_META = ("(unreadable)",)
_PARENT_KEY = b"\xa6parent"
_NUMBERING = "seq"  # members for an event's position in the run, which the alignment compares


@dataclass(frozen=True, slots=True, eq=False)
class CausalColumns:
    """Columns of a run's events.

    Attributes:
        parent: int32[events], index of the event that caused each one; NO_PARENT if none is recorded.
        state: uint64[events], the first 8 bytes of the recorded state hash; NO_STATE if none is recorded.
        members: number of events that have each member of meta, by name. Meta is not compared.
    """

    parent: NDArray[np.int32]
    state: NDArray[np.uint64]
    members: dict[str, int] = field(default_factory=dict)


def read_causal_columns(log: EventLog, count: int, on_progress: Callable[[int], None]) -> CausalColumns:
    """Read the columns of the first `count` events in one pass over the log.

    The seq that an event names as its parent is used as an index. `on_progress` gets the number of bytes read.
    """
    parent = np.full(count, NO_PARENT, np.int32)
    state = np.full(count, NO_STATE, np.uint64)
    shapes = Counter[tuple[str, ...]]()
    for part in log.parts():
        if isinstance(part, Ending):
            break
        if isinstance(part, Block):
            block = part.up_to(EventIndex(count))
            stop = block.first_index + len(block)
            common = _read_common_form(block)
            if common is None:
                parents: Sequence[int] | NDArray[np.int64] = [
                    _parent(meta, EventIndex(block.first_index + i)) for i, meta in enumerate(block.metas)
                ]
                shapes.update(map(_member_names, block.metas))
            else:
                parents, given = common
                for name, number in given.items():
                    shapes[(name,)] += number
            parent[block.first_index : stop] = parents
            if any(block.states):
                state[block.first_index : stop] = _first_words(block.states)
            on_progress(part.end_offset)
    members: dict[str, int] = {}
    for names, events in shapes.items():
        for name in names:
            if name != _NUMBERING and events:
                members[name] = members.get(name, 0) + events
    return CausalColumns(parent, state, members)


def _read_common_form(block: Block) -> tuple[NDArray[np.int64], dict[str, int]] | None:
    """Return (parent of each event, number of events that have each member of meta); None for metas of other forms."""
    metas = decode_fast_metas(block.metas)
    if metas is None:
        return None
    parents = [meta.parent for meta in metas]
    columns = {
        "parent": parents,
        "time": [meta.time for meta in metas],
        "duration": [meta.duration for meta in metas],
    }
    given = {name: len(values) - values.count(NOT_GIVEN) for name, values in columns.items()}
    if given["parent"] != b"".join(block.metas).count(_PARENT_KEY):  # -1 was written, which means no parent
        return None
    try:
        parent = np.array(parents, np.int64)
    except OverflowError:  # no event has such a number
        return None
    is_earlier = parent < np.arange(block.first_index, block.first_index + len(block))
    return np.where(is_earlier, parent, NO_PARENT), given


def _member_names(meta: bytes) -> tuple[str, ...]:
    """Return the names of the members of an encoded meta."""
    try:
        return tuple(_decode_members(meta))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _UNREADABLE_META


def _parent(meta: bytes, index: EventIndex) -> int:
    """Return the parent of the event at an index, which must be an earlier event."""
    if _PARENT_KEY not in meta:
        return NO_PARENT
    try:
        parent = whole_number(_decode(meta).parent)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return NO_PARENT
    return parent if parent is not None and parent < index else NO_PARENT


def _first_words(states: Sequence[bytes | None]) -> NDArray[np.uint64]:
    """Return the first 8 bytes of each hash as a number."""
    return np.frombuffer(b"".join([(state or bytes(8))[:8] for state in states]), "<u8")
