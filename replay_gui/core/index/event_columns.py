"""The index columns that need a replay: the kinds of events are read before it, the other columns after it.

Whole blocks are processed in C loops and array operations; only events that are about a tool, change the phase or are
not in the common form (see fast_events) are processed one by one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence, Set
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
from msgspec import UNSET
from numpy.typing import NDArray

from replay_gui.core.errors import NotApplicable, NotCanonical
from replay_gui.core.index.change_columns import KEY_FIELDS, key_numbers, written_keys
from replay_gui.core.index.run_index import (
    FLAG_CRITICAL,
    FLAG_FAILED,
    FLAG_INTERRUPTED,
    FLAG_NOT_APPLIED,
    FLAG_OPERATIONS,
    FLAG_REPEATED,
    FLAG_UNREADABLE,
    NO_PAIR,
    NO_TOOL,
)
from replay_gui.core.log.canonical import decode
from replay_gui.core.log.event import SKIPPED_KIND, UNREADABLE_KIND, decode_event
from replay_gui.core.log.fast_events import DecodedEvent, EventDecoder
from replay_gui.core.log.kinds import CRITICAL_KINDS, INTERRUPTED, KINDS, Kind
from replay_gui.core.log.payloads import STRUCTURES
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.log.scanner import Block, Skipped
from replay_gui.core.state.bulk_reducer import BulkResult

_MAX_KINDS = 1 << 16  # the column has 16 bits
OTHER_KINDS = "(other)"  # means any further kind
_UNUSUAL = len(KINDS)  # in place of a number, until the content was read
_TRANSITION, _REQUEST, _RESPONSE, _ERROR = map(
    KINDS.index, (Kind.STATE_TRANSITION, Kind.TOOL_REQUEST, Kind.TOOL_RESPONSE, Kind.ERROR)
)
_KIND_NUMBERS = {kind: i for i, kind in enumerate(KINDS) if kind in STRUCTURES}
_IS_CRITICAL = np.array([kind in CRITICAL_KINDS for kind in (*KINDS, None)])
_IS_INSPECTED = np.array(
    [
        kind in (Kind.TOOL_REQUEST, Kind.TOOL_RESPONSE, Kind.CAPABILITY_DENIED, Kind.STATE_TRANSITION, Kind.ERROR, None)
        for kind in (*KINDS, None)
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedBlock:
    """The decoded events of a block.

    Attributes:
        events: the result of an EventDecoder for the contents. kinds: uint16, the number of each kind.
        critical: bool, whether snapshots are saved before and after the event.
        inspected: the indexes of the events that are processed one by one, ascending.
        unusual: (kind, payload) of the events of custom kinds, or not in the common form, by index.
        operating: the indexes of the events in the common form that have operations.
    """

    events: Sequence[DecodedEvent]
    kinds: NDArray[np.uint16]
    critical: NDArray[np.bool_]
    inspected: NDArray[np.int64]
    unusual: dict[int, tuple[str, Any]]
    operating: Sequence[int]


class EventColumns:
    """Makes the column entries of consecutive blocks.

    Attributes:
        kinds, tools: names, and their numbers. phases: as in RunIndex.
    """

    def __init__(self) -> None:
        self._decoder = EventDecoder()
        self.kinds: dict[str, int] = {name: i for i, name in enumerate(KINDS)}
        self.tools: dict[str, int] = {}
        self.phases: list[tuple[int, str]] = []
        # By request hash, the index of the open request; if several are open, all as keys in order.
        self._waiting: dict[str, int | OrderedDict[int, None]] = {}
        self._failed_call: tuple[int, str | None] = (NO_PAIR, None)  # index and tool of the last failed response

    def decode(self, contents: Sequence[bytes], packed: bool = False) -> DecodedBlock:
        """Decode the events with these contents, and compute their data that need no replay.

        `packed`: as for EventDecoder.
        """
        events = self._decoder.decode(contents, packed)
        types = set(map(type, events))
        numbers = {type_: _KIND_NUMBERS.get(getattr(type_, "kind", ""), _UNUSUAL) for type_ in types}
        kinds = np.fromiter(map(numbers.__getitem__, map(type, events)), np.uint16, len(events))
        inspected, unusual = np.flatnonzero(_IS_INSPECTED[kinds]), {}
        for i in np.flatnonzero(kinds == _UNUSUAL).tolist():
            unusual[i] = _read(contents[i], events[i])
            kinds[i] = self._number(unusual[i][0])
        critical = _IS_CRITICAL[np.minimum(kinds, _UNUSUAL)]
        return DecodedBlock(
            events=events,
            kinds=kinds,
            critical=critical,
            inspected=inspected,
            unusual=unusual,
            operating=_operating(events, types),
        )

    def block_entries(self, block: Block, decoded: DecodedBlock, applied: BulkResult) -> dict[str, Any]:
        """Return the entries of a replayed block, by column."""
        first, count, at = block.first_index, len(block), decoded.inspected
        flags = np.where(decoded.critical, FLAG_CRITICAL, 0).astype(np.uint8)
        flags[applied.refused] |= FLAG_NOT_APPLIED
        block_indexes = at.tolist()
        tools, pairs = [NO_TOOL] * len(block_indexes), [NO_PAIR] * len(block_indexes)  # of those inspected
        refused, requested, events = set(applied.refused), iter(applied.requested), decoded.events
        numbers, waiting, unusual = self.tools, self._waiting, decoded.unusual
        keys = written_keys(events, decoded.kinds)
        for i in refused:
            keys[i] = ""
        for i in unusual.keys() - refused:
            keys[i] = getattr(unusual[i][1], KEY_FIELDS.get(unusual[i][0], ""), "")
            if getattr(unusual[i][1], "ops", UNSET) is not UNSET:
                flags[i] |= FLAG_OPERATIONS
        for i in decoded.operating:
            if i not in refused:
                flags[i] |= FLAG_OPERATIONS
        if unusual:
            payloads = [unusual[i][1] if i in unusual else events[i].payload for i in block_indexes]
        else:
            payloads = [events[i].payload for i in block_indexes]
        for n, (i, kind, payload) in enumerate(zip(block_indexes, decoded.kinds[at].tolist(), payloads, strict=True)):
            name = getattr(payload, "tool_name", None)
            if type(name) is str:
                tool = numbers.get(name)
                tools[n] = numbers.setdefault(name, len(numbers)) if tool is None else tool
            if refused and i in refused:
                if kind == self.kinds.get(UNREADABLE_KIND):
                    flags[i] |= FLAG_UNREADABLE
            elif kind == _REQUEST:
                keys[i] = request = next(requested)
                index = first + i
                if waiting.setdefault(request, index) != index:
                    self._add_equal_request(request, index)
            elif kind == _RESPONSE:
                keys[i] = request = payload.request_hash
                found = waiting.pop(request, NO_PAIR)
                pairs[n] = found if isinstance(found, int) else self._choose(found, request, block.metas[i])
                if not payload.success:
                    flags[i] |= FLAG_FAILED
                    self._failed_call = first + i, name if type(name) is str else None
            elif kind == _ERROR:
                if getattr(payload, "error_type", None) == INTERRUPTED:
                    flags[i] |= FLAG_INTERRUPTED
                elif self._failed_call == (first + i - 1, getattr(payload, "component", "")):
                    flags[i] |= FLAG_REPEATED
            elif kind == _TRANSITION and getattr(payload, "phase", UNSET) is not UNSET:
                self.phases.append((first + i, payload.phase))
        return {
            "kind": decoded.kinds,
            "tool": _sparse(count, at, tools, NO_TOOL),
            "offset": block.offsets[:-1],
            "request": _sparse(count, at, pairs, NO_PAIR),
            "flags": flags,
            "key": key_numbers(keys),
        }

    def skipped_entries(self, part: Skipped) -> dict[str, Any]:
        """Return the entries of a skipped stretch, by column."""
        return {
            "kind": [self._number(SKIPPED_KIND)],
            "tool": [NO_TOOL],
            "offset": [part.offset],
            "request": [NO_PAIR],
            "flags": [FLAG_UNREADABLE | FLAG_NOT_APPLIED],
            "key": [0],
        }

    def _number(self, kind: str) -> int:
        number = self.kinds.get(kind)
        if number is None:
            if len(self.kinds) >= _MAX_KINDS - 1:
                kind = OTHER_KINDS
            number = self.kinds.setdefault(kind, len(self.kinds))
        return number

    def _add_equal_request(self, name: str, index: EventIndex) -> None:
        """Note an open request, if an equal one is open too."""
        waiting = self._waiting[name]
        if not isinstance(waiting, OrderedDict):
            waiting = self._waiting[name] = OrderedDict({waiting: None})
        waiting[index] = None

    def _choose(self, waiting: OrderedDict[int, None], name: str, meta: bytes) -> int:
        """Return which of several equal open requests a response answers: its parent, else the oldest."""
        parent = _parent(meta)
        index = parent if parent in waiting else next(iter(waiting))
        del waiting[index]
        if waiting:
            self._waiting[name] = waiting
        return index


def _read(content: bytes, event: DecodedEvent) -> tuple[str, Any]:
    """Return (kind, payload) of an event, as far as it can be read; the payload has its fields as attributes."""
    if type(event) is not tuple and event is not None:
        return event.kind, event.payload
    try:
        kind, payload = decode_event(content) if event is None else event
    except NotApplicable:
        return UNREADABLE_KIND, SimpleNamespace()
    return kind, SimpleNamespace(**payload)


def _operating(events: Sequence[DecodedEvent], types: Set[type]) -> list[int]:
    """Return the indexes of the events in the common form that have operations; `types`: of all events."""
    operating = {type_ for type_ in types if getattr(type_, "has_operations", False)}
    if not operating:
        return []
    return [i for i, event in enumerate(events) if type(event) in operating and event.payload.ops is not UNSET]


def _sparse(count: int, at: NDArray[np.int64], values: list[int], other: int) -> NDArray[np.int32]:
    """Return a column with `values` at the indexes `at`, and `other` everywhere else."""
    column = np.full(count, other, np.int32)
    column[at] = values
    return column


def _parent(meta: bytes) -> int:
    """Return the parent that a meta names; NO_PAIR if it has none, or cannot be read."""
    try:
        facts = decode(meta)
    except NotCanonical:
        return NO_PAIR
    parent = facts.get("parent") if isinstance(facts, dict) else None
    return parent if type(parent) is int else NO_PAIR
