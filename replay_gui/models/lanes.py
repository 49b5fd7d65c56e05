"""The lanes of the timeline: which events are drawn on which line, as sorted arrays.

A *lane* holds the events of some kinds, or the calls of one tool. Positions count from 1: the event at place i of the
index stands at position i + 1, just after which the state shows its effect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.kinds import KINDS
from replay_gui.core.run_index import FLAG_FAILED, NO_PAIR, RunIndex

Positions = NDArray[np.int32]
TOOL_LANES = 8  # at most; with more tools the last lane stands for the rest
NOTHING: Positions = np.zeros(0, np.int32)

_AGENT, _OBSERVATIONS, _DECISIONS, _MEMORY, _PATCHES, _ERRORS, _OTHER = range(7)
_FIRST_TOOL = 7  # the key of tool t is _FIRST_TOOL + t
_MAX_KEY = np.iinfo(np.uint16).max  # tools beyond are counted with the last

_TITLES = (
    ("Agent", "StateTransition"),
    ("Observations", "Observation"),
    ("Decisions", "Decision"),
    ("Memory", "MemoryWrite"),
    ("Patches", "PatchProposal"),
    ("Errors", "Error"),
    ("Other", "x:"),
)
_KEY_OF_KIND = {
    "AgentInit": _AGENT,
    "StateTransition": _AGENT,
    "Observation": _OBSERVATIONS,
    "Decision": _DECISIONS,
    "MemoryWrite": _MEMORY,
    "MemoryRead": _MEMORY,
    "PatchProposal": _PATCHES,
    "PatchApplied": _PATCHES,
    "PatchRejected": _PATCHES,
    "Error": _ERRORS,
    "CapabilityDenied": _ERRORS,
}
_REQUEST, _RESPONSE = KINDS.index("ToolRequest"), KINDS.index("ToolResponse")


@dataclass(frozen=True, slots=True, eq=False)
class Lane:
    """One line of the timeline.

    Attributes:
        title: its name. kind: the kind whose mark and hue it has. tool: place in RunIndex.tools, or None.
        positions: where its events stand, ascending; of a tool, where its calls begin.
        failed: positions of the responses of its failed calls, ascending (empty where the lane is no tool's).
    """

    title: str
    kind: str
    tool: int | None
    positions: Positions
    failed: Positions

    @property
    def count(self) -> int:
        return len(self.positions)

    @property
    def is_agent(self) -> bool:
        return self.kind == "StateTransition"

    @property
    def is_calls(self) -> bool:
        return self.kind == "ToolRequest"


@dataclass(frozen=True, slots=True, eq=False)
class Lanes:
    """All events of the first `count` of a run, sorted out by lane; a value that `grown` extends cheaply."""

    count: int = 0
    _events: Mapping[int, Positions] = field(default_factory=lambda: MappingProxyType({}))
    _failed: Mapping[int, Positions] = field(default_factory=lambda: MappingProxyType({}))

    def grown(self, index: RunIndex) -> Lanes:
        """The lanes of `index`, a longer index of the same run: only its new events are looked at."""
        start, stop = self.count, index.count
        if stop <= start:
            return self
        kind, tool, pair = index.kind[start:stop], index.tool[start:stop], index.pair[start:stop]
        table = np.array([_KEY_OF_KIND.get(name, _OTHER) for name in index.kinds], np.uint16)
        key = table[kind]
        called = np.flatnonzero(((kind == _REQUEST) | (kind == _RESPONSE)) & (tool >= 0))
        key[called] = np.minimum(tool[called], _MAX_KEY - _FIRST_TOOL) + _FIRST_TOOL
        answers = called[(kind[called] == _RESPONSE)]
        failed = answers[(index.flags[start:stop][answers] & FLAG_FAILED) != 0]
        begins = np.ones(stop - start, bool)
        begins[answers[pair[answers] != NO_PAIR]] = False
        return Lanes(
            stop,
            _merged(self._events, key, np.flatnonzero(begins), start + 1),
            _merged(self._failed, key, failed, start + 1),
        )

    def rows(self, tools: tuple[str, ...], limit: int = TOOL_LANES) -> tuple[Lane, ...]:
        """The lanes from top to bottom: at most `limit` tools, by number of calls, the rest of them in one lane."""
        called = sorted((key for key in self._events if key >= _FIRST_TOOL), key=lambda k: (-len(self._events[k]), k))
        kept = called if len(called) <= limit else called[: max(limit - 1, 0)]
        rest = called[len(kept) :]
        rows = [self._row(key) for key in (_AGENT, _OBSERVATIONS, _DECISIONS)]
        rows += [self._tool_row(key - _FIRST_TOOL, tools) for key in kept]
        if rest:
            rows.append(self._rest_row(rest))
        rows += [self._row(key) for key in (_MEMORY, _PATCHES, _ERRORS)]
        if _OTHER in self._events:
            rows.append(self._row(_OTHER))
        return tuple(rows)

    def row_count(self, limit: int = TOOL_LANES) -> int:
        """How many lanes `rows` gives."""
        tools = sum(key >= _FIRST_TOOL for key in self._events)
        return min(tools, limit) + len(_TITLES) - (_OTHER not in self._events)

    @property
    def errors(self) -> Positions:
        """Positions of errors and denials."""
        return self._events.get(_ERRORS, NOTHING)

    def _row(self, key: int) -> Lane:
        title, kind = _TITLES[key]
        return Lane(title, kind, None, self._events.get(key, NOTHING), NOTHING)

    def _tool_row(self, tool: int, tools: tuple[str, ...]) -> Lane:
        key = tool + _FIRST_TOOL
        return Lane(tools[tool], "ToolRequest", tool, self._events[key], self._failed.get(key, NOTHING))

    def _rest_row(self, keys: list[int]) -> Lane:
        events = np.sort(np.concatenate([self._events[key] for key in keys]))
        failed = np.sort(np.concatenate([self._failed.get(key, NOTHING) for key in keys]))
        return Lane(f"{len(keys):,} more tools", "ToolRequest", None, events, failed)


def places_of(positions: Positions, bounds: NDArray[np.float64] | tuple[float, ...]) -> NDArray[np.intp]:
    """For each of `bounds` how many of the ascending `positions` lie before it."""
    # Searching int32 for floats would first turn every position into a float: a whole bound splits them just as well.
    whole = np.clip(np.ceil(bounds), 0, np.iinfo(np.int32).max).astype(np.int32)
    return np.searchsorted(positions, whole)


def _merged(
    earlier: Mapping[int, Positions], key: NDArray[np.uint16], places: NDArray[np.intp], base: int
) -> Mapping[int, Positions]:
    """`earlier` with the positions base + places, sorted out by the keys at those places, put behind."""
    if not len(places):
        return earlier
    keys = key[places]
    order = np.argsort(keys, kind="stable")  # a radix sort, for 16-bit keys: one quick pass keeps positions ascending
    keys, positions = keys[order], (places[order] + base).astype(np.int32)
    cuts = [0, *(np.flatnonzero(keys[1:] != keys[:-1]) + 1).tolist(), len(keys)]
    merged = dict(earlier)
    for begin, end in pairwise(cuts):
        which, added = int(keys[begin]), positions[begin:end]
        known = merged.get(which)
        merged[which] = added if known is None else np.concatenate((known, added))
    return MappingProxyType(merged)
