"""The timeline of a report: the number of events of each lane in each of up to MAX_BINS bins."""

from __future__ import annotations

from collections import defaultdict

from replay_gui.core.facts.run_measures import is_counted_error, is_failed_call
from replay_gui.core.log.event import UNREADABLE_KIND, Event
from replay_gui.core.log.kinds import CUSTOM_PREFIX, Kind, KindGroup, group_of
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.report.model import TimelineCounts, TimelineLane
from replay_gui.core.translation.messages import translatable, trn

MAX_BINS = 240
MAX_TOOL_LANES = 8  # tool lanes; with more tools, the last lane counts all others

_ERRORS = translatable("Errors")

# Title (a message), the kind whose hue and shape the lane has, and the group of the kinds that are counted in it.
_LANES = (
    (translatable("Agent"), Kind.AGENT_INIT.value, KindGroup.AGENT),
    (translatable("Input"), Kind.OBSERVATION.value, KindGroup.OBSERVATION),
    (translatable("Assistant"), Kind.DECISION.value, KindGroup.DECISION),
    (translatable("Memory"), Kind.MEMORY_WRITE.value, KindGroup.MEMORY),
    (translatable("Patches"), Kind.PATCH_PROPOSAL.value, KindGroup.PATCH),
    (_ERRORS, Kind.ERROR.value, KindGroup.ERROR),
    (translatable("Unreadable"), UNREADABLE_KIND, KindGroup.DAMAGE),
)
_FIRST_TOOL_ROW = 3  # index below the decisions that call the tools
_OTHER_ROW = (translatable("Other"), CUSTOM_PREFIX)
_REQUEST, _RESPONSE, _ERROR = Kind.TOOL_REQUEST.value, Kind.TOOL_RESPONSE.value, Kind.ERROR.value


class TimelineCounter:
    """Counts the events of a run with `events` events in bins."""

    def __init__(self, events: int) -> None:
        self._events = events
        self._bins = min(MAX_BINS, events)
        self._counts: defaultdict[str, list[int]] = defaultdict(self._row)
        self._tools: defaultdict[str, list[int]] = defaultdict(self._row)
        self._failed: defaultdict[str, list[int]] = defaultdict(self._row)
        self._lane_of: dict[str, str] = {}
        self._failed_tool: str | None = None  # tool of the event before, if that is a failed call

    def _row(self) -> list[int]:
        return [0] * self._bins

    def add_event(self, event: Event) -> None:
        """Count one event; the lane of errors counts each failure once, as the window does (see run_measures)."""
        if event.index >= self._events:
            return  # the event was appended after the run was verified
        at = event.index * self._bins // self._events
        failed_tool, self._failed_tool = self._failed_tool, None
        if event.tool is not None and event.kind == _REQUEST:
            self._tools[event.tool][at] += 1
        elif event.tool is not None and event.kind == _RESPONSE:
            if is_failed_call(event.kind, event.payload):
                self._failed_tool = event.tool
                self._failed[event.tool][at] += 1
                self._counts[_ERRORS][at] += 1
        elif event.kind == _ERROR and not is_counted_error(event.payload, failed_tool):
            self._counts[_OTHER_ROW[0]][at] += 1
        else:
            self._counts[self._lane(event.kind)][at] += 1

    def _lane(self, kind: str) -> str:
        if kind not in self._lane_of:
            group = group_of(kind)
            titles = (title for title, _, members in _LANES if members is group)
            self._lane_of[kind] = next(titles, _OTHER_ROW[0])
        return self._lane_of[kind]

    def timeline_counts(self, broken: EventIndex | None) -> TimelineCounts | None:
        """Return the timeline, or None for a run without events."""
        if not self._events:
            return None
        none = tuple(self._row())
        lanes = [
            TimelineLane(title, kind, tuple(self._counts[title]), none)
            for title, kind in (*((title, kind) for title, kind, _ in _LANES), _OTHER_ROW)
            if title in self._counts
        ]
        above = sum(title in self._counts for title, _, _ in _LANES[:_FIRST_TOOL_ROW])
        return TimelineCounts(self._events, (*lanes[:above], *self._tool_lanes(), *lanes[above:]), broken)

    def _tool_lanes(self) -> list[TimelineLane]:
        names = sorted(self._tools.keys() | self._failed.keys(), key=lambda name: (-sum(self._tools[name]), name))
        kept = len(names) if len(names) <= MAX_TOOL_LANES else MAX_TOOL_LANES - 1
        groups = [(name, [name]) for name in names[:kept]]
        if names[kept:]:
            groups.append((trn("{n} more tool", "{n} more tools", len(names) - kept), names[kept:]))
        return [
            TimelineLane(title, _REQUEST, _sum(self._tools, group), _sum(self._failed, group))
            for title, group in groups
        ]


def _sum(rows: defaultdict[str, list[int]], names: list[str]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*(rows[name] for name in names), strict=True)))
