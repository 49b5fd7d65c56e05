"""The lanes of the timeline: the events of each line, as sorted arrays.

A *lane* holds one or more groups of events (see EventGroups): those of some kinds, or the calls of tools.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.index.event_groups import (
    FIRST_TOOL_GROUP,
    MAX_TOOL_GROUPS,
    OTHER_TOOLS_GROUP,
    EventGroups,
    Group,
    GroupNumber,
    Positions,
)
from replay_gui.core.index.run_index import RunIndex
from replay_gui.core.log.kinds import BOOKKEEPING_PREFIX, CUSTOM_PREFIX, Kind
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.models.timeline.subagents import NO_SUBAGENTS, Subagents, positions_in
from replay_gui.models.timeline.timeline_choice import ALL_LANES, BOOKKEEPING, REST, SUBAGENTS, TOOLS, LaneChoice

MAX_TOOL_LANES = 8  # lanes of tools; with more tools, the last lane has all others
MAX_MANY_TOOL_LANES = 24  # the same if the user chose to see many
MORE_TOOLS = "more"  # the key of the lane for the rest
MAX_SUBAGENT_LANES = 6  # lanes of subagents; with more, the last lane has all others
MAX_PARTS = 16  # parts of a lane
NO_POSITIONS: Positions = np.zeros(0, np.int32)

# (key in the settings, title, kind whose mark and hue the lane has)
_LANES = {
    Group.AGENT: ("agent", translatable("Agent"), Kind.STATE_TRANSITION),
    Group.OBSERVATIONS: ("observations", translatable("Input"), Kind.OBSERVATION),
    Group.DECISIONS: ("decisions", translatable("Assistant"), Kind.DECISION),
    Group.MEMORY: ("memory", translatable("Memory"), Kind.MEMORY_WRITE),
    Group.PATCHES: ("patches", translatable("Patches"), Kind.PATCH_PROPOSAL),
    Group.ERRORS: ("errors", translatable("Errors"), Kind.ERROR),
    Group.OTHER: ("other", translatable("Other"), CUSTOM_PREFIX),
    Group.BOOKKEEPING: (BOOKKEEPING, translatable("Bookkeeping"), BOOKKEEPING_PREFIX),
}
_NAMES_IN_LISTS = {
    "patches": translatable("patches"),
    "errors": translatable("errors"),
    "other": translatable("other"),
}
"""By key, the names of lanes that are named after another lane."""


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


@dataclass(frozen=True, slots=True, eq=False)
class _Joined:
    """The positions of the first `count` events of a run that are in any of these groups, ascending."""

    keys: frozenset[GroupNumber] = frozenset()
    count: int = 0
    positions: Positions = field(default_factory=lambda: NO_POSITIONS)

    def of(self, groups: Mapping[GroupNumber, Positions], keys: frozenset[GroupNumber], count: int) -> _Joined:
        """Return those of these groups among the first `count` events; if more were added, only these are examined."""
        known = self if self.keys == keys and self.count <= count else _Joined()
        parts = [groups.get(key, NO_POSITIONS) for key in keys]
        added = np.concatenate([part[np.searchsorted(part, known.count, "right") :] for part in parts])
        if not len(added):
            return _Joined(keys, count, known.positions)
        marked = np.zeros(count - known.count + 1, bool)  # marking is faster than sorting
        marked[added - known.count] = True
        more = np.flatnonzero(marked).astype(np.int32) + np.int32(known.count)
        return _Joined(keys, count, np.concatenate([known.positions, more]))


@dataclass(frozen=True, eq=False)  # without slots, because of cached_property
class Lanes:
    """The events of a run by lane; made for each longer index, since it takes no time."""

    _groups: EventGroups = field(default_factory=EventGroups)
    _tools: tuple[str, ...] = ()
    _subagents: tuple[Lane, ...] = ()
    _joined: dict[str, _Joined] = field(default_factory=dict)  # the calls, and the failed ones, of the run so far

    @classmethod
    def of(cls, index: RunIndex) -> Lanes:
        """Return the lanes of the events of an index, without subagents."""
        return cls(index.groups, index.tools)

    def with_events(self, index: RunIndex) -> Lanes:
        """Return lanes with the same subagents, and the events of a longer index of the same run."""
        return replace(Lanes.of(index), _subagents=self._subagents, _joined=self._joined)

    def with_subagents(self, subagents: Subagents = NO_SUBAGENTS) -> Lanes:
        """Return the lanes with one for each of these subagents."""
        return replace(self, _subagents=tuple(_subagent_row(subagents, n) for n in range(len(subagents.paths))))

    @property
    def count(self) -> int:
        """The number of events of the run, those in no lane included."""
        return self._groups.count

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
        rows = [
            self._row(Group.AGENT),
            *self._subagent_rows(choice),
            self._row(Group.OBSERVATIONS),
            self._row(Group.DECISIONS),
        ]
        rows += self._tool_rows(choice, limit, parts_of)
        rest = [self._row(key, REST) for key in (Group.MEMORY, Group.PATCHES, Group.ERRORS)]
        rest += [self._row(Group.OTHER, REST)] if Group.OTHER in self._events_of else []
        rows += [_folded(REST, _title_of_rest(rest), rest)] if REST in choice.folded else rest
        rows += [self._row(Group.BOOKKEEPING)] if Group.BOOKKEEPING in self._events_of else []
        rows = [row for row in rows if row.count or not self.count]
        return tuple(row for row in rows if row.key not in choice.hidden) or tuple(rows)

    @property
    def _events_of(self) -> Mapping[GroupNumber, Positions]:
        return self._groups.positions

    @property
    def _failed_of(self) -> Mapping[GroupNumber, Positions]:
        return self._groups.failed

    def _row(self, which: Group, group: str = "") -> Lane:
        name, title, kind = _LANES[which]
        return Lane(name, tr(title), (LanePart(kind, None, self._events_of.get(which, NO_POSITIONS)),), group=group)

    def _subagent_rows(self, choice: LaneChoice) -> list[Lane]:
        rows = list(self._subagents)
        if SUBAGENTS in choice.folded:
            return [_of_subagents(SUBAGENTS, tr("Subagents"), rows, folded=True)] if rows else []
        rows = [row for row in rows if row.key not in choice.hidden]
        kept = len(rows) if len(rows) <= MAX_SUBAGENT_LANES else MAX_SUBAGENT_LANES - 1
        rest = rows[kept:]
        if not rest:
            return rows
        return [*rows[:kept], _of_subagents("more subagents", trn("{n} more", "{n} more", len(rest)), rest)]

    def _tool_rows(self, choice: LaneChoice, limit: int, parts_of: PartsOf) -> list[Lane]:
        called = self._tools_by_calls
        others = [OTHER_TOOLS_GROUP] if OTHER_TOOLS_GROUP in self._events_of else []
        if TOOLS in choice.folded:
            parts = parts_of([*called, *others])
            return [Lane(TOOLS, tr("Tools"), parts, group=TOOLS, folded=True)] if parts else []
        if any(key.startswith("tool:") for key in choice.hidden):
            called = [key for key in called if f"tool:{self._tools[key - FIRST_TOOL_GROUP]}" not in choice.hidden]
        kept = len(called) if len(called) <= limit and not others else max(min(limit - 1, len(called)), 0)
        rest = [*called[kept:], *others]
        count = len(rest) + (len(self._tools) - MAX_TOOL_GROUPS - 1 if others else 0)
        title = trn("{n} more tool", "{n} more tools", count) if kept else trn("{n} tool", "{n} tools", count)
        more = Lane(MORE_TOOLS, title, parts_of(rest), group=TOOLS)
        return [*map(self._tool_row, called[:kept]), *([more] if rest else [])]

    @cached_property
    def _tools_by_calls(self) -> list[int]:
        """Return the keys of the tools that may have separate lanes, those with the most calls first."""
        keys = np.fromiter((key for key in self._events_of if FIRST_TOOL_GROUP <= key < OTHER_TOOLS_GROUP), np.int64)
        counts = np.fromiter((len(self._events_of[key]) for key in keys.tolist()), np.int64, len(keys))
        by_calls: list[int] = keys[np.lexsort((keys, -counts))].tolist()
        return by_calls

    def _tool_parts(self, keys: list[int]) -> tuple[LanePart, ...]:
        """Return a part for each tool; those beyond MAX_PARTS share one."""
        own = keys if len(keys) <= MAX_PARTS and OTHER_TOOLS_GROUP not in keys else keys[: MAX_PARTS - 1]
        own = [key for key in own if key != OTHER_TOOLS_GROUP]
        parts = tuple(part for key in own for part in self._tool_row(key).parts)
        rest = keys[len(own) :]
        if not rest:
            return parts
        joined, all_keys = self._joined, frozenset(rest)
        for name, groups in (("calls", self._events_of), ("failed", self._failed_of)):
            joined[name] = joined.get(name, _Joined()).of(groups, all_keys, self.count)
        return (*parts, LanePart(Kind.TOOL_REQUEST, None, joined["calls"].positions, joined["failed"].positions))

    def _tool_row(self, key: int) -> Lane:
        tool = key - FIRST_TOOL_GROUP
        name = self._tools[tool]
        part = LanePart(Kind.TOOL_REQUEST, tool, self._events_of[key], self._failed_of.get(key, NO_POSITIONS))
        return Lane(f"tool:{name}", name, (part,), group=TOOLS)


def max_tool_lanes(choice: LaneChoice) -> int:
    """Return the maximum number of lanes of tools."""
    return MAX_MANY_TOOL_LANES if choice.many_tools else MAX_TOOL_LANES


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
    first, *others = [row for row in rows if row.count] or rows
    if not others:
        return first.title
    named = next((row for row in others if row.key == "errors"), others[0])
    names = tr("{first}, {other}", first=first.title, other=tr(_NAMES_IN_LISTS[named.key]))
    return f"{names} …" if len(others) > 1 else names


def _folded(group: str, title: str, rows: list[Lane]) -> Lane:
    return Lane(group, title, tuple(part for row in rows for part in row.parts), group=group, folded=True)


def indexes_before(positions: Positions, bounds: NDArray[np.float64] | tuple[float, ...]) -> NDArray[np.intp]:
    """Return, for each of `bounds`, the number of the ascending `positions` that are less."""
    # Searching int32 for floats would first convert every position to a float; a whole bound gives the same result.
    whole = np.clip(np.ceil(bounds), 0, np.iinfo(np.int32).max).astype(np.int32)
    return np.searchsorted(positions, whole)
