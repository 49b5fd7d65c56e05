"""The lanes of the timeline: the events of each line, as sorted arrays.

A *lane* holds the events of some kinds, or the calls of one tool. Positions count from 1: the event with index i has
position i + 1, at which the state shows its effect.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.index.run_index import FLAG_FAILED, FLAG_INTERRUPTED, FLAG_REPEATED, NO_PAIR, RunIndex
from replay_gui.core.log.kinds import BOOKKEEPING_PREFIX, CUSTOM_PREFIX, KINDS, Kind, KindGroup, group_of
from replay_gui.models.timeline.subagents import NO_SUBAGENTS, Subagents, positions_in
from replay_gui.models.timeline.timeline_choice import ALL_LANES, BOOKKEEPING, REST, SUBAGENTS, TOOLS, LaneChoice

Positions = NDArray[np.int32]
MAX_TOOL_LANES = 8  # lanes of tools; with more tools, the last lane has all others
MAX_MANY_TOOL_LANES = 24  # the same if the user chose to see many
MORE_TOOLS = "more"  # the key of the lane for the rest
MAX_SUBAGENT_LANES = 6  # lanes of subagents; with more, the last lane has all others
MAX_PARTS = 16  # parts of a lane
NO_POSITIONS: Positions = np.zeros(0, np.int32)

_AGENT, _OBSERVATIONS, _DECISIONS, _MEMORY, _PATCHES, _ERRORS, _OTHER, _BOOKKEEPING = range(8)
_FIRST_TOOL_KEY = 8  # the key of tool t is _FIRST_TOOL_KEY + t
_MAX_TOOLS = 1000  # the first tools of a run, which may have separate lanes
_MORE_TOOLS_KEY = _FIRST_TOOL_KEY + _MAX_TOOLS  # the key of all others, which share one lane

# (key in the settings, title, kind whose mark and hue the lane has)
_LANES = (
    ("agent", "Agent", Kind.STATE_TRANSITION),
    ("observations", "Input", Kind.OBSERVATION),
    ("decisions", "Assistant", Kind.DECISION),
    ("memory", "Memory", Kind.MEMORY_WRITE),
    ("patches", "Patches", Kind.PATCH_PROPOSAL),
    ("errors", "Errors", Kind.ERROR),
    ("other", "Other", CUSTOM_PREFIX),
    (BOOKKEEPING, "Bookkeeping", BOOKKEEPING_PREFIX),
)
_KEY_OF_GROUP = {
    KindGroup.AGENT: _AGENT,
    KindGroup.OBSERVATION: _OBSERVATIONS,
    KindGroup.DECISION: _DECISIONS,
    KindGroup.MEMORY: _MEMORY,
    KindGroup.PATCH: _PATCHES,
    KindGroup.ERROR: _ERRORS,
}
_REQUEST, _RESPONSE = KINDS.index(Kind.TOOL_REQUEST), KINDS.index(Kind.TOOL_RESPONSE)


@dataclass(frozen=True, slots=True, eq=False)
class LanePart:
    """Events of a lane that share a mark and a hue.

    Attributes:
        kind: the kind whose mark and hue they have. tool: index in RunIndex.tools, or None.
        positions: of the events, ascending; of a tool, the positions of its requests.
        failed: positions of the responses of failed calls, ascending (empty if they are not calls).
    """

    kind: str
    tool: int | None
    positions: Positions
    failed: Positions = field(default_factory=lambda: NO_POSITIONS)


@dataclass(frozen=True, slots=True, eq=False)
class Lane:
    """One line of the timeline.

    Attributes:
        key: its identity in the settings. title: its name. parts: its events; either calls or other events.
        group: TOOLS, REST or SUBAGENTS if it can be folded with others, else "". folded: whether it is the whole group.
        depth: the indentation of its name. spans: of subagents, int32[n, 2]: their ranges of events.
    """

    key: str
    title: str
    parts: tuple[LanePart, ...]
    _: KW_ONLY
    group: str = ""
    folded: bool = False
    depth: int = 0
    spans: NDArray[np.int32] | None = None

    @property
    def count(self) -> int:
        """The number of events on the lane."""
        return sum(len(part.positions) for part in self.parts)

    @property
    def is_agent(self) -> bool:
        """Whether this is the lane of the agent's own phases."""
        return self.key == "agent"

    @property
    def is_one_tool(self) -> bool:
        """Whether the lane holds the calls of one tool, whose name is its title."""
        return self.key == f"tool:{self.title}"

    @property
    def is_calls(self) -> bool:
        """Whether the lane holds the calls of one or more tools."""
        return self.parts[0].kind == Kind.TOOL_REQUEST


PartsOf: TypeAlias = Callable[[list[int]], tuple[LanePart, ...]]
"""Makes the parts of one lane of the tools with these keys."""


@dataclass(frozen=True, eq=False)  # without slots, because of cached_property
class Lanes:
    """The first `count` events of a run, grouped by lane; a value that `grown` extends cheaply."""

    count: int = 0
    _tools: tuple[str, ...] = ()
    _events: Mapping[int, Positions] = field(default_factory=lambda: MappingProxyType({}))
    _failed: Mapping[int, Positions] = field(default_factory=lambda: MappingProxyType({}))
    _subagents: tuple[Lane, ...] = ()

    def with_subagents(self, subagents: Subagents = NO_SUBAGENTS) -> Lanes:
        """Return the lanes with one for each of these subagents."""
        return replace(self, _subagents=tuple(_subagent_row(subagents, n) for n in range(len(subagents.paths))))

    def extended(self, index: RunIndex, max_events: int | None = None) -> Lanes:
        """Return the lanes of `index`, a longer index of the same run; examine at most `max_events` new events."""
        start, stop = self.count, index.count
        stop = stop if max_events is None else min(stop, start + max_events)
        if stop <= start:
            return self
        kind, tool, pair = index.kind[start:stop], index.tool[start:stop], index.pair[start:stop]
        flags, key = index.flags[start:stop], _keys_of_kinds(index)[kind]
        called = np.flatnonzero(((kind == _REQUEST) | (kind == _RESPONSE)) & (tool >= 0))
        key[called] = np.minimum(tool[called] + _FIRST_TOOL_KEY, _MORE_TOOLS_KEY)
        answers = called[(kind[called] == _RESPONSE)]
        failed = answers[(flags[answers] & FLAG_FAILED) != 0]
        key[(flags & FLAG_INTERRUPTED) != 0] = _OTHER  # it is not an error, but visible anyway
        begins = (flags & FLAG_REPEATED) == 0
        begins[answers[pair[answers] != NO_PAIR]] = False
        return Lanes(
            stop,
            index.tools,
            _merged(self._events, *_with_failed_calls(key, np.flatnonzero(begins), failed), start + 1),
            _merged(self._failed, key[failed], failed, start + 1),
            self._subagents,
        )

    def rows(self, choice: LaneChoice = ALL_LANES, limit: int | None = None) -> tuple[Lane, ...]:
        """Return the lanes from top to bottom: at most `limit` tools, by number of calls, the others in one lane.

        `limit` None: by the choice.

        A lane without events is left out, unless there are no events at all. If only hidden lanes have events, they are
        shown.
        """
        made = self._made_rows
        if (choice, limit) not in made:
            made.clear()
            made[choice, limit] = self._rows(choice, limit, self._tool_parts)
        return made[choice, limit]

    @cached_property
    def _made_rows(self) -> dict[tuple[LaneChoice, int | None], tuple[Lane, ...]]:
        """The lanes that were returned last: they are requested again whenever the picture is drawn."""
        return {}

    def row_count(self, choice: LaneChoice = ALL_LANES, limit: int | None = None) -> int:
        """Return the number of lanes that `rows` returns, without joining the events of thousands of tools."""
        return len(self._rows(choice, limit, lambda keys: self._tool_parts(keys[:1])))

    def _rows(self, choice: LaneChoice, limit: int | None, parts_of: PartsOf) -> tuple[Lane, ...]:
        limit = max_tool_lanes(choice) if limit is None else limit
        rows = [self._row(_AGENT), *self._subagent_rows(choice), self._row(_OBSERVATIONS), self._row(_DECISIONS)]
        rows += self._tool_rows(choice, limit, parts_of)
        rest = [self._row(key, REST) for key in (_MEMORY, _PATCHES, _ERRORS)]
        rest += [self._row(_OTHER, REST)] if _OTHER in self._events else []
        rows += [_folded(REST, _title_of_rest(rest), rest)] if REST in choice.folded else rest
        rows += [self._row(_BOOKKEEPING)] if _BOOKKEEPING in self._events else []
        rows = [row for row in rows if row.count or not self.count]
        return tuple(row for row in rows if row.key not in choice.hidden) or tuple(rows)

    @property
    def errors(self) -> Positions:
        """Positions of errors, denials and responses of failed calls."""
        return self._events.get(_ERRORS, NO_POSITIONS)

    def _row(self, key: int, group: str = "") -> Lane:
        name, title, kind = _LANES[key]
        return Lane(name, title, (LanePart(kind, None, self._events.get(key, NO_POSITIONS)),), group=group)

    def _subagent_rows(self, choice: LaneChoice) -> list[Lane]:
        rows = list(self._subagents)
        if SUBAGENTS in choice.folded:
            return [_of_subagents(SUBAGENTS, "Subagents", rows, folded=True)] if rows else []
        rows = [row for row in rows if row.key not in choice.hidden]
        kept = len(rows) if len(rows) <= MAX_SUBAGENT_LANES else MAX_SUBAGENT_LANES - 1
        rest = rows[kept:]
        return rows[:kept] + ([_of_subagents("more subagents", f"{len(rest):,} more", rest)] if rest else [])

    def _tool_rows(self, choice: LaneChoice, limit: int, parts_of: PartsOf) -> list[Lane]:
        called = self._tools_by_calls
        others = [_MORE_TOOLS_KEY] if _MORE_TOOLS_KEY in self._events else []
        if TOOLS in choice.folded:
            parts = parts_of([*called, *others])
            return [Lane(TOOLS, "Tools", parts, group=TOOLS, folded=True)] if parts else []
        if any(key.startswith("tool:") for key in choice.hidden):
            called = [key for key in called if f"tool:{self._tools[key - _FIRST_TOOL_KEY]}" not in choice.hidden]
        kept = len(called) if len(called) <= limit and not others else max(min(limit - 1, len(called)), 0)
        rest = [*called[kept:], *others]
        count = len(rest) + (len(self._tools) - _MAX_TOOLS - 1 if others else 0)
        more = Lane(MORE_TOOLS, f"{count:,} {'more ' if kept else ''}tools", parts_of(rest), group=TOOLS)
        return [*map(self._tool_row, called[:kept]), *([more] if rest else [])]

    @cached_property
    def _tools_by_calls(self) -> list[int]:
        """Return the keys of the tools that may have separate lanes, those with the most calls first."""
        keys = np.fromiter((key for key in self._events if _FIRST_TOOL_KEY <= key < _MORE_TOOLS_KEY), np.int64)
        counts = np.fromiter((len(self._events[key]) for key in keys.tolist()), np.int64, len(keys))
        by_calls: list[int] = keys[np.lexsort((keys, -counts))].tolist()
        return by_calls

    def _tool_parts(self, keys: list[int]) -> tuple[LanePart, ...]:
        """Return a part for each tool; those beyond MAX_PARTS share one."""
        own = keys if len(keys) <= MAX_PARTS and _MORE_TOOLS_KEY not in keys else keys[: MAX_PARTS - 1]
        own = [key for key in own if key != _MORE_TOOLS_KEY]
        parts = tuple(part for key in own for part in self._tool_row(key).parts)
        rest = keys[len(own) :]
        if not rest:
            return parts
        positions, failed = (self._joined(of_tools, rest) for of_tools in (self._events, self._failed))
        return (*parts, LanePart(Kind.TOOL_REQUEST, None, positions, failed))

    def _joined(self, of_tools: Mapping[int, Positions], keys: list[int]) -> Positions:
        """Return the positions of these keys, ascending; marking is faster than sorting, and each new size needs it."""
        marked = np.zeros(self.count + 1, bool)
        marked[np.concatenate([of_tools.get(key, NO_POSITIONS) for key in keys])] = True
        return np.flatnonzero(marked).astype(np.int32)

    def _tool_row(self, key: int) -> Lane:
        tool = key - _FIRST_TOOL_KEY
        name = self._tools[tool]
        part = LanePart(Kind.TOOL_REQUEST, tool, self._events[key], self._failed.get(key, NO_POSITIONS))
        return Lane(f"tool:{name}", name, (part,), group=TOOLS)


def max_tool_lanes(choice: LaneChoice) -> int:
    """Return the maximum number of lanes of tools."""
    return MAX_MANY_TOOL_LANES if choice.many_tools else MAX_TOOL_LANES


def _keys_of_kinds(index: RunIndex) -> NDArray[np.uint16]:
    """Return uint16[kinds], the key of each kind's lane; programs may define very many kinds."""
    keys = np.where(index.bookkeeping, _BOOKKEEPING, _OTHER).astype(np.uint16)
    keys[: len(KINDS)] = [_KEY_OF_GROUP.get(group_of(kind), _OTHER) for kind in index.kinds[: len(KINDS)]]
    return keys


def _subagent_row(subagents: Subagents, number: int) -> Lane:
    path, spans = subagents.paths[number], subagents.spans(number)
    part = LanePart(Kind.AGENT_INIT, None, positions_in(spans))
    return Lane(f"subagent:{'/'.join(path)}", path[-1], (part,), group=SUBAGENTS, depth=len(path), spans=spans)


def _of_subagents(key: str, title: str, rows: list[Lane], folded: bool = False) -> Lane:
    spans = np.concatenate([row.spans for row in rows if row.spans is not None])
    spans = spans[np.argsort(spans[:, 0], kind="stable")]
    part = LanePart(Kind.AGENT_INIT, None, positions_in(spans))
    return Lane(key, title, (part,), group=SUBAGENTS, folded=folded, depth=1, spans=spans)


def _title_of_rest(rows: list[Lane]) -> str:
    """Return the names of the lanes that have events, errors before others, such as ``Memory, errors …``."""
    first, *others = [row.title for row in rows if row.count] or [row.title for row in rows]
    named = "Errors" if "Errors" in others else next(iter(others), "")
    more = " …" if len(others) > 1 else ""
    return f"{first}, {named.lower()}{more}" if named else first


def _folded(group: str, title: str, rows: list[Lane]) -> Lane:
    return Lane(group, title, tuple(part for row in rows for part in row.parts), group=group, folded=True)


def indexes_before(positions: Positions, bounds: NDArray[np.float64] | tuple[float, ...]) -> NDArray[np.intp]:
    """Return, for each of `bounds`, the number of the ascending `positions` that are less."""
    # Searching int32 for floats would first convert every position to a float; a whole bound gives the same result.
    whole = np.clip(np.ceil(bounds), 0, np.iinfo(np.int32).max).astype(np.int32)
    return np.searchsorted(positions, whole)


def _with_failed_calls(
    key: NDArray[np.uint16], indexes: NDArray[np.intp], failed: NDArray[np.intp]
) -> tuple[NDArray[np.uint16], NDArray[np.intp]]:
    """Return the keys of `indexes`, and `indexes`, with the failed responses among the errors too, by index."""
    keys = key[indexes]
    if not len(failed):
        return keys, indexes
    every = np.concatenate((indexes, failed))
    order = np.argsort(every, kind="stable")
    return np.concatenate((keys, np.full(len(failed), _ERRORS, np.uint16)))[order], every[order]


def _merged(
    earlier: Mapping[int, Positions], keys: NDArray[np.uint16], indexes: NDArray[np.intp], base: int
) -> Mapping[int, Positions]:
    """Return `earlier` with the positions base + indexes appended, grouped by their keys."""
    if not len(indexes):
        return earlier
    order = np.argsort(keys, kind="stable")  # a radix sort, for 16-bit keys: one quick pass keeps positions ascending
    keys, positions = keys[order], (indexes[order] + base).astype(np.int32)
    cuts = [0, *(np.flatnonzero(keys[1:] != keys[:-1]) + 1).tolist(), len(keys)]
    merged = dict(earlier)
    for begin, end in pairwise(cuts):
        which, added = int(keys[begin]), positions[begin:end]
        known = merged.get(which)
        merged[which] = added if known is None else np.concatenate((known, added))
    return MappingProxyType(merged)
