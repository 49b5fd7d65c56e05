"""The differences of aligned rows, and the rows that rules ignore."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.divergence.comparison import Alignment, Change, Difference
from replay_gui.core.divergence.differences import find_differences
from replay_gui.core.divergence.rules.rules import Action, Rules
from replay_gui.core.divergence.side import ComparedSide
from replay_gui.core.log.chain import request_hash_of_decoded
from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.positions import NO_EVENT, EventIndex
from replay_gui.core.text.event_label import event_label

REPORTED, IGNORED, NONDETERMINISTIC = 0, 1, 2  # levels of a row
_MAX_CACHED_ROWS = 20_000  # rows whose differences are kept for the next set of rules
MAX_DIFFERENCES = 10_000  # of one event that are examined; an event with more is never ignored
_REFERRING_KINDS = (Kind.TOOL_RESPONSE.value, Kind.PATCH_APPLIED.value, Kind.PATCH_REJECTED.value)
REFERENCE_HASHES = (
    "/request_hash",
    "/patch_hash",
)  # they refer to another event by its content, so they differ if that event does


class ChangedRows:
    """The differences of changed rows; read from the logs on demand, and kept in memory within limits."""

    def __init__(self, a: ComparedSide, b: ComparedSide, alignment: Alignment) -> None:
        self._a, self._b, self._alignment = a, b, alignment
        self._cache: dict[int, tuple[Difference, ...]] = {}

    def events(self, row: int) -> tuple[Event, Event]:
        """Return both events of a row with two events."""
        a, b = EventIndex(int(self._alignment.a[row])), EventIndex(int(self._alignment.b[row]))
        return self._a.event(a), self._b.event(b)

    def label(self, row: int) -> str | None:
        """Return the label of the row's events in a list; None if both sides have different labels."""
        alignment = self._alignment
        sides = (self._a, EventIndex(int(alignment.a[row]))), (self._b, EventIndex(int(alignment.b[row])))
        labels = {event_label(side.event(index)) for side, index in sides if index != NO_EVENT}
        return labels.pop() if len(labels) == 1 else None

    def differences(self, row: int) -> tuple[Difference, ...]:
        """Return the differences of the payloads of a changed row, at most MAX_DIFFERENCES + 1."""
        result = self._cache.get(row)
        if result is None:
            a, b = self.events(row)
            result = tuple(islice(find_differences(a.payload, b.payload), MAX_DIFFERENCES + 1))
            if len(self._cache) < _MAX_CACHED_ROWS and len(result) <= _MAX_CACHED_ROWS // 100:
                self._cache[row] = result
        return result


class RuleFilter:
    """Rules, applied to the rows of an alignment.

    Attributes:
        level: uint8[rows], REPORTED, IGNORED or NONDETERMINISTIC. All rows are REPORTED until `apply_rules`.
    """

    def __init__(self, rules: Rules, rows: ChangedRows, alignment: Alignment) -> None:
        self._rules, self._rows = rules, rows
        self.level = np.zeros(len(alignment.a), np.uint8)
        self._change = alignment.change
        self._equal_hashes: set[tuple[object, object]] = set()  # of requests, or patches, that rules treat as equal

    def apply_rules(
        self,
        groups: Iterable[tuple[str, str | None, NDArray[np.intp]]],
        on_progress: Callable[[int], None],
    ) -> None:
        """Set the level of each row that differs.

        Args:
            groups: (kind, tool, rows that differ).
            on_progress: called with the number of rows done.
        """
        chosen: list[tuple[int, Rules]] = []
        for kind, tool, rows in groups:
            if self._rules.need_labels(kind, tool):
                chosen += self._choose_by_label(kind, tool, rows)
                continue
            rules = self._rules.for_events(kind, tool)
            if rules.ignores_events:
                self.level[rows] = IGNORED
            elif len(rules) or kind in _REFERRING_KINDS:
                chosen += [(row, rules) for row in rows[self._change[rows] == Change.CHANGED].tolist()]
        chosen.sort(key=lambda row_and_rules: row_and_rules[0])  # requests come before their responses
        for done, (row, rules) in enumerate(chosen):
            self.level[row] = self._level(row, rules)
            on_progress(done)

    def _choose_by_label(self, kind: str, tool: str | None, rows: NDArray[np.intp]) -> Iterator[tuple[int, Rules]]:
        """Set the level of rows that are ignored as a whole; yield the others that rules may apply to."""
        for row in rows.tolist():
            rules = self._rules.for_events(kind, tool, self._rows.label(row))
            if rules.ignores_events:
                self.level[row] = IGNORED
            elif self._change[row] == Change.CHANGED and (len(rules) or kind in _REFERRING_KINDS):
                yield row, rules

    def treats_as_equal(self, hash_a: object, hash_b: object) -> bool:
        """Whether two requests, or patches, with these hashes are equal or are treated as equal by rules."""
        return hash_a == hash_b or (hash_a, hash_b) in self._equal_hashes

    def marked_differences(self, row: int, kind: str, tool: str | None) -> list[Difference]:
        """Return the differences of a changed row; those that rules ignore are marked."""
        label = self._rows.label(row) if self._rules.need_labels(kind, tool) else None
        rules = self._rules.for_events(kind, tool, label)
        return [
            Difference(d.path, d.a, d.b, self._action_for(d, rules) is not None) for d in self._rows.differences(row)
        ]

    def _level(self, row: int, rules: Rules) -> int:
        """Return the level of a changed row: REPORTED unless all its differences are ignored."""
        differences = self._rows.differences(row)
        if not differences or len(differences) > MAX_DIFFERENCES:
            return REPORTED
        patch_hash_differs = False
        actions: set[Action] = set()
        for difference in differences:
            action = self._action_for(difference, rules)
            if action is not None:
                actions.add(action)
            elif difference.path == "/patch_hash":
                patch_hash_differs = True
            else:
                return REPORTED
        if patch_hash_differs and not self._is_proposal(row):  # a proposal's hash only follows from its patch
            return REPORTED
        self._remember_hashes(row)
        return NONDETERMINISTIC if Action.NONDETERMINISTIC in actions else IGNORED

    def _action_for(self, difference: Difference, rules: Rules) -> Action | None:
        if difference.path in REFERENCE_HASHES:
            return Action.IGNORE if (difference.a, difference.b) in self._equal_hashes else None
        return rules.action_for(difference)

    def _is_proposal(self, row: int) -> bool:
        return self._rows.events(row)[0].kind == Kind.PATCH_PROPOSAL

    def _remember_hashes(self, row: int) -> None:
        """Treat the two requests, or patches, of an ignored row as equal in the events that refer to them."""
        a, b = self._rows.events(row)
        if a.kind == Kind.TOOL_REQUEST:
            self._equal_hashes.add((_request_hash(a.payload), _request_hash(b.payload)))
        elif a.kind == Kind.PATCH_PROPOSAL:
            self._equal_hashes.add((a.payload.get("patch_hash"), b.payload.get("patch_hash")))


def _request_hash(payload: Any) -> str:
    return request_hash_of_decoded(payload.get("tool_name"), payload.get("tool_version"), payload.get("input"))
