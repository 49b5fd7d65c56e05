"""Counts and totals of a run, computed from the index alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.facts.run_measures import counts_of_index, duration_of_index, times_of_index
from replay_gui.core.index.run_index import FLAG_FAILED, NO_DURATION, NO_TOOL, RunIndex
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.positions import EventIndex


@dataclass(frozen=True, slots=True)
class ToolNumbers:
    """One tool: its number of calls, failures and denials; ns spent in calls of known duration, or None."""

    name: str
    calls: int
    failed: int
    denied: int
    time: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunNumbers:
    """A run, or the indexed part of it.

    Attributes:
        events: their number. kinds: (name, number of events), most first. tools: those with most calls first.
        calls, errors, failed, denied: as run_measures defines them.
        start_time: the earliest time, ns since 1970. duration: ns from there to the latest; or None.
        phases: the number of changes of phase.
    """

    events: int
    kinds: tuple[tuple[str, int], ...]
    tools: tuple[ToolNumbers, ...]
    calls: int
    errors: int
    failed: int
    denied: int
    start_time: int | None
    duration: int | None
    phases: int


def run_numbers(index: RunIndex) -> RunNumbers:
    """Count the whole index; takes about 10 ns per event."""
    kinds = _counts(index.kind, len(index.kinds))
    by_name = dict(zip(index.kinds, kinds.tolist(), strict=True))
    failed = np.flatnonzero(index.flags & FLAG_FAILED)
    counts = counts_of_index(index)
    return RunNumbers(
        events=index.count,
        kinds=tuple(sorted(((name, n) for name, n in by_name.items() if n), key=lambda pair: (-pair[1], pair[0]))),
        tools=_tools(index, failed),
        calls=counts.calls,
        errors=counts.errors,
        failed=counts.failed,
        denied=counts.denied,
        start_time=times_of_index(index)[0],
        duration=duration_of_index(index),
        phases=len(index.phases),
    )


def part_of_index(index: RunIndex, start: EventIndex, stop: EventIndex) -> RunIndex:
    """Return the events start … stop - 1 as a separate index, to count them; `pair` still refers to the whole index."""
    part = slice(start, stop)
    return replace(
        index,
        kind=index.kind[part],
        tool=index.tool[part],
        offset=index.offset[part],
        time=index.time[part],
        duration=index.duration[part],
        pair=index.pair[part],
        flags=index.flags[part],
        phases=tuple(phase for phase in index.phases if start <= phase[0] < stop),
        snapshots=(),
    )


def _tools(index: RunIndex, failed: NDArray[np.int64]) -> tuple[ToolNumbers, ...]:
    count = len(index.tools)
    asked = np.flatnonzero(index.kind == index.kinds.index(Kind.TOOL_REQUEST))
    denied = np.flatnonzero(index.kind == index.kinds.index(Kind.CAPABILITY_DENIED))
    tool, spent = index.tool[asked], index.duration[asked]
    known = (spent != NO_DURATION) & (tool != NO_TOOL)
    times = np.bincount(tool[known], spent[known], count)
    timed = _counts(tool[known], count)
    columns = (_counts(tools[tools != NO_TOOL], count) for tools in (tool, index.tool[failed], index.tool[denied]))
    numbers = [
        ToolNumbers(name, int(calls), int(bad), int(no), int(times[n]) if timed[n] else None)
        for n, (name, calls, bad, no) in enumerate(zip(index.tools, *columns, strict=True))
    ]
    return tuple(sorted(numbers, key=lambda of_tool: (-of_tool.calls, of_tool.name)))


def _counts(values: NDArray[np.uint16] | NDArray[np.int32], names: int) -> NDArray[np.int64]:
    counts: NDArray[np.int64] = np.bincount(values, minlength=names)
    return counts
