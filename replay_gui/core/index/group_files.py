"""The files of a finished index with its events in groups; they are mapped into memory, like its columns."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.index.cache_files import map_array, write_parts
from replay_gui.core.index.event_groups import FIRST_TOOL_GROUP, MAX_TOOL_GROUPS, EventGroups, Positions

GROUP_FILES: dict[str, np.dtype[Any]] = {
    "groups": np.dtype("<i4"),  # the positions of each group, and then of its failed calls, one group after the other
    "group_sizes": np.dtype("<i8"),  # three entries for each group: its number, its events, its failed calls
    "kind_counts": np.dtype("<i8"),
    "tool_counts": np.dtype("<i8"),
}
_CHECKED_POSITIONS = 1 << 18  # at a time
_GROUPS, _SIZES, _KINDS, _TOOLS = GROUP_FILES


def write_groups(folder: Path, groups: EventGroups) -> None:
    """Write the groups of a finished index into its folder."""
    sizes: list[int] = []
    parts: list[NDArray[Any]] = []
    for which in sorted(groups.positions.keys() | groups.failed.keys()):
        events, failed = (of.get(which, np.zeros(0, np.int32)) for of in (groups.positions, groups.failed))
        sizes += [which, len(events), len(failed)]
        parts += [events, failed]
    written = {_GROUPS: parts, _SIZES: [np.array(sizes)], _KINDS: [groups.kinds], _TOOLS: [groups.tools]}
    for name, dtype in GROUP_FILES.items():
        write_parts(folder / name, (part.astype(dtype, copy=False).data for part in written[name]))


def map_groups(folder: Path, count: int) -> EventGroups:
    """Map the groups of a finished index of `count` events; OSError, ValueError if they cannot be of that index."""
    sizes = _mapped(folder, _SIZES).reshape(-1, 3).tolist()
    of_all, begin = _mapped(folder, _GROUPS), 0
    positions, failed = {}, {}
    for which, events, failures in sizes:
        if min(events, failures) < 0:
            raise ValueError(f"{folder / _SIZES}: a group has a negative size")
        if events:
            positions[which] = of_all[begin : begin + events]
        if failures:
            failed[which] = of_all[begin + events : begin + events + failures]
        begin += events + failures
    if begin != len(of_all):
        raise ValueError(f"the groups of the index in {folder} have other sizes than they should")
    kinds, tools = _mapped(folder, _KINDS), _mapped(folder, _TOOLS)
    return EventGroups(count, MappingProxyType(positions), MappingProxyType(failed), kinds, tools)


def are_possible(groups: EventGroups, kinds: int, tools: int) -> bool:
    """Return whether a run with so many kinds and tools could have these groups; examines every position."""
    last = FIRST_TOOL_GROUP + min(tools, MAX_TOOL_GROUPS + 1)
    return (
        (len(groups.kinds), len(groups.tools)) == (kinds, tools)
        and all(0 <= which < last for which in (*groups.positions, *groups.failed))
        and all(_are_ascending(part, groups.count) for part in (*groups.positions.values(), *groups.failed.values()))
    )


def _are_ascending(positions: Positions, count: int) -> bool:
    starts = range(0, len(positions), _CHECKED_POSITIONS)
    parts = (positions[start : start + _CHECKED_POSITIONS + 1] for start in starts)
    is_within = int(positions[0]) >= 1 and int(positions[-1]) <= count
    return is_within and all(bool(np.all(part[1:] > part[:-1])) for part in parts)


def _mapped(folder: Path, name: str) -> NDArray[Any]:
    return map_array(folder / name, GROUP_FILES[name])
