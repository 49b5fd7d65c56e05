"""What the index columns have of events: their kinds before they are replayed, all the rest after that.

Whole blocks at a time, in C loops and array operations; only events that concern a tool, change the phase or are not
usual (see usual_events) are looked at one by one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from operator import attrgetter
from types import NoneType, SimpleNamespace
from typing import Annotated, Any, NamedTuple

import msgspec
import numpy as np
from msgspec import UNSET, MsgspecError
from numpy.typing import NDArray

from replay_gui.core.canonical import decode, decode_shallow
from replay_gui.core.errors import NotApplicable, NotCanonical
from replay_gui.core.event import SKIPPED_KIND, UNREADABLE_KIND
from replay_gui.core.kinds import CRITICAL_KINDS, KINDS
from replay_gui.core.quick_fold import Folded
from replay_gui.core.reducer import decode_event
from replay_gui.core.run_index import (
    FLAG_CRITICAL,
    FLAG_FAILED,
    FLAG_NOT_APPLIED,
    FLAG_UNREADABLE,
    NO_DURATION,
    NO_PAIR,
    NO_TIME,
    NO_TOOL,
)
from replay_gui.core.scanner import Block
from replay_gui.core.usual_events import USUAL, UsualEvent, decode_all

_KINDS_LIMIT = 1 << 16  # what the column can number
OTHER_KINDS = "(other)"  # stands for those beyond
_UNUSUAL = len(KINDS)  # in place of a number, until the content was read
_TRANSITION, _REQUEST, _RESPONSE = map(KINDS.index, ("StateTransition", "ToolRequest", "ToolResponse"))
_NUMBERS = {structure: KINDS.index(kind) for kind, structure in USUAL.items()} | {NoneType: _UNUSUAL}
_CRITICAL = np.array([kind in CRITICAL_KINDS for kind in (*KINDS, None)])
_LOOKED_AT = np.array(
    [kind in ("ToolRequest", "ToolResponse", "CapabilityDenied", "StateTransition", None) for kind in (*KINDS, None)]
)
_Nanoseconds = Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]


class _Meta(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """What the columns need of a meta of the usual form."""

    duration: _Nanoseconds = NO_DURATION
    parent: int = NO_PAIR
    seq: int | None = None
    time: _Nanoseconds = NO_TIME


_decode_meta = msgspec.msgpack.Decoder(_Meta).decode
_time, _duration = attrgetter("time"), attrgetter("duration")


class Seen(NamedTuple):
    """A block's events as they were read.

    Attributes:
        events: what decode_all made of the contents. kinds: uint16, the number of each kind.
        critical: bool, whether it is an operation that snapshots are laid around.
        looked_at: the indexes of those that are looked at one by one, ascending.
        unusual: (kind, payload) of those that are not usual, by index.
    """

    events: Sequence[UsualEvent | None]
    kinds: NDArray[np.uint16]
    critical: NDArray[np.bool_]
    looked_at: NDArray[np.int64]
    unusual: dict[int, tuple[str, SimpleNamespace]]


class EventColumns:
    """Turns blocks that follow one another into runs of column entries.

    Attributes:
        kinds, tools: names, and the numbers that stand for them. phases: as in RunIndex.
    """

    def __init__(self) -> None:
        self.kinds: dict[str, int] = {name: i for i, name in enumerate(KINDS)}
        self.tools: dict[str, int] = {}
        self.phases: list[tuple[int, str]] = []
        # By request hash, the requests that wait: (place, time) of the one, or time by place of several.
        self._open: dict[str, tuple[int, int] | OrderedDict[int, int]] = {}

    def see(self, contents: Sequence[bytes]) -> Seen:
        """The events with these contents, and what can be said of them before they are replayed."""
        events = decode_all(contents)
        kinds = np.fromiter(map(_NUMBERS.__getitem__, map(type, events)), np.uint16, len(events))
        looked_at, unusual = np.flatnonzero(_LOOKED_AT[kinds]), {}
        for i in np.flatnonzero(kinds == _UNUSUAL).tolist():
            unusual[i] = _read(contents[i])
            kinds[i] = self._number(unusual[i][0])
        critical = _CRITICAL[np.minimum(kinds, _UNUSUAL)]
        return Seen(events, kinds, critical, looked_at, unusual)

    def columns(self, block: Block, seen: Seen, folded: Folded) -> dict[str, Any]:
        """The entries of a block that was replayed, a column each; offsets and hashes are not among them."""
        metas, first, at = _metas(block.metas), block.first, seen.looked_at
        count = len(metas)
        flags = np.where(seen.critical, FLAG_CRITICAL, 0).astype(np.uint8)
        flags[folded.refused] |= FLAG_NOT_APPLIED
        places = at.tolist()
        tools, pairs = [NO_TOOL] * len(places), [NO_PAIR] * len(places)  # of those looked at
        refused, asked, events = set(folded.refused), iter(folded.asked), seen.events
        numbers, waiting = self.tools, self._open
        for n, (i, kind) in enumerate(zip(places, seen.kinds[at].tolist(), strict=True)):
            event = events[i]
            payload = seen.unusual[i][1] if event is None else event.payload
            name = getattr(payload, "tool_name", None)
            if isinstance(name, str):
                tool = numbers.get(name)
                tools[n] = numbers.setdefault(name, len(numbers)) if tool is None else tool
            if i in refused:
                if kind == self.kinds.get(UNREADABLE_KIND):
                    flags[i] |= FLAG_UNREADABLE
            elif kind == _REQUEST:
                request, begun = next(asked), (first + i, metas[i].time)
                if waiting.setdefault(request, begun) is not begun:
                    self._asked_too(request, *begun)
            elif kind == _RESPONSE:
                meta = metas[i]
                pairs[n], asked_at = self._answered(payload.request_hash, meta.parent)
                if meta.duration == NO_DURATION and asked_at != NO_TIME and meta.time != NO_TIME:
                    meta.duration = max(0, meta.time - asked_at)
                if not payload.success:
                    flags[i] = FLAG_FAILED
            elif kind == _TRANSITION and getattr(payload, "phase", UNSET) is not UNSET:
                self.phases.append((first + i, payload.phase))
        return {
            "kind": seen.kinds,
            "tool": _sparse(count, at, tools, NO_TOOL),
            "time": np.fromiter(map(_time, metas), np.int64, count),
            "duration": np.fromiter(map(_duration, metas), np.int64, count),
            "request": _sparse(count, at, pairs, NO_PAIR),
            "flags": flags,
        }

    def skipped(self) -> dict[str, Any]:
        """The entries of a skipped stretch."""
        return {
            "kind": [self._number(SKIPPED_KIND)],
            "tool": [NO_TOOL],
            "time": [NO_TIME],
            "duration": [NO_DURATION],
            "request": [NO_PAIR],
            "flags": [FLAG_UNREADABLE | FLAG_NOT_APPLIED],
        }

    def _number(self, kind: str) -> int:
        number = self.kinds.get(kind)
        if number is None:
            if len(self.kinds) >= _KINDS_LIMIT - 1:
                kind = OTHER_KINDS
            number = self.kinds.setdefault(kind, len(self.kinds))
        return number

    def _asked_too(self, name: str, place: int, time: int) -> None:
        """A request waits for its response where an equal one does."""
        waiting = self._open[name]
        if isinstance(waiting, OrderedDict):
            waiting[place] = time
        else:
            self._open[name] = OrderedDict((waiting, (place, time)))

    def _answered(self, name: str, parent: int) -> tuple[int, int]:
        """(place, time) of the request that a response answers: its parent's, else the oldest that waits."""
        waiting = self._open.pop(name, (NO_PAIR, NO_TIME))
        if not isinstance(waiting, OrderedDict):
            return waiting
        found = (parent, waiting.pop(parent)) if parent in waiting else waiting.popitem(last=False)
        if waiting:
            self._open[name] = waiting
        return found


def _read(content: bytes) -> tuple[str, SimpleNamespace]:
    """(kind, payload) of an unusual content, as far as it can be read."""
    try:
        event = decode_shallow(content)
        kind, payload = decode_event(content) if event is None else event
    except NotApplicable:
        return UNREADABLE_KIND, SimpleNamespace()
    return kind, SimpleNamespace(**payload)


def _sparse(count: int, at: NDArray[np.int64], values: list[int], other: int) -> NDArray[np.int32]:
    """A column with these values there and another everywhere else."""
    column = np.full(count, other, np.int32)
    column[at] = values
    return column


def _metas(metas: Sequence[bytes]) -> list[_Meta]:
    try:
        return [*map(_decode_meta, metas)]
    except (MsgspecError, UnicodeDecodeError):
        return [*map(_meta, metas)]


def _meta(raw: bytes) -> _Meta:
    """As far as it can be read."""
    try:
        facts = decode(raw)
    except NotCanonical:
        return _Meta()
    if not isinstance(facts, dict):
        return _Meta()
    known = _Meta()
    for name, least in (("duration", 0), ("parent", -(1 << 63)), ("time", 0)):
        value = facts.get(name)
        if type(value) is int and least <= value < 1 << 63:
            setattr(known, name, value)
    return known
